// SPDX-License-Identifier: GPL-3.0-or-later
// What an API server says instead of an answer: the Status object, worded as Kubernetes words it.
#pragma once

#include "core/json/value.h"
#include "core/sim/kind.h"

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace isthmus::sim {

struct Failure
{
    int code = 500;
    std::string reason;
    std::string message;
    json::Value details = {};
};

/// The Status object, as the body of the answer and as the object of an ERROR event.
[[nodiscard]] json::Value statusOf(const Failure& failure);

[[nodiscard]] Failure badRequest(std::string message);
[[nodiscard]] Failure notFound(const Kind& kind, std::string_view name);
[[nodiscard]] Failure alreadyExists(const Kind& kind, std::string_view name);
/// The resourceVersion that was sent is not the object's.
[[nodiscard]] Failure modified(const Kind& kind, std::string_view name);
/// A precondition (uid, resourceVersion) of the request does not hold.
[[nodiscard]] Failure conflict(const Kind& kind, std::string_view name, std::string_view why);
[[nodiscard]] Failure forbidden(const Kind& kind, std::string_view name, std::string_view why);
/// 410: the version asked for is no longer kept.
[[nodiscard]] Failure expired(std::string message);

struct Cause
{
    std::string field; ///< "spec.ports[0].port"
    std::string reason; ///< "FieldValueRequired"
    std::string message;
};

/// 422.
[[nodiscard]] Failure
invalid(const Kind& kind, std::string_view name, const std::vector<Cause>& causes);

/// A value, or the Status that is answered instead.
template<typename T>
class Outcome
{
public:
    Outcome(T value) // NOLINT(google-explicit-constructor): `return object;`
        : m_data(std::move(value))
    { }

    Outcome(Failure failure) // NOLINT(google-explicit-constructor): `return failure;`
        : m_data(std::move(failure))
    { }

    explicit operator bool() const { return m_data.index() == 0; }

    [[nodiscard]] T& operator*() { return std::get<0>(m_data); }

    [[nodiscard]] const T& operator*() const { return std::get<0>(m_data); }

    [[nodiscard]] T* operator->() { return &std::get<0>(m_data); }

    [[nodiscard]] const T* operator->() const { return &std::get<0>(m_data); }

    [[nodiscard]] const Failure& failure() const { return std::get<1>(m_data); }

private:
    std::variant<T, Failure> m_data;
};

} // namespace isthmus::sim

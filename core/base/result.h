// SPDX-License-Identifier: GPL-3.0-or-later
// Result<T>: a value or an Error. Member names follow std::expected (absent from C++20), so that a
// later switch is mechanical; unlike it, a dropped result is a compiler warning.
#pragma once

#include "core/base/error.h"

#include <cassert>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace isthmus {

template<typename T>
class [[nodiscard]] Result
{
public:
    using value_type = T;

    // Implicit on purpose: `return value;` and `return error;` are how functions answer.
    Result(T value) // NOLINT(google-explicit-constructor): see above
        : m_state(std::in_place_index<0>, std::move(value))
    { }

    Result(Error error) // NOLINT(google-explicit-constructor): see above
        : m_state(std::in_place_index<1>, std::move(error))
    { }

    [[nodiscard]] bool has_value() const { return m_state.index() == 0; }

    explicit operator bool() const { return has_value(); }

    [[nodiscard]] T& value() & { return check(), *std::get_if<0>(&m_state); }

    [[nodiscard]] const T& value() const& { return check(), *std::get_if<0>(&m_state); }

    [[nodiscard]] T&& value() && { return check(), std::move(*std::get_if<0>(&m_state)); }

    [[nodiscard]] T& operator*() & { return value(); }

    [[nodiscard]] const T& operator*() const& { return value(); }

    [[nodiscard]] T&& operator*() && { return std::move(*this).value(); }

    [[nodiscard]] T* operator->() { return &value(); }

    [[nodiscard]] const T* operator->() const { return &value(); }

    [[nodiscard]] const Error& error() const&
    {
        assert(!has_value());
        return *std::get_if<1>(&m_state);
    }

    [[nodiscard]] Error&& error() &&
    {
        assert(!has_value());
        return std::move(*std::get_if<1>(&m_state));
    }

    template<typename U>
    [[nodiscard]] T value_or(U&& other) const&
    {
        return has_value() ? value() : static_cast<T>(std::forward<U>(other));
    }

    /// Calls `f(value)`, which returns a Result; an error passes through untouched.
    template<typename F>
    auto and_then(F&& f) && -> std::invoke_result_t<F, T&&>
    {
        if (has_value()) {
            return std::forward<F>(f)(std::move(*this).value());
        }
        return std::move(*this).error();
    }

    /// Replaces the value by `f(value)`; an error passes through untouched.
    template<typename F>
    auto transform(F&& f) && -> Result<std::invoke_result_t<F, T&&>>
    {
        if (has_value()) {
            return std::forward<F>(f)(std::move(*this).value());
        }
        return std::move(*this).error();
    }

private:
    void check() const { assert(has_value() && "Result without a value"); }

    std::variant<T, Error> m_state;
};

template<>
class [[nodiscard]] Result<void>
{
public:
    using value_type = void;

    Result() = default;

    Result(Error error) // NOLINT(google-explicit-constructor): `return error;`
        : m_error(std::move(error))
    { }

    [[nodiscard]] bool has_value() const { return !m_error.has_value(); }

    explicit operator bool() const { return has_value(); }

    [[nodiscard]] const Error& error() const&
    {
        assert(m_error);
        return *m_error;
    }

    [[nodiscard]] Error&& error() &&
    {
        assert(m_error);
        return std::move(*m_error);
    }

private:
    std::optional<Error> m_error;
};

} // namespace isthmus

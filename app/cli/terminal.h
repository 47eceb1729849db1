// SPDX-License-Identifier: GPL-3.0-or-later
// The three standard streams: which of them a person looks at, questions, prompts without echo.
#pragma once

#include "core/base/result.h"
#include "core/base/secret.h"

#include <stop_token>
#include <string>
#include <string_view>

namespace isthmus::cli {

/// Where lines go. Results and progress are two streams; both may be closed or full.
class Output
{
public:
    explicit Output(int descriptor)
        : m_descriptor(descriptor)
    { }

    virtual ~Output() = default;
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    /// All of it at once, so that lines of several threads do not mix.
    virtual void write(std::string_view text);

    /// Whether everything written so far has arrived.
    [[nodiscard]] bool good() const { return m_good; }

    [[nodiscard]] bool isTerminal() const;

private:
    int m_descriptor;
    bool m_good = true;
};

/// Somebody who can be asked. Two implementations: the terminal, and a test's script.
class Person
{
public:
    virtual ~Person() = default;
    [[nodiscard]] virtual bool isThere() const = 0;
    /// The line typed, without its end. Errors: Cancelled (stop, end of input).
    [[nodiscard]] virtual Result<std::string> ask(std::string_view prompt,
                                                  const std::stop_token& stop) = 0;
    /// The same without echo.
    [[nodiscard]] virtual Result<Secret> askHidden(std::string_view prompt,
                                                   const std::stop_token& stop) = 0;
};

/// Reads standard input and prompts on standard error.
class TerminalPerson final : public Person
{
public:
    [[nodiscard]] bool isThere() const override;
    [[nodiscard]] Result<std::string> ask(std::string_view prompt,
                                          const std::stop_token& stop) override;
    [[nodiscard]] Result<Secret> askHidden(std::string_view prompt,
                                           const std::stop_token& stop) override;
};

} // namespace isthmus::cli

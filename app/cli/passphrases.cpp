// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/passphrases.h"

#include "core/base/environment.h"

#include <utility>

namespace isthmus::cli {

namespace {

constexpr const char* variable = "ISTHMUS_PASSPHRASE";

Error refused(Message what)
{
    return { ErrorCode::Refused, std::move(what), {}, {}, msg("app.set-passphrase") };
}

} // namespace

Passphrases::Passphrases(Person& person, std::stop_token stop)
    : m_person(person)
    , m_stop(std::move(stop))
{ }

Result<Secret> Passphrases::askNew(const std::string& what)
{
    constexpr int attempts = 3;
    for (int i = 0; i < attempts; ++i) {
        const std::string prompt = i == 0 ? "New passphrase to seal " + what + ": "
                                          : "They differ, or are empty. New passphrase: ";
        Result<Secret> first = m_person.askHidden(prompt, m_stop);
        if (!first) {
            return first;
        }
        const Result<Secret> second = m_person.askHidden("The same again: ", m_stop);
        if (!second) {
            return second;
        }
        if (!first->empty() && first->reveal() == second->reveal()) {
            return first;
        }
    }
    return refused(msg("app.passphrases-differ"));
}

Result<Secret> Passphrases::passphrase(const std::string& what, bool isNew)
{
    if (std::optional<std::string> given = environment(variable)) {
        Secret secret(*given);
        wipe(*given);
        return secret;
    }
    const MutexLock lock(m_mutex);
    if (const auto known = m_known.find(what); known != m_known.end()) {
        return known->second;
    }
    if (!m_person.isThere()) {
        return refused(msg("app.no-passphrase", { { "what", what } }));
    }
    Result<Secret> answer =
        isNew ? askNew(what) : m_person.askHidden("Passphrase of " + what + ": ", m_stop);
    if (answer && isNew) { // one that was typed for an existing file may be wrong: ask again then
        m_known[what] = *answer;
    }
    return answer;
}

} // namespace isthmus::cli

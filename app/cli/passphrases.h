// SPDX-License-Identifier: GPL-3.0-or-later
// The passphrase of a sealed root key: ISTHMUS_PASSPHRASE, else the terminal, twice for a new one.
#pragma once

#include "app/cli/terminal.h"
#include "core/base/mutex.h"
#include "core/operations/ports.h"

#include <map>
#include <stop_token>

namespace isthmus::cli {

/// Thread-safe: steps ask from their own threads. Asked once per file; kept until the program ends.
class Passphrases final : public operations::PassphrasePort
{
public:
    Passphrases(Person& person, std::stop_token stop);

    [[nodiscard]] Result<Secret> passphrase(const std::string& what, bool isNew) override;

private:
    Result<Secret> askNew(const std::string& what);

    Person& m_person;
    std::stop_token m_stop;
    Mutex m_mutex;
    std::map<std::string, Secret> m_known ISTHMUS_GUARDED_BY(m_mutex);
};

} // namespace isthmus::cli

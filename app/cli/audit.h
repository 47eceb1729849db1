// SPDX-License-Identifier: GPL-3.0-or-later
// --audit FILE: a JSON line for each request that was sent.
#pragma once

#include "core/api/types.h"
#include "core/base/mutex.h"
#include "core/base/result.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

namespace isthmus::cli {

/// {at, cluster, verb, path, dryRun, fieldManager, status} on one line, with its end. Pure.
[[nodiscard]] std::string auditLine(const api::AuditRecord& record);

/// Thread-safe. Appends; a new file is private to the user, as paths name what a cluster holds.
class AuditLog
{
public:
    /// Errors: Usage where the file cannot be opened.
    [[nodiscard]] static Result<std::shared_ptr<AuditLog>> open(const std::filesystem::path& file);
    void add(const api::AuditRecord& record);
    /// Whether every line arrived.
    [[nodiscard]] bool good();

private:
    AuditLog() = default;

    Mutex m_mutex;
    std::ofstream m_file ISTHMUS_GUARDED_BY(m_mutex);
};

} // namespace isthmus::cli

// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/audit.h"

#include "core/json/value.h"

#include <cerrno>
#include <system_error>

namespace isthmus::cli {

std::string auditLine(const api::AuditRecord& record)
{
    return json::write(json::Object { { "at", formatTime(record.at) },
                                      { "cluster", record.cluster.str() },
                                      { "verb", record.verb },
                                      { "path", record.path },
                                      { "dryRun", record.dryRun },
                                      { "fieldManager", record.fieldManager },
                                      { "status", record.status } })
        + "\n";
}

Result<std::shared_ptr<AuditLog>> AuditLog::open(const std::filesystem::path& file)
{
    std::shared_ptr<AuditLog> log(new AuditLog);
    const MutexLock lock(log->m_mutex);
    log->m_file.open(file, std::ios::app);
    if (!log->m_file) {
        return Error { ErrorCode::Usage,
                       msg("app.cannot-audit", { { "file", file.string() } }),
                       std::generic_category().message(errno),
                       {},
                       msg("app.choose-another-file") };
    }
    return log;
}

void AuditLog::add(const api::AuditRecord& record)
{
    const std::string line = auditLine(record);
    const MutexLock lock(m_mutex);
    m_file << line
           << std::flush; // line by line: what was sent before a crash is what one looks for
}

bool AuditLog::good()
{
    const MutexLock lock(m_mutex);
    return m_file.good();
}

} // namespace isthmus::cli

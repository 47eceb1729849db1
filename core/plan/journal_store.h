// SPDX-License-Identifier: GPL-3.0-or-later
// Where journals live and how they are found again: <state>/operations/ID.journal, with large
// bodies beside them by their SHA-256.
#pragma once

#include "core/base/result.h"
#include "core/plan/journal.h"

#include <filesystem>
#include <string>
#include <vector>

namespace isthmus::plan {

[[nodiscard]] std::filesystem::path journalPath(const std::filesystem::path& folder,
                                                const OperationId& id);

/// Writes a body under its digest unless it is there. Errors: Storage.
[[nodiscard]] Result<void>
storeBody(const std::filesystem::path& folder, const std::string& digest, const std::string& body);

struct StoredRun
{
    Run run;
    bool readOnly = false; ///< damaged, or of an unknown format: shown, never continued
    std::string whyReadOnly = {};
    std::size_t goodBytes = 0;
    bool tornTail = false;
};

/// Reads one journal with its plan. A run that nobody closed is Running where another process holds
/// the journal, else Stopped. Errors: Usage (no such operation), Invalid (no header or plan).
[[nodiscard]] Result<StoredRun> readRun(const std::filesystem::path& folder, const OperationId& id);

/// All journals, newest first; unreadable ones are passed over.
[[nodiscard]] std::vector<StoredRun> listRuns(const std::filesystem::path& folder);

/// Deletes a journal that is not running. Bodies that no other journal names go with it.
/// Errors: Refused (running), Usage (no such operation), Storage.
[[nodiscard]] Result<void> forgetRun(const std::filesystem::path& folder, const OperationId& id);

/// UTC time and four hex digits, "20261123T230500Z-1a2b".
[[nodiscard]] OperationId newOperationId(const Clock& clock);

} // namespace isthmus::plan

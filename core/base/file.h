// SPDX-License-Identifier: GPL-3.0-or-later
// Files as the engine needs them: whole reads with a limit, atomic private writes, durable appends.
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace isthmus {

/// The whole file. Errors: Usage (not there, not readable, not a regular file, larger than `limit`
/// bytes).
[[nodiscard]] Result<std::string> readFile(const std::filesystem::path& path,
                                           std::size_t limit = std::size_t { 16 } << 20);

/// Replaces the file by way of a temporary in the same folder, fsync and rename: afterwards the old
/// or the new content is there, never a mix. Made with mode 0600. Errors: Storage.
[[nodiscard]] Result<void> writeFile(const std::filesystem::path& path, std::string_view bytes);

/// Creates the folder and its parents with mode 0700. Errors: Storage.
[[nodiscard]] Result<void> makePrivateFolder(const std::filesystem::path& path);

/// A file that only grows: what append() and sync() confirmed survives a crash. One thread at a
/// time.
class AppendFile
{
public:
    /// Opens or creates `path` with mode 0600, never through a symbolic link, and makes its name
    /// durable. `exclusive` takes a lock that ends with the process. Errors: Storage; Refused where
    /// it is locked.
    [[nodiscard]] static Result<AppendFile> open(const std::filesystem::path& path, bool exclusive);

    AppendFile(AppendFile&& other) noexcept;
    AppendFile& operator=(AppendFile&& other) noexcept;
    AppendFile(const AppendFile&) = delete;
    AppendFile& operator=(const AppendFile&) = delete;
    ~AppendFile();

    /// Writes all of `bytes` at the end. Errors: Storage; then the tail is cut back to what it was.
    [[nodiscard]] Result<void> append(std::string_view bytes);
    /// Forces everything appended so far to the disk. Errors: Storage.
    [[nodiscard]] Result<void> sync();
    /// Cuts the file to `size` bytes; for a torn record at the end. Errors: Storage.
    [[nodiscard]] Result<void> truncate(std::size_t size);

private:
    AppendFile(int descriptor, std::filesystem::path path);

    int m_descriptor = -1;
    std::filesystem::path m_path;
};

} // namespace isthmus

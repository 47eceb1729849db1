// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace isthmus {

namespace {

Error usage(const std::filesystem::path& path, std::string why)
{
    return Error { ErrorCode::Usage,
                   msg("base.file.unreadable", { { "file", path.string() } }),
                   std::move(why) };
}

Error storage(const std::filesystem::path& path, int code)
{
    Error error { ErrorCode::Storage,
                  msg("base.file.unwritable", { { "file", path.string() } }),
                  std::strerror(code) };
    error.remedy = code == ENOSPC || code == EDQUOT ? msg("base.file.free-space")
                                                    : msg("base.file.check-folder");
    return error;
}

/// Closes a descriptor at the end of a scope.
class Descriptor
{
public:
    explicit Descriptor(int value)
        : m_value(value)
    { }

    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    ~Descriptor()
    {
        if (m_value >= 0) {
            ::close(m_value);
        }
    }

    [[nodiscard]] int get() const { return m_value; }

    [[nodiscard]] int release() { return std::exchange(m_value, -1); }

private:
    int m_value;
};

int writeAll(int descriptor, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            return errno;
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

/// Makes a name in a folder durable: without it a crash may lose the file though its bytes were
/// synced.
int syncFolder(const std::filesystem::path& folder)
{
    const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return descriptor.get() < 0 || ::fsync(descriptor.get()) != 0 ? errno : 0;
}

std::filesystem::path folderOf(const std::filesystem::path& path)
{
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

} // namespace

Result<std::string> readFile(const std::filesystem::path& path, std::size_t limit)
{
    const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (descriptor.get() < 0) {
        return usage(path, std::strerror(errno));
    }
    struct stat info {};
    if (::fstat(descriptor.get(), &info) != 0) {
        return usage(path, std::strerror(errno));
    }
    if (!S_ISREG(info.st_mode)) {
        return usage(path, "not a regular file");
    }
    std::string content;
    char buffer[65536];
    for (;;) {
        const ssize_t count = ::read(descriptor.get(), buffer, sizeof buffer);
        if (count < 0) {
            if (errno == EINTR) {
                continue;
            }
            return usage(path, std::strerror(errno));
        }
        if (count == 0) {
            return content;
        }
        content.append(buffer, static_cast<std::size_t>(count));
        if (content.size() > limit) {
            return usage(path, "larger than " + std::to_string(limit) + " bytes");
        }
    }
}

Result<void> writeFile(const std::filesystem::path& path, std::string_view bytes)
{
    std::string temporary = path.string() + ".XXXXXX";
    const Descriptor descriptor(::mkostemp(temporary.data(), O_CLOEXEC)); // made with mode 0600
    if (descriptor.get() < 0) {
        return storage(path, errno);
    }
    int code = writeAll(descriptor.get(), bytes);
    if (code == 0 && ::fsync(descriptor.get()) != 0) {
        code = errno;
    }
    if (code == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) {
        code = errno;
    }
    if (code != 0) {
        ::unlink(temporary.c_str());
        return storage(path, code);
    }
    if (const int failed = syncFolder(folderOf(path)); failed != 0) {
        return storage(path, failed);
    }
    return {};
}

Result<void> makePrivateFolder(const std::filesystem::path& path)
{
    if (path.empty()) {
        return {};
    }
    if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) {
        return {};
    }
    if (errno == ENOENT && path.has_parent_path() && path.parent_path() != path) {
        if (Result<void> parent = makePrivateFolder(path.parent_path()); !parent) {
            return parent;
        }
        if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) {
            return {};
        }
    }
    return storage(path, errno);
}

AppendFile::AppendFile(int descriptor, std::filesystem::path path)
    : m_descriptor(descriptor)
    , m_path(std::move(path))
{ }

AppendFile::AppendFile(AppendFile&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1))
    , m_path(std::move(other.m_path))
{ }

AppendFile& AppendFile::operator=(AppendFile&& other) noexcept
{
    std::swap(m_descriptor, other.m_descriptor);
    std::swap(m_path, other.m_path);
    return *this;
}

AppendFile::~AppendFile()
{
    if (m_descriptor >= 0) {
        ::close(m_descriptor);
    }
}

Result<AppendFile> AppendFile::open(const std::filesystem::path& path, bool exclusive)
{
    Descriptor descriptor(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (descriptor.get() < 0) {
        return storage(path, errno);
    }
    if (exclusive && ::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) {
            return storage(path, errno);
        }
        return Error { ErrorCode::Refused,
                       msg("base.file.locked", { { "file", path.string() } }),
                       {},
                       {},
                       msg("base.file.wait-for-other") };
    }
    if (const int failed = syncFolder(folderOf(path)); failed != 0) {
        return storage(path, failed);
    }
    return AppendFile(descriptor.release(), path);
}

Result<void> AppendFile::append(std::string_view bytes)
{
    struct stat info {};
    if (::fstat(m_descriptor, &info) != 0) {
        return storage(m_path, errno);
    }
    if (const int code = writeAll(m_descriptor, bytes); code != 0) {
        // A half-written record at the end would be read as the end of the file; cutting it keeps
        // the space for the next, smaller one.
        [[maybe_unused]] const int cut = ::ftruncate(m_descriptor, info.st_size);
        return storage(m_path, code);
    }
    return {};
}

Result<void> AppendFile::sync()
{
    if (::fdatasync(m_descriptor) != 0) {
        return storage(m_path, errno);
    }
    return {};
}

Result<void> AppendFile::truncate(std::size_t size)
{
    if (::ftruncate(m_descriptor, static_cast<off_t>(size)) != 0) {
        return storage(m_path, errno);
    }
    return sync();
}

} // namespace isthmus

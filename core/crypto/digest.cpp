// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/strings.h"
#include "core/crypto/certificate.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace isthmus::crypto {

namespace {

/// Neither a digest nor randomness can fail for a reason that a caller could handle, and a wrong
/// value would be worse than none: a guessable key, a plan that looks like another.
[[noreturn]] void giveUp(const char* what)
{
    std::fputs(what, stderr);
    std::abort();
}

} // namespace

std::string sha256(std::string_view bytes)
{
    std::array<unsigned char, 32> digest {};
    unsigned int size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
        giveUp("OpenSSL has no SHA-256\n");
    }
    return { reinterpret_cast<const char*>(digest.data()), digest.size() };
}

std::string sha256Hex(std::string_view bytes)
{
    return hexEncode(sha256(bytes));
}

std::string randomBytes(std::size_t count)
{
    std::string bytes(count, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) {
        giveUp("the system gives no random bytes\n");
    }
    return bytes;
}

} // namespace isthmus::crypto

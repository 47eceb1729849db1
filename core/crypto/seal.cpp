// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/crypto/seal.h"

#include "core/base/strings.h"
#include "core/crypto/certificate.h"
#include "core/crypto/openssl_raii.h"

#include <openssl/crypto.h>
#include <openssl/err.h>

#include <array>
#include <optional>

namespace isthmus::crypto {

namespace {

constexpr std::string_view formatLine = "isthmus-sealed/v1 scrypt aes-256-gcm";
constexpr std::size_t saltSize = 16;
constexpr std::size_t nonceSize = 12;
constexpr std::size_t tagSize = 16;
constexpr std::size_t largestSecret = std::size_t { 256 } << 10;
constexpr std::size_t lineWidth = 76;
/// A file says how much work opening it is; more than this is an attack on us, not a strong
/// passphrase.
constexpr std::uint64_t mostMemory = std::uint64_t { 256 } << 20;
constexpr std::uint64_t mostPasses = 16;

struct Cost
{
    // OWASP's equivalent of N=2^17 with 32 MiB instead of 128: three passes.
    std::uint64_t n = 1 << 15;
    std::uint64_t r = 8;
    std::uint64_t p = 3;

    [[nodiscard]] std::uint64_t memory() const { return 128 * r * (n + p + 2); }
};

struct Sealed
{
    Cost cost = {};
    std::string salt;
    std::string nonce;
    std::string body; ///< ciphertext and tag
};

struct Key
{
    std::array<unsigned char, 32> bytes {};

    Key() = default;
    Key(const Key&) = delete;
    Key& operator=(const Key&) = delete;

    ~Key() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
};

/// Plain bytes that must not outlive the scope.
struct Plain
{
    std::string bytes;

    explicit Plain(std::size_t size)
        : bytes(size, '\0')
    { }

    Plain(const Plain&) = delete;
    Plain& operator=(const Plain&) = delete;

    ~Plain() { wipe(bytes); }
};

const unsigned char* in(std::string_view bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

unsigned char* out(std::string& bytes)
{
    return reinterpret_cast<unsigned char*>(bytes.data());
}

Error failed(std::string_view otherwise)
{
    return Error { ErrorCode::Internal, msg("crypto.failed"), reason(otherwise) };
}

/// Everything before the body. It is authenticated along with it, so that no parameter can be
/// exchanged.
std::string header(const Sealed& sealed)
{
    return std::string(formatLine) + "\ncost: " + std::to_string(sealed.cost.n) + " "
        + std::to_string(sealed.cost.r) + " " + std::to_string(sealed.cost.p)
        + "\nsalt: " + base64Encode(sealed.salt) + "\nnonce: " + base64Encode(sealed.nonce) + "\n";
}

std::string write(const Sealed& sealed)
{
    std::string text = header(sealed);
    const std::string body = base64Encode(sealed.body);
    for (std::size_t at = 0; at < body.size(); at += lineWidth) {
        text += body.substr(at, lineWidth) + "\n";
    }
    return text;
}

std::optional<Cost> readCost(std::string_view text)
{
    const std::vector<std::string> parts = split(text, ' ');
    if (parts.size() != 3) {
        return std::nullopt;
    }
    std::array<std::uint64_t, 3> numbers {};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const std::optional<long long> number = toInteger(parts[i]);
        if (!number || *number < 1 || *number > (1 << 24)) { // keeps memory() far from an overflow
            return std::nullopt;
        }
        numbers.at(i) = static_cast<std::uint64_t>(*number);
    }
    const Cost cost { numbers[0], numbers[1], numbers[2] };
    const bool powerOfTwo = cost.n > 1 && (cost.n & (cost.n - 1)) == 0;
    if (!powerOfTwo || cost.p > mostPasses || cost.memory() > mostMemory) {
        return std::nullopt;
    }
    return cost;
}

/// The value of "name: value", or nothing.
std::optional<std::string_view> field(std::string_view line, std::string_view name)
{
    if (!line.starts_with(name) || line.substr(name.size(), 2) != ": ") {
        return std::nullopt;
    }
    return line.substr(name.size() + 2);
}

std::optional<Sealed> read(std::string_view text)
{
    if (text.size() > 2 * largestSecret) {
        return std::nullopt;
    }
    const std::vector<std::string> lines = split(trimmed(text), '\n');
    if (lines.size() < 5 || lines[0] != formatLine) {
        return std::nullopt;
    }
    const auto costText = field(lines[1], "cost");
    const auto saltText = field(lines[2], "salt");
    const auto nonceText = field(lines[3], "nonce");
    if (!costText || !saltText || !nonceText) {
        return std::nullopt;
    }
    const std::optional<Cost> cost = readCost(*costText);
    std::optional<std::string> salt = base64Decode(*saltText);
    std::optional<std::string> nonce = base64Decode(*nonceText);
    std::optional<std::string> body = base64Decode(join({ lines.begin() + 4, lines.end() }, ""));
    if (!cost || !salt || salt->size() != saltSize || !nonce || nonce->size() != nonceSize || !body
        || body->size() < tagSize) {
        return std::nullopt;
    }
    Sealed sealed { *cost, std::move(*salt), std::move(*nonce), std::move(*body) };
    // base64 has spellings that decode alike; only the one that write() makes is this format.
    if (trimmed(write(sealed)) != trimmed(text)) {
        return std::nullopt;
    }
    return sealed;
}

bool derive(Key& key, const Secret& passphrase, const Sealed& sealed)
{
    return EVP_PBE_scrypt(passphrase.reveal().data(),
                          passphrase.size(),
                          in(sealed.salt),
                          sealed.salt.size(),
                          sealed.cost.n,
                          sealed.cost.r,
                          sealed.cost.p,
                          sealed.cost.memory() + (1 << 20),
                          key.bytes.data(),
                          key.bytes.size())
        == 1;
}

bool encrypt(Sealed& sealed, const Key& key, std::string_view plain)
{
    const std::string bound = header(sealed);
    const CipherContext context(EVP_CIPHER_CTX_new());
    sealed.body.assign(plain.size() + tagSize, '\0');
    int size = 0;
    return context
        && EVP_EncryptInit_ex(
               context.get(), EVP_aes_256_gcm(), nullptr, key.bytes.data(), in(sealed.nonce))
        == 1
        && EVP_EncryptUpdate(
               context.get(), nullptr, &size, in(bound), static_cast<int>(bound.size()))
        == 1
        && EVP_EncryptUpdate(
               context.get(), out(sealed.body), &size, in(plain), static_cast<int>(plain.size()))
        == 1
        && EVP_EncryptFinal_ex(context.get(), out(sealed.body) + plain.size(), &size) == 1
        && EVP_CIPHER_CTX_ctrl(
               context.get(), EVP_CTRL_GCM_GET_TAG, tagSize, out(sealed.body) + plain.size())
        == 1;
}

bool decrypt(Plain& plain, const Sealed& sealed, const Key& key)
{
    const std::string bound = header(sealed);
    std::string tag = sealed.body.substr(sealed.body.size() - tagSize);
    const std::string_view body =
        std::string_view(sealed.body).substr(0, sealed.body.size() - tagSize);
    const CipherContext context(EVP_CIPHER_CTX_new());
    int size = 0;
    return context
        && EVP_DecryptInit_ex(
               context.get(), EVP_aes_256_gcm(), nullptr, key.bytes.data(), in(sealed.nonce))
        == 1
        && EVP_DecryptUpdate(
               context.get(), nullptr, &size, in(bound), static_cast<int>(bound.size()))
        == 1
        && EVP_DecryptUpdate(
               context.get(), out(plain.bytes), &size, in(body), static_cast<int>(body.size()))
        == 1
        && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, tagSize, tag.data()) == 1
        && EVP_DecryptFinal_ex(context.get(), out(plain.bytes) + body.size(), &size) == 1;
}

} // namespace

Result<std::string> seal(const Secret& secret, const Secret& passphrase)
{
    if (passphrase.empty()) {
        return Error {
            ErrorCode::Usage, msg("crypto.empty-passphrase"), {}, {}, msg("crypto.give-passphrase")
        };
    }
    if (secret.empty() || secret.size() > largestSecret) {
        return Error { ErrorCode::Invalid,
                       msg("crypto.cannot-seal"),
                       std::to_string(secret.size()) + " bytes; 1 to "
                           + std::to_string(largestSecret) + " can be" };
    }
    ERR_clear_error();
    Sealed sealed { {}, randomBytes(saltSize), randomBytes(nonceSize), {} };
    Key key;
    if (!derive(key, passphrase, sealed) || !encrypt(sealed, key, secret.reveal())) {
        return failed("the secret could not be sealed");
    }
    return write(sealed);
}

Result<Secret> unseal(std::string_view text, const Secret& passphrase)
{
    const std::optional<Sealed> sealed = read(text);
    if (!sealed) {
        return Error {
            ErrorCode::Invalid, msg("crypto.not-sealed"), {}, {}, msg("crypto.give-sealed")
        };
    }
    ERR_clear_error();
    Key key;
    if (!derive(key, passphrase, *sealed)) {
        return failed("no key could be derived");
    }
    Plain plain(sealed->body.size() - tagSize);
    const bool opened = decrypt(plain, *sealed, key);
    ERR_clear_error();
    if (!opened) {
        return Error { ErrorCode::Refused,
                       msg("crypto.cannot-unseal"),
                       "the passphrase is wrong or the file was altered",
                       {},
                       msg("crypto.check-passphrase") };
    }
    return Secret(plain.bytes);
}

} // namespace isthmus::crypto

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/crypto/openssl_raii.h"

#include "core/base/strings.h"
#include "core/crypto/certificate.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>

#include <array>
#include <ctime>

namespace isthmus::crypto {

namespace {

/// The system's own bundle has some 150 certificates in 250 KB.
constexpr std::size_t largestBundle = std::size_t { 1 } << 20;
constexpr std::size_t mostCertificates = 500;
constexpr std::size_t largestKey = std::size_t { 64 } << 10;

std::string bytesOf(BIO* memory)
{
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory, &data);
    return { data, static_cast<std::size_t>(size) };
}

/// Without this callback OpenSSL would ask for the passphrase on the terminal.
int noPassphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/)
{
    return -1;
}

bool looksLikeDer(std::string_view bytes)
{
    return bytes.size() > 2 && bytes[0] == '\x30'
        && (static_cast<unsigned char>(bytes[1]) & 0x80) != 0;
}

Error badBundle(std::string why, Message remedy)
{
    return Error {
        ErrorCode::Invalid, msg("crypto.no-certificates"), std::move(why), {}, std::move(remedy)
    };
}

} // namespace

std::string reason(std::string_view otherwise)
{
    std::string text;
    while (const unsigned long code = ERR_get_error()) {
        const char* words = ERR_reason_error_string(code);
        if (text.empty() && words != nullptr) {
            text = words;
        }
    }
    return text.empty() ? std::string(otherwise) : text;
}

Bio reader(std::string_view bytes)
{
    return Bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

Result<Certificates> parseBundle(std::string_view pem)
{
    if (pem.size() > largestBundle) {
        return badBundle("larger than " + std::to_string(largestBundle) + " bytes",
                         msg("crypto.give-pem"));
    }
    if (looksLikeDer(pem)) {
        return badBundle("this is the binary form, DER", msg("crypto.convert-der"));
    }
    ERR_clear_error();
    const Bio source = reader(pem);
    Certificates all;
    while (X509* next = PEM_read_bio_X509(source.get(), nullptr, noPassphrase, nullptr)) {
        all.emplace_back(next);
        if (all.size() > mostCertificates) {
            return badBundle("more than " + std::to_string(mostCertificates) + " certificates",
                             msg("crypto.give-pem"));
        }
    }
    // The end of the text shows as "no start line"; anything else is a block that could not be
    // read.
    const unsigned long last = ERR_peek_last_error();
    const bool atEnd =
        ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
    std::string why = reason("not a certificate");
    if (!atEnd) {
        return badBundle("certificate " + std::to_string(all.size() + 1) + ": " + why,
                         msg("crypto.give-pem"));
    }
    if (all.empty()) {
        return badBundle("there is no PEM block CERTIFICATE in it", msg("crypto.give-pem"));
    }
    return all;
}

Result<PrivateKey> parseKey(const Secret& pem)
{
    Error error { ErrorCode::Invalid, msg("crypto.bad-key"), {}, {}, msg("crypto.give-key") };
    if (pem.size() > largestKey) {
        error.detail = "larger than " + std::to_string(largestKey) + " bytes";
        return error;
    }
    if (pem.reveal().find("ENCRYPTED") != std::string_view::npos) {
        error.detail = "it is protected by a passphrase";
        error.remedy = msg("crypto.decrypt-key");
        return error;
    }
    if (pem.reveal().find("PRIVATE KEY-----") == std::string_view::npos) {
        error.detail = "there is no PEM block PRIVATE KEY in it";
        return error;
    }
    ERR_clear_error();
    const Bio source = reader(pem.reveal());
    PrivateKey key(PEM_read_bio_PrivateKey(source.get(), nullptr, noPassphrase, nullptr));
    error.detail = reason("the block is damaged");
    if (!key) {
        return error;
    }
    return key;
}

std::string writePem(X509* certificate)
{
    const Bio memory(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(memory.get(), certificate);
    return bytesOf(memory.get());
}

Result<Secret> writePem(EVP_PKEY* key)
{
    const Bio memory(
        BIO_new(BIO_s_secmem())); // overwrites its bytes when it grows and when it dies
    if (PEM_write_bio_PKCS8PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr)
        != 1) {
        return Error { ErrorCode::Internal,
                       msg("crypto.failed"),
                       reason("the key could not be written") };
    }
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &data);
    return Secret({ data, static_cast<std::size_t>(size) });
}

std::string distinguishedName(const X509_NAME* name)
{
    constexpr unsigned long form =
        XN_FLAG_ONELINE & ~static_cast<unsigned long>(XN_FLAG_SPC_EQ | ASN1_STRFLGS_ESC_MSB);
    const Bio memory(BIO_new(BIO_s_mem()));
    X509_NAME_print_ex(memory.get(), name, 0, form);
    return bytesOf(memory.get());
}

std::string fingerprintOf(X509* certificate)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest {};
    unsigned int size = 0;
    X509_digest(certificate, EVP_sha256(), digest.data(), &size);
    return hexEncode({ reinterpret_cast<const char*>(digest.data()), size });
}

std::string spkiOf(X509* certificate)
{
    unsigned char* der = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    if (size <= 0) {
        return {};
    }
    std::string digest =
        sha256Hex({ reinterpret_cast<const char*>(der), static_cast<std::size_t>(size) });
    OPENSSL_free(der);
    return digest;
}

UtcTime timeOf(const ASN1_TIME* time)
{
    std::tm parts {};
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) {
        return {}; // 1970: a certificate without readable dates counts as expired
    }
    using namespace std::chrono;
    const sys_days day = year { parts.tm_year + 1900 }
        / month { static_cast<unsigned>(parts.tm_mon + 1) }
        / std::chrono::day { static_cast<unsigned>(parts.tm_mday) };
    return time_point_cast<Milliseconds>(day + hours { parts.tm_hour } + minutes { parts.tm_min }
                                         + seconds { parts.tm_sec });
}

std::string keyName(EVP_PKEY* key)
{
    if (key == nullptr) {
        return "unknown";
    }
    if (EVP_PKEY_is_a(key, "RSA") == 1 || EVP_PKEY_is_a(key, "RSA-PSS") == 1) {
        return "RSA-" + std::to_string(EVP_PKEY_get_bits(key));
    }
    if (EVP_PKEY_is_a(key, "EC") == 1) {
        std::array<char, 64> group {};
        if (EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) != 1) {
            return "EC";
        }
        const char* nist = EC_curve_nid2nist(OBJ_sn2nid(group.data()));
        return std::string("EC ") + (nist != nullptr ? nist : group.data());
    }
    if (EVP_PKEY_is_a(key, "ED25519") == 1) {
        return "Ed25519";
    }
    const char* type = EVP_PKEY_get0_type_name(key);
    return type != nullptr ? type : "unknown";
}

} // namespace isthmus::crypto

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/steps/trust_step.h"

#include "core/base/file.h"
#include "core/base/strings.h"
#include "core/crypto/certificate.h"
#include "core/crypto/inspection.h"
#include "core/crypto/seal.h"
#include "core/operations/names.h"
#include "core/operations/steps/root_residue.h"
#include "core/plan/journalled_writer.h"

#include <algorithm>
#include <array>
#include <filesystem>

namespace isthmus::operations {

namespace {

constexpr int rootDays = 3650;
constexpr int intermediateDays = 365;

const kube::ObjectKey cacerts { "v1", "Secret", std::string(istioNamespace), "cacerts" };
const kube::ObjectKey selfSigned { "v1", "Secret", std::string(istioNamespace), "istio-ca-secret" };

std::string field(const json::Value& secret, std::string_view key)
{
    return base64Decode(secret["data"][key].string()).value_or(std::string());
}

/// Verdict on a CA that is there already.
Diagnostics judge(const json::Value& secret, const plan::Step& step, UtcTime now)
{
    // Either of istiod's two forms: four PEM files, or a kubernetes.io/tls Secret.
    const bool tls = secret["data"].contains("tls.crt");
    const std::string certificate = field(secret, tls ? "tls.crt" : "ca-cert.pem");
    const std::string root = field(secret, tls ? "ca.crt" : "root-cert.pem");
    const std::string chain = field(secret, tls ? "tls.crt" : "cert-chain.pem");
    Diagnostics problems = crypto::checkAuthority(certificate, chain, root, std::nullopt, now);
    for (Diagnostic& problem : problems) {
        problem.subject = step.cluster.str() + ": " + text(cacerts);
    }
    return problems;
}

plan::Inspection inspectExisting(const json::Value& secret, const plan::Step& step, UtcTime now)
{
    plan::Inspection out;
    out.problems = judge(secret, step, now);
    out.state = hasErrors(out.problems) ? plan::Inspection::State::Blocked
                                        : plan::Inspection::State::AlreadyRight;
    plan::Change change;
    change.cluster = step.cluster;
    change.key = cacerts;
    change.note = "kept as it is";
    out.changes.push_back(std::move(change));
    return out;
}

struct Authority
{
    std::string rootPem;
    crypto::KeyPair intermediate;
};

/// What every workload sends after its own certificate: from its issuer up to the root.
std::string chainOf(const Authority& authority)
{
    return authority.intermediate.certificatePem + authority.rootPem;
}

json::Value secretFor(const Authority& authority, const std::string& spki)
{
    return json::Object {
        { "apiVersion", "v1" },
        { "kind", "Secret" },
        { "metadata",
          json::Object {
              { "name", "cacerts" },
              { "namespace", istioNamespace },
              { "labels", json::Object { { "app.kubernetes.io/managed-by", "isthmus" } } },
              { "annotations", json::Object { { "isthmus.io/spki", spki } } } } },
        { "type", "Opaque" },
        { "data",
          json::Object { { "ca-cert.pem", base64Encode(authority.intermediate.certificatePem) },
                         { "ca-key.pem", base64Encode(authority.intermediate.keyPem.reveal()) },
                         { "root-cert.pem", base64Encode(authority.rootPem) },
                         { "cert-chain.pem", base64Encode(chainOf(authority)) } } },
    };
}

/// The sealed file holds certificate and key together, so that it alone can sign the next
/// intermediate.
Result<crypto::KeyPair> openRoot(const std::string& file, PassphrasePort& passphrases)
{
    const Result<std::string> sealed = readFile(file);
    if (!sealed) {
        return Error(sealed.error());
    }
    const Result<Secret> passphrase = passphrases.passphrase(file, false);
    if (!passphrase) {
        return Error(passphrase.error());
    }
    const Result<Secret> opened = crypto::unseal(*sealed, *passphrase);
    if (!opened) {
        return Error(opened.error()).withSubject(file);
    }
    constexpr std::string_view end = "-----END CERTIFICATE-----\n";
    const std::string_view both = opened->reveal();
    const std::size_t at = both.find(end);
    if (at == std::string_view::npos) {
        return Error { ErrorCode::Invalid,
                       msg("operations.bad-root-file", { { "file", file } }),
                       "what was sealed in it has no certificate",
                       {},
                       msg("operations.other-root-file") };
    }
    return crypto::KeyPair { std::string(both.substr(0, at + end.size())),
                             Secret(both.substr(at + end.size())) };
}

Result<void>
storeRoot(const crypto::KeyPair& root, const std::string& file, PassphrasePort& passphrases)
{
    const Result<Secret> passphrase = passphrases.passphrase(file, true);
    if (!passphrase) {
        return Error(passphrase.error());
    }
    std::string both = root.certificatePem + std::string(root.keyPem.reveal());
    const Result<std::string> sealed = crypto::seal(Secret(both), *passphrase);
    wipe(both);
    return sealed ? writeFile(file, *sealed) : Result<void>(sealed.error());
}

Result<crypto::KeyPair>
rootFor(const plan::Step& step, const plan::ReadContext& context, PassphrasePort& passphrases)
{
    const std::string& file = step.inputs["rootKeyFile"].string();
    std::error_code failed;
    if (!file.empty() && std::filesystem::exists(file, failed)) {
        return openRoot(file, passphrases);
    }
    Result<crypto::KeyPair> root =
        crypto::makeRoot({ .commonName = "Root CA of " + step.inputs["mesh"].string(),
                           .days = rootDays,
                           .now = context.clock.now() });
    if (root && !file.empty()) {
        // Durable before the first write to the cluster: a crash after it must not leave a mesh
        // whose root key is gone.
        if (Result<void> stored = storeRoot(*root, file, passphrases); !stored) {
            return std::move(stored).error();
        }
    }
    return root;
}

Result<Authority>
makeAuthority(const plan::Step& step, const plan::ReadContext& context, PassphrasePort& passphrases)
{
    const Result<crypto::KeyPair> root = rootFor(step, context, passphrases);
    if (!root) {
        return Error(root.error());
    }
    const bool discard = step.inputs["rootKeyFile"].string().empty();
    Result<crypto::KeyPair> intermediate =
        crypto::makeIntermediate(*root,
                                 { .commonName = "Intermediate CA",
                                   .location = step.cluster.str(),
                                   .days = discard ? rootDays : intermediateDays,
                                   .now = context.clock.now() });
    if (!intermediate) {
        return std::move(intermediate).error();
    }
    Authority made { root->certificatePem, std::move(*intermediate) };
    const Diagnostics problems = crypto::checkAuthority(made.intermediate.certificatePem,
                                                        chainOf(made),
                                                        made.rootPem,
                                                        made.intermediate.keyPem,
                                                        context.clock.now());
    for (const Diagnostic& problem : problems) {
        if (problem.severity == Severity::Error) {
            return Error { ErrorCode::Internal, problem.summary, problem.detail };
        }
    }
    return made;
}

} // namespace

plan::Inspection TrustStep::inspect(const plan::Step& step, const plan::ReadContext& context) const
{
    plan::Inspection out;
    const auto block = [&out, &step](Message summary, std::string why, Message remedy) {
        out.state = plan::Inspection::State::Blocked;
        out.problems.push_back({ .summary = std::move(summary),
                                 .detail = std::move(why),
                                 .subject = step.cluster.str(),
                                 .remedy = std::move(remedy) });
        return out;
    };
    plan::ClusterPort* port = context.clusters.find(step.cluster);
    const std::array keys { cacerts, selfSigned };
    std::vector<Result<json::Value>> live = port->getAll(keys, context.stop);
    for (const Result<json::Value>& one : live) {
        if (!one && one.error().code != ErrorCode::NotFound) {
            return plan::blockedBy(one.error(), step.cluster.str());
        }
    }
    if (live[0]) {
        out = inspectExisting(*live[0], step, context.clock.now());
        json::wipe(*live[0]);
        return out;
    }
    const bool existing = step.inputs["existing"].boolean();
    if (live[1]) {
        json::wipe(*live[1]);
    }
    if (step.inputs["checkOnly"].boolean()) {
        out.state = plan::Inspection::State::AlreadyRight; // nothing of ours to judge
        return out;
    }
    if (live[1]) {
        if (existing) {
            out.state = plan::Inspection::State::AlreadyRight;
            return out;
        }
        return block(msg("operations.has-own-root", { { "cluster", step.cluster.str() } }),
                     text(selfSigned) + " exists, so its workloads trust another root already",
                     msg("operations.keep-root"));
    }
    if (existing) {
        return block(msg("operations.no-root", { { "cluster", step.cluster.str() } }),
                     "spec.trust.root is `existing`",
                     msg("operations.generate-root"));
    }
    plan::Change change;
    change.action = plan::Action::Create;
    change.cluster = step.cluster;
    change.key = cacerts;
    const bool discard = step.inputs["rootKeyFile"].string().empty();
    change.diff = discard ? "+ a new root, whose key is thrown away, and an intermediate that "
                            "lives as long (10 years)\n"
                          : "+ a new root, sealed in " + step.inputs["rootKeyFile"].string()
            + ", and an intermediate for one year\n";
    out.changes.push_back(std::move(change));
    return out;
}

Result<void> TrustStep::apply(const plan::Step& step, plan::WriteContext& context) const
{
    Result<Authority> authority = makeAuthority(step, context, m_passphrases);
    if (!authority) {
        return std::move(authority).error();
    }
    const auto info = crypto::readCertificates(authority->intermediate.certificatePem);
    plan::PreparedWrite write;
    write.write.verb = kube::Verb::Create; // never over one that is there
    write.write.key = cacerts;
    write.write.body = secretFor(*authority, info ? info->front().spki : std::string());
    write.write.sensitive = true;
    std::vector<plan::PreparedWrite> writes;
    writes.push_back(std::move(write));
    Result<std::vector<json::Value>> sent = context.write(step.cluster, std::move(writes));
    return sent ? Result<void>() : std::move(sent).error();
}

Result<void> TrustStep::verify(const plan::Step& /*step*/, plan::WriteContext& /*context*/) const
{
    return {};
}

Result<void>
TrustStep::undoResidue(const plan::Step& step, plan::WriteContext& context, bool writesGone) const
{
    if (writesGone) {
        return {};
    }
    plan::ClusterPort* port = context.clusters.find(step.cluster);
    const std::array keys { cacerts };
    Result<json::Value> live = std::move(port->getAll(keys, context.stop).front());
    const bool ours =
        live && kube::annotation(*live, plan::operationAnnotation) == context.operation().str();
    if (live) {
        json::wipe(*live);
    } else if (live.error().code != ErrorCode::NotFound) {
        return std::move(live).error();
    }
    if (!ours) {
        return {};
    }
    if (Result<void> gone = awaitNoIstiod(step.cluster, context); !gone) {
        return gone;
    }
    return removeRootsOf(step.cluster, step.cluster, context);
}

} // namespace isthmus::operations

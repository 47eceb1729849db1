// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/steps/certificate_step.h"

#include "core/base/file.h"
#include "core/base/strings.h"
#include "core/crypto/certificate.h"
#include "core/crypto/inspection.h"
#include "core/operations/names.h"
#include "core/plan/objects.h"

#include <array>

namespace isthmus::operations {

namespace {

constexpr int certificateDays = 365;
constexpr std::size_t largestFile = std::size_t { 256 } << 10;

kube::ObjectKey secretKey(const plan::Step& step)
{
    return { "v1", "Secret", std::string(istioNamespace), step.inputs["secret"].string() };
}

std::string wildcard(const plan::Step& step)
{
    return "*." + step.inputs["domain"].string();
}

bool fromFiles(const plan::Step& step)
{
    return !step.inputs["certificateFile"].string().empty();
}

Result<crypto::KeyPair> readPair(const plan::Step& step)
{
    Result<std::string> certificate =
        readFile(step.inputs["certificateFile"].string(), largestFile);
    if (!certificate) {
        return std::move(certificate).error();
    }
    Result<std::string> key = readFile(step.inputs["keyFile"].string(), largestFile);
    if (!key) {
        return std::move(key).error();
    }
    crypto::KeyPair pair { std::move(*certificate), Secret(*key) };
    wipe(*key);
    return pair;
}

/// Whether a certificate that is there will do: covers the domain, and is valid now.
Diagnostics judge(const std::string& pem, const plan::Step& step, UtcTime now)
{
    Diagnostics problems;
    const std::string subject = step.cluster.str() + ": " + text(secretKey(step));
    const auto certificates = crypto::readCertificates(pem);
    if (!certificates || certificates->empty()) {
        problems.push_back({ .summary = msg("operations.certificate-unreadable"),
                             .subject = subject,
                             .remedy = msg("operations.replace-certificate") });
        return problems;
    }
    const crypto::CertificateInfo& leaf = certificates->front();
    if (!crypto::covers(leaf, "any." + step.inputs["domain"].string())) {
        problems.push_back(
            { .summary = msg("operations.certificate-covers-not", { { "host", wildcard(step) } }),
              .detail = "it is for " + join(leaf.dnsNames, ", "),
              .subject = subject,
              .remedy = msg("operations.replace-certificate") });
    }
    if (leaf.notAfter <= now) {
        problems.push_back({ .summary = msg("operations.certificate-expired",
                                            { { "time", formatTime(leaf.notAfter) } }),
                             .subject = subject,
                             .remedy = msg("operations.replace-certificate") });
    }
    return problems;
}

plan::Inspection blocked(Diagnostics problems)
{
    plan::Inspection out;
    out.state = plan::Inspection::State::Blocked;
    out.problems = std::move(problems);
    return out;
}

plan::Inspection blocked(const Error& error)
{
    return blocked({ { .summary = error.message,
                       .detail = error.detail,
                       .subject = error.subject,
                       .remedy = error.remedy } });
}

/// Whether the Secret that is there will do. `wanted` is the files' certificate, where files are
/// given.
plan::Inspection inspectPresent(const plan::Step& step,
                                const json::Value& live,
                                const std::string& wanted,
                                UtcTime now)
{
    plan::Inspection out;
    plan::Change change { .cluster = step.cluster, .key = secretKey(step) };
    const std::string present =
        base64Decode(live["data"]["tls.crt"].string()).value_or(std::string());
    const bool ours = plan::isOurs(live);
    const bool otherFiles = !wanted.empty() && wanted != present;
    if (otherFiles && !ours) {
        return blocked({ { .summary = msg("plan.foreign-owner", { { "object", text(change.key) } }),
                           .detail = "it holds another certificate than the files",
                           .subject = step.cluster.str() + ": " + text(change.key),
                           .remedy = msg("operations.replace-certificate") } });
    }
    const Diagnostics problems = judge(present, step, now);
    const bool outdated =
        hasErrors(problems) && ours && !step.inputs["existing"].boolean() && wanted.empty();
    if (otherFiles || outdated) {
        change.action = plan::Action::Update;
        change.diff = otherFiles ? "~ certificate and key from the files\n"
                                 : "~ a new self-signed certificate for " + wildcard(step) + "\n";
        out.changes.push_back(std::move(change));
        return out;
    }
    if (hasErrors(problems)) {
        return blocked(problems);
    }
    out.state = plan::Inspection::State::AlreadyRight;
    out.values["certificate"] = present;
    out.changes.push_back(std::move(change));
    return out;
}

} // namespace

plan::Inspection CertificateStep::inspect(const plan::Step& step,
                                          const plan::ReadContext& context) const
{
    plan::Inspection out;
    plan::Change change { .cluster = step.cluster, .key = secretKey(step) };
    std::string wanted; // the file's certificate, where files are given
    if (fromFiles(step)) {
        const Result<crypto::KeyPair> pair = readPair(step);
        if (!pair) {
            return blocked(pair.error());
        }
        out.problems = crypto::checkServerPair(pair->certificatePem,
                                               pair->keyPem,
                                               { "any." + step.inputs["domain"].string() },
                                               context.clock.now());
        if (hasErrors(out.problems)) {
            return blocked(std::move(out.problems));
        }
        wanted = pair->certificatePem;
    }
    plan::ClusterPort* port = context.clusters.find(step.cluster);
    const std::array keys { secretKey(step) };
    Result<json::Value> live = std::move(port->getAll(keys, context.stop).front());
    if (!live && live.error().code != ErrorCode::NotFound) {
        return plan::blockedBy(live.error(), step.cluster.str());
    }
    if (!live) {
        if (step.inputs["existing"].boolean()) {
            return blocked({ { .summary = msg("operations.no-certificate-secret",
                                              { { "object", text(secretKey(step)) } }),
                               .subject = step.cluster.str(),
                               .remedy = msg("operations.make-certificate-secret") } });
        }
        change.action = plan::Action::Create;
        change.diff = fromFiles(step) ? "+ certificate and key from the files\n"
                                      : "+ a self-signed certificate for " + wildcard(step) + "\n";
        out.changes.push_back(std::move(change));
        return out;
    }
    plan::Inspection present = inspectPresent(step, *live, wanted, context.clock.now());
    json::wipe(*live);
    present.problems.insert(present.problems.begin(), out.problems.begin(), out.problems.end());
    return present;
}

Result<void> CertificateStep::apply(const plan::Step& step, plan::WriteContext& context) const
{
    const Result<crypto::KeyPair> pair = fromFiles(step)
        ? readPair(step)
        : crypto::makeServer({ wildcard(step), step.inputs["domain"].string() },
                             certificateDays,
                             context.clock.now());
    if (!pair) {
        return Error(pair.error());
    }
    plan::ClusterPort* port = context.clusters.find(step.cluster);
    const std::array keys { secretKey(step) };
    Result<json::Value> live = std::move(port->getAll(keys, context.stop).front());
    if (!live && live.error().code != ErrorCode::NotFound) {
        return std::move(live).error();
    }
    plan::PreparedWrite write;
    write.write.key = secretKey(step);
    write.write.sensitive = true;
    write.write.body = json::Object {
        { "apiVersion", "v1" },
        { "kind", "Secret" },
        { "metadata",
          json::Object {
              { "name", secretKey(step).name },
              { "namespace", istioNamespace },
              { "labels", json::Object { { "app.kubernetes.io/managed-by", "isthmus" } } } } },
        { "type", "kubernetes.io/tls" },
        { "data",
          json::Object { { "tls.crt", base64Encode(pair->certificatePem) },
                         { "tls.key", base64Encode(pair->keyPem.reveal()) } } },
    };
    write.live = live ? std::move(*live) : json::Value();
    std::vector<plan::PreparedWrite> writes;
    writes.push_back(std::move(write));
    if (Result<std::vector<json::Value>> sent = context.write(step.cluster, std::move(writes));
        !sent) {
        return std::move(sent).error();
    }
    return context.fill("certificate", pair->certificatePem);
}

Result<void> CertificateStep::verify(const plan::Step& /*step*/,
                                     plan::WriteContext& /*context*/) const
{
    return {};
}

} // namespace isthmus::operations

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/checks/trust.h"

#include "core/base/strings.h"
#include "core/crypto/certificate.h"
#include "core/crypto/inspection.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace isthmus::checks {

namespace {

constexpr std::size_t fingerprintDigits = 16;

void say(CheckItem& item, Outcome outcome, Message cause, Message remedy)
{
    item.outcome = outcome;
    item.cause = std::move(cause);
    item.remedy = std::move(remedy);
}

/// The first certificate: who, until when, and the start of its fingerprint. "" for what is none.
std::string described(std::string_view pem)
{
    const auto certificates = crypto::readCertificates(pem);
    if (!certificates) {
        return {};
    }
    const crypto::CertificateInfo& info = certificates->front();
    return info.subject + ", until " + formatTime(info.notAfter).substr(0, 10) + ", SHA-256 "
        + info.fingerprint.substr(0, fingerprintDigits) + "…";
}

/// What the cluster's workloads are, or will be, verified against; "" where nothing has decided
/// yet.
const std::string& rootOf(const AuthorityFacts& facts)
{
    if (facts.plugged && !facts.rootPem.empty()) {
        return facts.rootPem;
    }
    return !facts.selfSignedPem.empty() ? facts.selfSignedPem : facts.trustedPem;
}

bool onlyResidue(const AuthorityFacts& facts)
{
    return facts.remote && !facts.plugged && facts.selfSignedPem.empty();
}

/// P9 says it, and louder.
Diagnostics withoutSampleKeys(Diagnostics problems)
{
    std::erase_if(problems, [](const Diagnostic& problem) {
        return problem.summary.id == "crypto.sample-key";
    });
    return problems;
}

const Diagnostic* worst(const Diagnostics& problems)
{
    const auto error = std::ranges::find(problems, Severity::Error, &Diagnostic::severity);
    if (error != problems.end()) {
        return &*error;
    }
    const auto warning = std::ranges::find(problems, Severity::Warning, &Diagnostic::severity);
    return warning != problems.end() ? &*warning : nullptr;
}

std::string listed(const Diagnostics& problems)
{
    std::vector<std::string> parts;
    for (const Diagnostic& problem : problems) {
        parts.push_back(text(problem.summary)
                        + (problem.subject.empty() ? "" : " (" + problem.subject + ")")
                        + (problem.detail.empty() ? "" : ": " + problem.detail));
    }
    return join(parts, "; ");
}

/// Workloads still trust something else than the set that was plugged in.
bool isNotTakenOver(const AuthorityFacts& facts)
{
    if (facts.remote || facts.trustedPem.empty()) {
        return false;
    }
    const Result<bool> same = crypto::sameRoots(facts.rootPem, facts.trustedPem);
    return same && !*same;
}

void judgePlugged(const AuthorityFacts& facts, UtcTime now, CheckItem& item)
{
    if (!facts.missingKeys.empty()) {
        say(item,
            Outcome::Fail,
            msg("checks.cacerts-incomplete", { { "keys", join(facts.missingKeys, ", ") } }),
            msg("checks.cacerts-incomplete.do"));
        return;
    }
    const Diagnostics problems = withoutSampleKeys(crypto::checkAuthority(
        facts.certificatePem, facts.chainPem, facts.rootPem, facts.keyPem, now));
    if (const Diagnostic* problem = worst(problems)) {
        item.evidence = msg("checks.said", { { "words", "cacerts: " + listed(problems) } });
        say(item,
            problem->severity == Severity::Error ? Outcome::Fail : Outcome::Warn,
            problem->summary,
            problem->remedy);
        return;
    }
    item.evidence = msg(
        "checks.plugged",
        { { "authority", described(facts.certificatePem) }, { "root", described(facts.rootPem) } });
    if (isNotTakenOver(facts)) {
        say(item,
            Outcome::Warn,
            msg("checks.root-not-taken", { { "root", described(facts.trustedPem) } }),
            msg("checks.root-not-taken.do"));
    }
}

void judgeSelfSigned(const AuthorityFacts& facts, UtcTime now, CheckItem& item)
{
    const auto certificates = crypto::readCertificates(facts.selfSignedPem);
    if (!certificates) {
        item.evidence = msg("checks.said", { { "words", certificates.error().detail } });
        say(item,
            Outcome::Fail,
            msg("checks.self-signed-broken"),
            msg("checks.self-signed-broken.do"));
        return;
    }
    item.evidence = msg("checks.self-signed", { { "root", described(facts.selfSignedPem) } });
    if (certificates->front().notAfter <= now) {
        say(item,
            Outcome::Fail,
            msg("checks.self-signed-expired"),
            msg("checks.self-signed-broken.do"));
    } else if (facts.makesRoot) {
        // istiod watches cacerts only where it started with one.
        say(item, Outcome::Warn, msg("checks.signs-already"), msg("checks.signs-already.do"));
    }
}

} // namespace

CheckItem checkAuthorities(const AuthorityFacts& facts, UtcTime now)
{
    CheckItem item { .id = "P8", .from = facts.cluster, .outcome = Outcome::Pass };
    if (facts.plugged) {
        judgePlugged(facts, now, item);
    } else if (!facts.selfSignedPem.empty()) {
        judgeSelfSigned(facts, now, item);
    } else {
        item.evidence = facts.trustedPem.empty()
            ? msg("checks.no-authority")
            : msg("checks.trusts", { { "root", described(facts.trustedPem) } });
    }
    return item;
}

CheckItem checkSharedRoot(const AuthorityFacts& from, const AuthorityFacts& to)
{
    CheckItem item { .id = "P8", .from = from.cluster, .to = to.cluster, .outcome = Outcome::Pass };
    for (const AuthorityFacts* each : { &from, &to }) {
        if (rootOf(*each).empty()) {
            item.outcome = Outcome::Skipped;
            item.cause = msg("checks.no-root-yet", { { "cluster", each->cluster.str() } });
            return item;
        }
    }
    const Result<bool> same = crypto::sameRoots(rootOf(from), rootOf(to));
    if (!same) {
        return unread("P8", from.cluster, to.cluster, same.error());
    }
    if (*same) {
        item.evidence = msg("checks.one-root", { { "root", described(rootOf(from)) } });
        return item;
    }
    item.evidence = msg("checks.two-roots",
                        { { "a", from.cluster.str() },
                          { "aRoot", described(rootOf(from)) },
                          { "b", to.cluster.str() },
                          { "bRoot", described(rootOf(to)) } });
    if (onlyResidue(from) || onlyResidue(to)) {
        say(item, Outcome::Warn, msg("checks.root-residue"), msg("checks.root-residue.do"));
    } else {
        say(item, Outcome::Fail, msg("checks.roots-differ"), msg("checks.roots-differ.do"));
    }
    return item;
}

CheckItem checkSampleAuthority(const AuthorityFacts& facts)
{
    CheckItem item { .id = "P9", .from = facts.cluster, .outcome = Outcome::Pass };
    const std::array<std::pair<std::string_view, const std::string*>, 5> places { {
        { "Secret cacerts, ca-cert.pem", &facts.certificatePem },
        { "Secret cacerts, cert-chain.pem", &facts.chainPem },
        { "Secret cacerts, root-cert.pem", &facts.rootPem },
        { "Secret istio-ca-secret", &facts.selfSignedPem },
        { "ConfigMap istio-ca-root-cert", &facts.trustedPem },
    } };
    bool any = false;
    for (const auto& [place, pem] : places) {
        const auto certificates = crypto::readCertificates(*pem);
        if (!certificates) {
            continue; // absent; or unreadable, which P8 says
        }
        any = true;
        for (const crypto::CertificateInfo& info : *certificates) {
            if (crypto::isPublicSampleKey(info.spki)) {
                item.evidence = msg("checks.sample-found",
                                    { { "place", std::string(place) },
                                      { "subject", info.subject },
                                      { "spki", info.spki } });
                say(item, Outcome::Fail, msg("checks.sample"), msg("checks.sample.do"));
                return item;
            }
        }
    }
    item.evidence = any ? msg("checks.no-sample") : msg("checks.no-authority");
    return item;
}

} // namespace isthmus::checks

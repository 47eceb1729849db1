// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/render/plan_script.h"

#include "app/cli/render/plan.h"
#include "app/cli/style.h"
#include "core/operations/names.h"
#include "core/yaml/document.h"

#include <algorithm>

namespace isthmus::cli {

namespace {

using operations::istioNamespace;

/// A hole as a shell variable: "onprem/east-west-address#address" → ONPREM_EAST_WEST_ADDRESS.
std::string variableOf(const StepId& step)
{
    std::string out;
    for (const char c : step.str()) {
        const bool lower = c >= 'a' && c <= 'z';
        const bool plain = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        out += lower ? static_cast<char>(c - 'a' + 'A') : plain ? c : '_';
    }
    return out.empty() || (out.front() >= '0' && out.front() <= '9') ? "V_" + out : out;
}

/// A word that no YAML writer quotes, and that sed finds again.
std::string placeholderOf(const StepId& step)
{
    return "ISTHMUS__" + variableOf(step) + "__";
}

/// The tree with its holes as placeholders.
json::Value withWords(const json::Value& tree)
{
    plan::HoleValues values;
    for (const plan::Hole& hole : plan::holesIn(tree)) {
        values[hole] = placeholderOf(hole.step);
    }
    return plan::filled(tree, values);
}

/// " | sed -e …" that puts the values of the holes in, or nothing.
std::string substitution(const json::Value& tree)
{
    std::string out;
    for (const plan::Hole& hole : plan::holesIn(tree)) {
        const std::string expression =
            "s|" + placeholderOf(hole.step) + "|\\\"$" + variableOf(hole.step) + "\\\"|";
        if (out.find(expression) == std::string::npos) {
            out += " -e \"" + expression + "\"";
        }
    }
    return out.empty() ? out : " | sed" + out;
}

/// A here-document whose end mark no line of the text equals.
std::string hereDocument(const std::string& text, const std::string& pipe)
{
    std::string mark = "EOF";
    while (("\n" + text).find("\n" + mark + "\n") != std::string::npos) {
        mark += "_";
    }
    return " <<'" + mark + "'" + pipe + "\n" + text + mark + "\n";
}

class Script
{
public:
    explicit Script(const plan::Survey& survey)
        : m_survey(survey)
    { }

    std::string take()
    {
        head();
        for (const plan::Step& step : m_survey.plan.steps) {
            m_out += "\n# ---- " + step.cluster.str() + ": " + oneLine(text(step.title)) + "\n";
            body(step);
        }
        return std::move(m_out);
    }

private:
    [[nodiscard]] std::string kubectl(const ClusterId& cluster) const
    {
        const auto found = m_survey.plan.clusters.find(cluster);
        std::string out = "kubectl";
        if (found != m_survey.plan.clusters.end()) {
            const plan::ClusterIdentity& identity = found->second;
            out += identity.kubeconfig.empty() ? ""
                                               : " --kubeconfig " + shellWord(identity.kubeconfig);
            out += " --context " + shellWord(identity.context);
        }
        return out;
    }

    [[nodiscard]] std::string apply(const ClusterId& cluster) const
    {
        return kubectl(cluster) + " apply --server-side --field-manager=isthmus -f -";
    }

    void head()
    {
        const plan::Plan& plan = m_survey.plan;
        m_out += "#!/usr/bin/env bash\n# " + plan.operation + " of the mesh " + oneLine(plan.mesh)
            + " by hand: what `isthmusctl " + plan.operation
            + "` would do,\n# without its journal, its proofs and its way back.\n"
              "# Plan "
            + plan::planId(plan) + "\nset -euo pipefail\n";
    }

    void body(const plan::Step& step)
    {
        if (step.type == "chart") {
            chart(step);
        } else if (step.type == "trust") {
            trust(step);
        } else if (step.type == "address") {
            address(step);
        } else if (step.type == "injector") {
            injector(step);
        } else if (step.type == "remote-secret") {
            remoteSecret(step);
        } else if (step.type == "certificate") {
            certificate(step);
        } else if (step.type == "weights") {
            weights(step);
        } else if (!step.inputs["objects"].array().empty()) {
            objects(step);
        } else {
            m_out += step.kind == plan::StepKind::Check
                ? "# A check: nothing is left behind by it, and it has no short form by hand.\n"
                : "# Has no short form by hand.\n";
        }
    }

    void objects(const plan::Step& step)
    {
        const json::Value& all = step.inputs["objects"];
        std::string documents;
        const json::Value worded =
            withWords(all); // named: a loop over a temporary's part outlives it
        for (const json::Value& object : worded.array()) {
            documents += (documents.empty() ? "" : "---\n") + yaml::write(object);
        }
        m_out += "cat" + hereDocument(documents, substitution(all) + " | " + apply(step.cluster));
        waits(step);
    }

    void chart(const plan::Step& step)
    {
        const json::Value& inputs = step.inputs;
        if (inputs["part"].string() == "rest"
            && m_survey.plan.find(definitionsOf(step)) != nullptr) {
            m_out += "# It came with the step before: both are one chart.\n";
            return;
        }
        const std::string version = inputs["kubeVersion"].string();
        const std::string helm = " | helm template " + shellWord(inputs["release"].string()) + " "
            + shellWord(inputs["path"].string()) + " --namespace "
            + shellWord(inputs["namespace"].string())
            + (version.empty() ? "" : " --kube-version " + shellWord(version)) + " --values -";
        m_out += "cat"
            + hereDocument(yaml::write(withWords(inputs["values"])),
                           substitution(inputs["values"]) + helm + " \\\n  | "
                               + apply(step.cluster));
        waits(step);
    }

    [[nodiscard]] static StepId definitionsOf(const plan::Step& step)
    {
        return operations::stepId(step.cluster, "crds");
    }

    void waits(const plan::Step& step)
    {
        const std::string timeout =
            " --timeout=" + std::to_string(step.deadline.count() / 1'000) + "s\n";
        std::string definitions;
        for (const plan::Change& change : changesOf(m_survey, step.id)) {
            if (change.key.kind == "Deployment" && step.inputs["awaitReady"].boolean()) {
                m_out += kubectl(step.cluster) + " -n " + shellWord(change.key.ns)
                    + " rollout status deployment/" + shellWord(change.key.name) + timeout;
            } else if (change.key.kind == "CustomResourceDefinition") {
                definitions += " " + shellWord("crd/" + change.key.name);
            }
        }
        if (!definitions.empty()) {
            m_out +=
                kubectl(step.cluster) + " wait --for=condition=Established" + definitions + timeout;
        }
    }

    void trust(const plan::Step& step)
    {
        m_out += "# Isthmus generates a root certificate and an intermediate here; their keys are "
                 "never shown.\n"
                 "# By hand, make ca-cert.pem, ca-key.pem (the intermediate), root-cert.pem and "
                 "cert-chain.pem\n"
                 "# with a certificate tool. Never use the sample certificates of an Istio "
                 "release: their key\n"
                 "# is public.\n"
            + kubectl(step.cluster) + " -n " + std::string(istioNamespace)
            + " create secret generic cacerts \\\n  --from-file=ca-cert.pem --from-file=ca-key.pem "
              "--from-file=root-cert.pem --from-file=cert-chain.pem\n";
    }

    void address(const plan::Step& step)
    {
        const std::string variable = variableOf(step.id);
        if (const std::string& given = step.inputs["address"].string(); !given.empty()) {
            m_out += variable + "=" + shellWord(given) + "\n";
            return;
        }
        m_out += "until " + variable + "=$(" + kubectl(step.cluster) + " -n "
            + std::string(istioNamespace) + " get service "
            + shellWord(step.inputs["service"].string())
            + " \\\n    -o jsonpath='{.status.loadBalancer.ingress[0].ip}"
              "{.status.loadBalancer.ingress[0].hostname}') && [ -n \"$"
            + variable + "\" ]; do sleep 2; done\n";
    }

    void injector(const plan::Step& step)
    {
        m_out += "until " + kubectl(step.cluster)
            + " get mutatingwebhookconfiguration istio-sidecar-injector \\\n"
              "    -o jsonpath='{.webhooks[0].clientConfig.caBundle}' | grep -q .; do sleep 2; "
              "done\n";
    }

    void remoteSecret(const plan::Step& step)
    {
        const json::Value& inputs = step.inputs;
        const ClusterId remote(inputs["remote"].string());
        const std::string read = kubectl(remote) + " -n " + std::string(istioNamespace)
            + " get secret " + std::string(operations::readerTokenSecret) + " -o jsonpath=";
        const std::string name = shellWord(operations::remoteSecretName(remote));
        const std::string write = kubectl(step.cluster) + " -n " + std::string(istioNamespace);
        const std::string& serverName = inputs["tlsServerName"].string();
        json::Value cluster = json::Object { { "server", inputs["server"].string() },
                                             { "certificate-authority-data", "ISTHMUS__CA__" } };
        if (!serverName.empty()) {
            cluster.member("tls-server-name") = serverName;
        }
        const json::Value config = json::Object {
            { "apiVersion", "v1" },
            { "kind", "Config" },
            { "clusters",
              json::Array { json::Object { { "name", "cluster" }, { "cluster", cluster } } } },
            { "users",
              json::Array {
                  json::Object { { "name", "cluster" },
                                 { "user", json::Object { { "token", "ISTHMUS__TOKEN__" } } } } } },
            { "contexts",
              json::Array { json::Object {
                  { "name", "cluster" },
                  { "context",
                    json::Object { { "cluster", "cluster" }, { "user", "cluster" } } } } } },
            { "current-context", "cluster" },
        };
        m_out += "# The token stays in the shell; it is not part of this script.\n"
                 "READER_TOKEN=$("
            + read + "'{.data.token}' | base64 -d)\nREADER_CA=$(" + read
            + "'{.data.ca\\.crt}')\ncat"
            + hereDocument(yaml::write(config),
                           " | sed -e \"s|ISTHMUS__CA__|$READER_CA|\" -e "
                           "\"s|ISTHMUS__TOKEN__|$READER_TOKEN|\" \\\n  | "
                               + write + " create secret generic " + name
                               + " --from-file=" + shellWord(remote.str()) + "=/dev/stdin")
            + write + " annotate secret " + name
            + " networking.istio.io/cluster=" + shellWord(remote.str()) + "\n" + write
            + " label secret " + name + " istio/multiCluster=true\n";
    }

    void certificate(const plan::Step& step)
    {
        const json::Value& inputs = step.inputs;
        const std::string secret = shellWord(inputs["secret"].string());
        const std::string in = kubectl(step.cluster) + " -n " + std::string(istioNamespace);
        std::string certificate = inputs["certificateFile"].string();
        std::string key = inputs["keyFile"].string();
        if (certificate.empty() && !inputs["existing"].boolean()) {
            certificate = "ingress-cert.pem";
            key = "ingress-key.pem";
            const std::string& domain = inputs["domain"].string();
            m_out += "# Isthmus generates the key and keeps it in the Secret alone.\n"
                     "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days "
                     "365 \\\n"
                     "  -subj "
                + shellWord("/CN=*." + domain) + " -addext "
                + shellWord("subjectAltName=DNS:*." + domain + ",DNS:" + domain) + " \\\n  -keyout "
                + key + " -out " + certificate + "\n";
        }
        if (!certificate.empty()) {
            m_out += in + " create secret tls " + secret + " --cert=" + shellWord(certificate)
                + " --key=" + shellWord(key) + "\n";
        }
        // As a YAML scalar in double quotes, which is where its placeholder stands.
        m_out += variableOf(step.id) + "=$(" + in + " get secret " + secret
            + " -o jsonpath='{.data.tls\\.crt}' | base64 -d \\\n  | awk '{ printf \"%s\\\\\\\\n\", "
              "$0 }')\n";
    }

    void weights(const plan::Step& step)
    {
        for (const plan::Change& change : changesOf(m_survey, step.id)) {
            m_out += "# " + text(change.key) + " shall carry these weights:\n";
            std::string diff = change.diff;
            for (std::size_t at = 0; at < diff.size();) {
                const std::size_t end = std::min(diff.find('\n', at), diff.size());
                m_out += "#   " + diff.substr(at, end - at) + "\n";
                at = end + 1;
            }
            m_out += kubectl(step.cluster) + " -n " + shellWord(change.key.ns)
                + " edit virtualservice " + shellWord(change.key.name) + "\n";
        }
    }

    const plan::Survey& m_survey;
    std::string m_out;
};

} // namespace

std::string shellWord(const std::string& text)
{
    const bool plain = !text.empty()
        && text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "/._-+=:@,")
            == std::string::npos;
    if (plain) {
        return text;
    }
    std::string out = "'";
    for (const char c : text) {
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return out + "'";
}

std::string renderScript(const plan::Survey& survey)
{
    return Script(survey).take();
}

} // namespace isthmus::cli

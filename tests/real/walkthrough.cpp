// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/real/walkthrough.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>

namespace isthmus::test {

namespace {

std::string readAll(const std::string& path)
{
    const std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

void replace(std::string& text, const std::string& from, const std::string& to)
{
    if (const std::size_t at = text.find(from); at != std::string::npos) {
        text.replace(at, from.size(), to);
    }
}

/// The lines below "take away the "# "" without their "# ", as the file asks for it.
std::string withShopLines(const std::string& text)
{
    std::istringstream in(text);
    std::string out;
    bool shop = false;
    for (std::string line; std::getline(in, line);) {
        if (shop && line.starts_with("  # ")) {
            line.erase(2, 2);
        }
        shop = shop || line.find("---- A shop") != std::string::npos;
        out += line + "\n";
    }
    return out;
}

QJsonObject objectOf(const std::string& text)
{
    return QJsonDocument::fromJson(QByteArray::fromStdString(text)).object();
}

/// "v1/Secret istio-system/cacerts .data.x=y" cut at its blanks.
struct Line
{
    std::string kind;
    std::string name;
    std::string field;
};

Line cut(const std::string& line)
{
    const std::size_t name = line.find(' ');
    const std::size_t field = line.find(" .", name + 1);
    const std::string type = line.substr(0, name);
    return { type.substr(type.rfind('/') + 1),
             line.substr(name + 1, field - name - 1),
             line.substr(field + 1) };
}

/// Another value in each life of a mesh that is the same all the same.
bool isOfOneLife(const Line& line)
{
    for (const char* part : { "caBundle",
                              ".spec.clusterIP",
                              "nodePort",
                              "healthCheckNodePort",
                              "isthmus.io/operation",
                              "isthmus.io/spki",
                              "kubernetes.io/service-account.uid" }) {
        if (line.field.find(part) != std::string::npos) {
            return true;
        }
    }
    return line.kind == "Secret" && line.field.starts_with(".data.");
}

std::string withoutAddresses(const std::string& text)
{
    static const std::regex address(R"(\b(172\.30\.0\.1\d\d|10\.1\d\d?\.\d+\.\d+)\b)");
    return std::regex_replace(text, address, "ADDRESS");
}

std::string withoutRandomEnd(const Line& line)
{
    static const std::regex podEnd("(-[a-z0-9]{8,10})?-[a-z0-9]{5}$");
    static const std::regex setEnd("-[a-z0-9]{8,10}$");
    if (line.kind == "Pod" || line.kind == "EndpointSlice") {
        return std::regex_replace(line.name, podEnd, "");
    }
    return line.kind == "ReplicaSet" ? std::regex_replace(line.name, setEnd, "") : line.name;
}

} // namespace

Walkthrough::Walkthrough(const Bed& bed)
    : m_bed(bed)
    , m_tool(bed)
{ }

Run Walkthrough::init(bool withShop) const
{
    const std::string kubeconfig = path("kubeconfig");
    (void)m_tool.folder().write("kubeconfig", readAll(m_bed.kubeconfig()));
    for (const auto& [was, is] : { std::pair { "c1", "onprem" }, std::pair { "c2", "gke" } }) {
        const Run renamed = test::run(
            { "kubectl", { "--kubeconfig", kubeconfig, "config", "rename-context", was, is } });
        if (!renamed.succeeded()) {
            return renamed;
        }
    }
    Run certificate = test::run({ "openssl",
                                  { "req",
                                    "-x509",
                                    "-newkey",
                                    "ec",
                                    "-pkeyopt",
                                    "ec_paramgen_curve:P-256",
                                    "-nodes",
                                    "-days",
                                    "30",
                                    "-subj",
                                    "/CN=shop",
                                    "-addext",
                                    "subjectAltName=DNS:*.apps.example.com",
                                    "-keyout",
                                    path("shop.key"),
                                    "-out",
                                    certificateFile() } });
    if (!certificate.succeeded()) {
        return certificate;
    }
    Run done = m_tool.run({ "init",
                            "--yes", // a test may begin anew
                            "--kubeconfig",
                            kubeconfig,
                            "-f",
                            meshFile(),
                            "--contexts",
                            "onprem,gke",
                            "--charts",
                            m_bed.charts() });
    std::string text = readAll(meshFile());
    text = withShop ? withShopLines(text) : text;
    replace(text, "{generate: self-signed}", "{files: {cert: shop.crt, key: shop.key}}");
    // The bed's Envoys run as another user than the one that owns their standard output, so that
    // they may not open it a second time as a log: every listener would be refused.
    replace(text,
            "    topology: primary-remote",
            "    values: {istiod: {meshConfig: {accessLogFile: \"\"}}}\n"
            "    topology: primary-remote");
    (void)m_tool.folder().write("mesh.yaml", text);
    return done;
}

void Walkthrough::replaceInMesh(const std::string& from, const std::string& to) const
{
    QString text = QString::fromStdString(readAll(meshFile()));
    QVERIFY2(text.contains(QString::fromStdString(from)), qPrintable(text));
    text.replace(QString::fromStdString(from), QString::fromStdString(to));
    (void)m_tool.folder().write("mesh.yaml", text.toStdString());
}

std::vector<std::string> Walkthrough::withFiles(std::vector<std::string> arguments) const
{
    for (const std::string& word :
         { std::string("-f"), meshFile(), std::string("--kubeconfig"), path("kubeconfig") }) {
        arguments.push_back(word);
    }
    return arguments;
}

Run Walkthrough::run(std::vector<std::string> arguments, std::chrono::seconds deadline) const
{
    return m_tool.run(withFiles(std::move(arguments)), {}, deadline);
}

std::unique_ptr<QProcess> Walkthrough::start(std::vector<std::string> arguments) const
{
    return m_tool.start(withFiles(std::move(arguments)));
}

std::string Walkthrough::ingressAddress() const
{
    return m_bed.address("c1", "istio-system", "istio-ingressgateway");
}

Counts Walkthrough::request(int count, const std::string& path) const
{
    return sendRequests({ .address = ingressAddress(),
                          .host = host(),
                          .caFile = certificateFile(),
                          .count = count,
                          .path = path });
}

std::vector<std::pair<std::string, std::string>> Walkthrough::operations() const
{
    std::vector<std::pair<std::string, std::string>> out;
    const QJsonObject list = objectOf(m_tool.run({ "operations", "-o", "json" }).output);
    for (const QJsonValue item : list[QLatin1String("items")].toArray()) {
        out.emplace_back(item[QLatin1String("id")].toString().toStdString(),
                         item[QLatin1String("state")].toString().toStdString());
    }
    std::ranges::sort(out, std::greater<>()); // an id begins with its time
    return out;
}

std::vector<std::string> writesIn(const std::string& auditFile)
{
    std::vector<std::string> out;
    std::istringstream lines(readAll(auditFile));
    for (std::string line; std::getline(lines, line);) {
        const QJsonObject record = objectOf(line);
        const std::string verb = record[QLatin1String("verb")].toString().toStdString();
        const std::string path = record[QLatin1String("path")].toString().toStdString();
        const bool asks = verb == "GET" || verb == "HEAD"
            || record[QLatin1String("dryRun")].toBool() || path.ends_with("accessreviews")
            || path.ends_with("tokenreviews");
        if (!asks) {
            out.push_back(verb + " " + path);
        }
    }
    return out;
}

Digest comparableState(const Bed& bed, const std::string& cluster, Objects objects)
{
    Digest state = settledDigestOf(bed, cluster);
    const std::map<std::string, std::string> managed = managedVersions(bed, cluster);
    std::vector<std::string> lines;
    std::string last;
    for (const std::string& text : state.lines) {
        const Line line = cut(text);
        const std::string object = line.kind + " " + line.name;
        if (object != last) {
            lines.push_back("there is " + line.kind + " " + withoutRandomEnd(line));
            last = object;
        }
        const bool wanted = objects == Objects::All || managed.contains(object);
        if (wanted && !isOfOneLife(line)) {
            lines.push_back(withoutAddresses(object + " " + line.field));
        }
    }
    std::ranges::sort(lines);
    state.lines = std::move(lines);
    return state;
}

std::map<std::string, std::string> managedVersions(const Bed& bed, const std::string& cluster)
{
    const Run kinds = bed.kubectl(cluster, { "api-resources", "--verbs=list", "-o", "name" });
    std::string names;
    std::istringstream lines(kinds.output);
    for (std::string kind; std::getline(lines, kind);) {
        if (!kind.starts_with("events") && kind != "componentstatuses") {
            names += (names.empty() ? "" : ",") + kind;
        }
    }
    const Run all =
        bed.kubectl(cluster, { "get", names, "-A", "--show-managed-fields", "-o", "json" });
    std::map<std::string, std::string> out;
    for (const QJsonValue item : objectOf(all.output)[QLatin1String("items")].toArray()) {
        const QJsonObject metadata = item[QLatin1String("metadata")].toObject();
        bool ours = false;
        for (const QJsonValue entry : metadata[QLatin1String("managedFields")].toArray()) {
            ours = ours || entry[QLatin1String("manager")] == QLatin1String("isthmus");
        }
        if (ours) {
            const QString name = item[QLatin1String("kind")].toString() + QLatin1Char(' ')
                + metadata[QLatin1String("namespace")].toString() + QLatin1Char('/')
                + metadata[QLatin1String("name")].toString();
            out[name.toStdString()] =
                metadata[QLatin1String("resourceVersion")].toString().toStdString();
        }
    }
    return out;
}

} // namespace isthmus::test

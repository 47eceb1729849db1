// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/real/digest.h"

#include <QCryptographicHash>
#include <QDeadlineTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QThread>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <sstream>

namespace isthmus::test {

namespace {

struct LeftOut
{
    std::string_view what;
    std::string_view reason;
};

/// Resources by the name that `kubectl api-resources -o name` gives them.
constexpr std::array leftOutKinds {
    LeftOut { "events", "a log of what happened, not a state" },
    LeftOut { "events.events.k8s.io", "the same log" },
    LeftOut { "ipaddresses.networking.k8s.io",
              "the server's own book of Services' addresses; what two creations of one Service at "
              "the same moment left in it goes when the server repairs it, minutes later" },
    LeftOut { "componentstatuses", "not stored: measured when somebody asks" },
};

/// Fields of any object, by path.
constexpr std::array leftOutFields {
    LeftOut { ".metadata.managedFields",
              "names who wrote, with times; the fields themselves are compared" },
    LeftOut { ".metadata.resourceVersion", "counts writes, those of controllers too" },
    LeftOut { ".metadata.uid", "another one in each life of an object" },
    LeftOut { ".metadata.generation", "counts changes of the spec, which is compared itself" },
    LeftOut { ".metadata.creationTimestamp", "a time" },
    LeftOut { ".metadata.annotations.endpoints.kubernetes.io/last-change-trigger-time", "a time" },
    LeftOut { ".status", "what controllers report, at their own pace" },
    LeftOut { ".spec.renewTime", "a Lease is renewed every few seconds" },
    LeftOut { ".spec.acquireTime", "the same" },
    LeftOut { ".spec.holderIdentity", "a Lease's holder is another process after each restart" },
    LeftOut { ".spec.leaseTransitions", "counts those restarts" },
};

bool isLeftOut(const auto& table, std::string_view what)
{
    return std::ranges::find(table, what, &LeftOut::what) != table.end();
}

/// An owner's uid is no more stable than its own.
bool isOwnerUid(std::string_view path)
{
    return path.starts_with(".metadata.ownerReferences[") && path.ends_with(".uid");
}

std::string hashed(const QString& text)
{
    return "sha256:"
        + QCryptographicHash::hash(text.toUtf8(), QCryptographicHash::Sha256).toHex().toStdString();
}

std::string written(const QJsonValue& value)
{
    const QByteArray json = QJsonDocument(QJsonArray { value }).toJson(QJsonDocument::Compact);
    return json.sliced(1, json.size() - 2).toStdString();
}

/// Writes an object's leaves as lines, each with the object's name in front.
class Flattener
{
public:
    Flattener(std::string name, bool isSecret, std::vector<std::string>& lines)
        : m_name(std::move(name))
        , m_isSecret(isSecret)
        , m_lines(lines)
    { }

    void add(const std::string& path, const QJsonValue& value)
    {
        if (isLeftOut(leftOutFields, path) || isOwnerUid(path)) {
            return;
        }
        if (value.isObject() && !value.toObject().isEmpty()) {
            const QJsonObject object = value.toObject();
            for (auto member = object.begin(); member != object.end(); ++member) {
                add(path + "." + member.key().toStdString(), member.value());
            }
        } else if (value.isArray() && !value.toArray().isEmpty()) {
            int index = 0;
            for (const QJsonValue& element : value.toArray()) {
                add(path + "[" + std::to_string(index++) + "]", element);
            }
        } else {
            const bool isHidden = m_isSecret && path.starts_with(".data.");
            m_lines.push_back(m_name + " " + path + "="
                              + (isHidden ? hashed(value.toString()) : written(value)));
        }
    }

private:
    std::string m_name;
    bool m_isSecret;
    std::vector<std::string>& m_lines;
};

std::string nameOf(const QJsonObject& object)
{
    const QJsonObject metadata = object[QLatin1String("metadata")].toObject();
    const QString nameSpace = metadata[QLatin1String("namespace")].toString();
    return (object[QLatin1String("apiVersion")].toString() + QLatin1Char('/')
            + object[QLatin1String("kind")].toString() + QLatin1Char(' ')
            + (nameSpace.isEmpty() ? QString() : nameSpace + QLatin1Char('/'))
            + metadata[QLatin1String("name")].toString())
        .toStdString();
}

/// "pods,deployments.apps,…": all that can be listed and are not left out.
std::string listedKinds(const std::string& output)
{
    std::set<std::string> kinds;
    std::istringstream in(output);
    for (std::string line; std::getline(in, line);) {
        if (!line.empty() && !isLeftOut(leftOutKinds, line)) {
            kinds.insert(line);
        }
    }
    std::string joined;
    for (const std::string& kind : kinds) {
        joined += (joined.empty() ? "" : ",") + kind;
    }
    return joined;
}

} // namespace

std::string Digest::differenceTo(const Digest& later) const
{
    if (!error.empty() || !later.error.empty()) {
        return "no digest: " + error + later.error;
    }
    std::vector<std::string> gone;
    std::vector<std::string> come;
    std::ranges::set_difference(lines, later.lines, std::back_inserter(gone));
    std::ranges::set_difference(later.lines, lines, std::back_inserter(come));
    std::string text;
    for (const std::string& line : gone) {
        text += "- " + line + "\n";
    }
    for (const std::string& line : come) {
        text += "+ " + line + "\n";
    }
    return text;
}

Digest digestOfList(std::string_view json)
{
    QJsonParseError problem {};
    const auto document = QJsonDocument::fromJson(
        QByteArray::fromRawData(json.data(), static_cast<qsizetype>(json.size())), &problem);
    const QJsonValue items = document[QLatin1String("items")];
    if (!items.isArray()) {
        return { {}, "no list: " + problem.errorString().toStdString() };
    }
    Digest digest;
    for (const QJsonValue& item : items.toArray()) {
        const QJsonObject object = item.toObject();
        const bool isSecret = object[QLatin1String("kind")].toString() == QLatin1String("Secret");
        Flattener(nameOf(object), isSecret, digest.lines).add("", item);
    }
    std::ranges::sort(digest.lines);
    return digest;
}

Digest digestOf(const Bed& bed, const std::string& cluster)
{
    const Run kinds = bed.kubectl(cluster, { "api-resources", "--verbs=list", "-o", "name" });
    if (!kinds.succeeded()) {
        return { {}, kinds.describe() };
    }
    const Run objects =
        bed.kubectl(cluster, { "get", listedKinds(kinds.output), "-A", "-o", "json" });
    if (!objects.succeeded()) {
        return { {}, objects.errors };
    }
    return digestOfList(objects.output);
}

Digest settledDigestOf(const Bed& bed, const std::string& cluster)
{
    const QDeadlineTimer deadline(std::chrono::seconds(180));
    Digest last = digestOf(bed, cluster);
    while (!deadline.hasExpired()) {
        QThread::sleep(1);
        Digest next = digestOf(bed, cluster);
        if (last.error.empty() && last.differenceTo(next).empty()) {
            return next;
        }
        last = std::move(next);
    }
    return { {}, cluster + " does not settle; last error: " + last.error };
}

} // namespace isthmus::test

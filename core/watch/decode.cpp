// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/watch/decode.h"

#include "core/base/strings.h"
#include "core/json/parse.h"
#include "core/kube/status.h"

#include <simdjson.h>

#include <algorithm>
#include <array>

namespace isthmus::watch {

namespace {

namespace dom = simdjson::dom;

/// A place in the document; missing and null places answer with nothing, like json::Value does.
using Node = simdjson::simdjson_result<dom::element>;

Node nodeOf(dom::element element)
{
    return element;
}

constexpr std::size_t mostBytes = std::size_t { 256 } << 20;
constexpr std::size_t deepest = 256;
/// Others can hold whole manifests; a sidecar's status alone is half a kilobyte for each pod.
constexpr std::size_t longestAnnotation = 256;

Error invalid(std::string why)
{
    return { .code = ErrorCode::Invalid,
             .message = msg("watch.bad-data"),
             .detail = std::move(why) };
}

std::string_view text(Node node)
{
    std::string_view value;
    return node.get(value) == simdjson::SUCCESS ? value : std::string_view();
}

std::string copy(Node node)
{
    return std::string(text(node));
}

std::int64_t number(Node node, std::int64_t otherwise = 0)
{
    std::int64_t value = 0;
    return node.get(value) == simdjson::SUCCESS ? value : otherwise;
}

bool flag(Node node)
{
    bool value = false;
    return node.get(value) == simdjson::SUCCESS && value;
}

std::string numberOrText(Node node)
{
    std::int64_t value = 0;
    return node.get(value) == simdjson::SUCCESS ? std::to_string(value) : copy(node);
}

template<typename Each>
void eachItem(Node list, Each&& each)
{
    dom::array items;
    if (list.get(items) == simdjson::SUCCESS) {
        for (const dom::element item : items) {
            each(nodeOf(item));
        }
    }
}

template<typename Each>
void eachMember(Node object, Each&& each)
{
    dom::object members;
    if (object.get(members) == simdjson::SUCCESS) {
        for (const dom::key_value_pair member : members) {
            each(member.key, nodeOf(member.value));
        }
    }
}

Labels labels(Node node)
{
    Labels out;
    eachMember(node, [&out](std::string_view key, Node value) { out.emplace(key, text(value)); });
    return out;
}

bool isKept(std::string_view annotation)
{
    constexpr std::array<std::string_view, 5> wanted {
        "istio.io/", "isthmus.io/", "meta.helm.sh/", "argocd.argoproj.io/", "fluxcd.io/"
    };
    return std::ranges::any_of(wanted, [&](std::string_view part) {
        return annotation.find(part) != std::string_view::npos;
    });
}

Meta metaOf(Node object)
{
    const Node metadata = object["metadata"];
    Meta meta { .ns = copy(metadata["namespace"]),
                .name = copy(metadata["name"]),
                .uid = copy(metadata["uid"]),
                .resourceVersion = copy(metadata["resourceVersion"]),
                .createdAt = copy(metadata["creationTimestamp"]),
                .deleting = !text(metadata["deletionTimestamp"]).empty(),
                .labels = labels(metadata["labels"]) };
    eachMember(metadata["annotations"], [&meta](std::string_view key, Node value) {
        if (const std::string_view content = text(value);
            isKept(key) && content.size() <= longestAnnotation) {
            meta.annotations.emplace(key, content);
        }
    });
    return meta;
}

std::string label(const Meta& meta, std::string_view key)
{
    const auto found = meta.labels.find(key);
    return found != meta.labels.end() ? found->second : std::string();
}

/// The condition of that type; a node with an error where there is none.
Node condition(Node object, std::string_view type)
{
    Node found = simdjson::NO_SUCH_FIELD;
    eachItem(object["status"]["conditions"], [&](Node item) {
        if (text(item["type"]) == type) {
            found = item;
        }
    });
    return found;
}

bool hasCondition(Node object, std::string_view type)
{
    return text(condition(object, type)["status"]) == "True";
}

std::vector<ContainerRecord> containersOf(Node podSpec)
{
    std::vector<ContainerRecord> out;
    for (const bool init : { true, false }) {
        eachItem(podSpec[init ? "initContainers" : "containers"], [&](Node item) {
            out.push_back(
                { .name = copy(item["name"]), .image = copy(item["image"]), .init = init });
        });
    }
    return out;
}

void decode(Node object, NamespaceRecord& record)
{
    record.phase = text(object["status"]["phase"]);
}

void decode(Node object, NodeRecord& record)
{
    record.region = label(record.meta, "topology.kubernetes.io/region");
    record.zone = label(record.meta, "topology.kubernetes.io/zone");
    record.ready = hasCondition(object, "Ready");
    eachItem(object["status"]["addresses"], [&record](Node item) {
        if (text(item["type"]).ends_with("IP")) {
            record.addresses.push_back(copy(item["address"]));
        }
    });
}

void decode(Node object, PodRecord& record)
{
    const Node status = object["status"];
    record.phase = text(status["phase"]);
    record.ip = text(status["podIP"]);
    record.node = text(object["spec"]["nodeName"]);
    record.serviceAccount = text(object["spec"]["serviceAccountName"]);
    record.containers = containersOf(object["spec"]);
    record.ready = hasCondition(object, "Ready");
    eachItem(object["metadata"]["ownerReferences"], [&record](Node owner) {
        if (flag(owner["controller"])) {
            record.ownerKind = text(owner["kind"]);
            record.ownerName = text(owner["name"]);
        }
    });
    for (const char* list : { "initContainerStatuses", "containerStatuses" }) {
        eachItem(status[list], [&record](Node container) {
            record.restarts += number(container["restartCount"]);
            if (record.waiting.empty()) {
                record.waiting = text(container["state"]["waiting"]["reason"]);
            }
        });
    }
}

void decode(Node object, ServiceRecord& record)
{
    const Node spec = object["spec"];
    record.type = text(spec["type"]);
    record.clusterIp = text(spec["clusterIP"]);
    record.externalName = text(spec["externalName"]);
    record.selector = labels(spec["selector"]);
    eachItem(spec["externalIPs"],
             [&record](Node item) { record.externalIps.push_back(copy(item)); });
    eachItem(spec["ports"], [&record](Node item) {
        record.ports.push_back({ .name = copy(item["name"]),
                                 .protocol = copy(item["protocol"]),
                                 .appProtocol = copy(item["appProtocol"]),
                                 .targetPort = numberOrText(item["targetPort"]),
                                 .port = static_cast<int>(number(item["port"])),
                                 .nodePort = static_cast<int>(number(item["nodePort"])) });
    });
    eachItem(object["status"]["loadBalancer"]["ingress"], [&record](Node item) {
        for (const char* kind : { "ip", "hostname" }) {
            if (std::string address = copy(item[kind]); !address.empty()) {
                record.loadBalancer.push_back(std::move(address));
            }
        }
    });
}

void decode(Node object, DeploymentRecord& record)
{
    const Node status = object["status"];
    record.replicas = number(object["spec"]["replicas"], 1);
    record.updated = number(status["updatedReplicas"]);
    record.ready = number(status["readyReplicas"]);
    record.available = number(status["availableReplicas"]);
    record.observed =
        number(status["observedGeneration"]) >= number(object["metadata"]["generation"]);
    record.failed = text(condition(object, "Progressing")["reason"]) == "ProgressDeadlineExceeded";
    const Node pods = object["spec"]["template"];
    record.podLabels = labels(pods["metadata"]["labels"]);
    record.containers = containersOf(pods["spec"]);
}

void decode(Node /*object*/, MetadataRecord& /*record*/) { }

void decode(Node object, ObjectRecord& record)
{
    dom::element element;
    if (object.get(element) != simdjson::SUCCESS) {
        return;
    }
    auto parsed = json::parse(simdjson::minify(element), { .bytes = mostBytes });
    if (!parsed) {
        return; // what has just been parsed parses again; a key twice leaves the object empty
    }
    record.object = std::move(*parsed);
    json::Value& metadata = record.object.member("metadata");
    if (metadata.contains("annotations")) {
        metadata.member("annotations").erase("kubectl.kubernetes.io/last-applied-configuration");
    }
}

template<typename Record>
Record recordOf(Node object)
{
    Record record { .meta = metaOf(object) };
    decode(object, record);
    return record;
}

/// Parses into a tree that lives in `parser`.
Result<Node> parsed(dom::parser& parser, const std::string& body)
{
    if (const auto error = parser.allocate(body.size() + 1, deepest)) {
        return invalid(simdjson::error_message(error));
    }
    dom::element root;
    if (const auto error = parser.parse(body).get(root)) {
        return invalid(simdjson::error_message(error));
    }
    return nodeOf(root);
}

Error errorIn(Node status)
{
    dom::element element;
    if (status.get(element) == simdjson::SUCCESS) {
        if (const auto value = json::parse(simdjson::minify(element))) {
            return kube::errorOf(*value);
        }
    }
    return invalid("an ERROR event without a Status");
}

} // namespace

bool PodRecord::hasContainer(std::string_view container) const
{
    return std::ranges::find(containers, container, &ContainerRecord::name) != containers.end();
}

template<typename Record>
Result<Page<Record>> decodePage(const std::string& body)
{
    dom::parser parser(mostBytes);
    const auto root = parsed(parser, body);
    if (!root) {
        return root.error();
    }
    dom::array items;
    if (const Node list = (*root)["items"];
        list.get(items) != simdjson::SUCCESS && !list.is_null()) {
        return invalid("it is no list");
    }
    const Node metadata = (*root)["metadata"];
    Page<Record> page { .resourceVersion = copy(metadata["resourceVersion"]),
                        .continueToken = copy(metadata["continue"]) };
    if (const std::int64_t remaining = number(metadata["remainingItemCount"], -1); remaining >= 0) {
        page.remaining = remaining;
    }
    if (page.resourceVersion.empty()) {
        return invalid("a list without a resourceVersion cannot be watched");
    }
    eachItem((*root)["items"],
             [&page](Node item) { page.items.push_back(recordOf<Record>(item)); });
    return page;
}

template<typename Record>
Result<Event<Record>> decodeEvent(const std::string& line)
{
    dom::parser parser(mostBytes);
    const auto root = parsed(parser, line);
    if (!root) {
        return root.error();
    }
    const auto type = kube::eventType(text((*root)["type"]));
    if (!type) {
        Error error =
            invalid("an event of the type \"" + shortened(text((*root)["type"]), 40) + '"');
        error.code = ErrorCode::NotFound;
        return error;
    }
    const Node object = (*root)["object"];
    dom::object members;
    if (object.get(members) != simdjson::SUCCESS) {
        return invalid("an event without an object");
    }
    Event<Record> event { .type = *type,
                          .resourceVersion = copy(object["metadata"]["resourceVersion"]) };
    if (*type == kube::EventType::Error) {
        event.error = errorIn(object);
    } else if (*type != kube::EventType::Bookmark) {
        event.record = recordOf<Record>(object);
        if (event.record.meta.name.empty()) {
            return invalid("an object without a name");
        }
    }
    return event;
}

#define ISTHMUS_INSTANTIATE(Record)                                                                \
    template Result<Page<Record>> decodePage<Record>(const std::string&);                          \
    template Result<Event<Record>> decodeEvent<Record>(const std::string&);
ISTHMUS_INSTANTIATE(NamespaceRecord)
ISTHMUS_INSTANTIATE(NodeRecord)
ISTHMUS_INSTANTIATE(PodRecord)
ISTHMUS_INSTANTIATE(ServiceRecord)
ISTHMUS_INSTANTIATE(DeploymentRecord)
ISTHMUS_INSTANTIATE(MetadataRecord)
ISTHMUS_INSTANTIATE(ObjectRecord)
#undef ISTHMUS_INSTANTIATE

} // namespace isthmus::watch

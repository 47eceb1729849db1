// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sim/table.h"

#include "core/base/strings.h"

#include <algorithm>
#include <functional>
#include <string>

namespace isthmus::sim {

namespace {

using json::Value;

struct Cell
{
    const char* name;
    const char* type;
    bool wide;
    std::function<Value(const Value&)> read;
};

using Cells = std::vector<Cell>;

std::string count(const Value& value)
{
    return std::to_string(value.integer());
}

Value orNone(const std::string& text)
{
    return text.empty() ? "<none>" : text;
}

Value readyOf(const Value& pod)
{
    std::int64_t ready = 0;
    for (const Value& each : pod["status"]["containerStatuses"].array()) {
        ready += each["ready"].boolean() ? 1 : 0;
    }
    return std::to_string(ready) + '/' + std::to_string(pod["spec"]["containers"].array().size());
}

Value restartsOf(const Value& pod)
{
    std::int64_t restarts = 0;
    for (const Value& each : pod["status"]["containerStatuses"].array()) {
        restarts += each["restartCount"].integer();
    }
    return std::to_string(restarts);
}

Value podState(const Value& pod)
{
    if (pod["metadata"].contains("deletionTimestamp")) {
        return "Terminating";
    }
    return pod["status"]["phase"].string() == "Succeeded" ? Value("Completed")
                                                          : pod["status"]["phase"];
}

Value externalAddress(const Value& service)
{
    std::vector<std::string> out;
    for (const Value& each : service["status"]["loadBalancer"]["ingress"].array()) {
        out.push_back(each["ip"].string().empty() ? each["hostname"].string()
                                                  : each["ip"].string());
    }
    if (!out.empty()) {
        return join(out, ",");
    }
    return service["spec"]["type"].string() == "LoadBalancer" ? "<pending>" : "<none>";
}

Value portsOf(const Value& service)
{
    std::vector<std::string> out;
    for (const Value& each : service["spec"]["ports"].array()) {
        out.push_back(count(each["port"])
                      + (each.contains("nodePort") ? ':' + count(each["nodePort"]) : "") + '/'
                      + each["protocol"].string());
    }
    return orNone(join(out, ","));
}

Value dataCount(const Value& object)
{
    return std::to_string(object["data"].object().size() + object["binaryData"].object().size());
}

Cells deploymentCells()
{
    return { { "Ready",
               "string",
               false,
               [](const Value& object) -> Value {
                   return count(object["status"]["readyReplicas"]) + '/'
                       + count(object["spec"]["replicas"]);
               } },
             { "Up-to-date",
               "string",
               false,
               [](const Value& object) -> Value {
                   return count(object["status"]["updatedReplicas"]);
               } },
             { "Available", "string", false, [](const Value& object) -> Value {
                  return count(object["status"]["availableReplicas"]);
              } } };
}

Cells replicaSetCells()
{
    return { { "Desired",
               "integer",
               false,
               [](const Value& object) -> Value { return object["spec"]["replicas"].integer(); } },
             { "Current",
               "integer",
               false,
               [](const Value& object) -> Value {
                   return object["status"]["replicas"].integer();
               } },
             { "Ready", "integer", false, [](const Value& object) -> Value {
                  return object["status"]["readyReplicas"].integer();
              } } };
}

Cells podCells()
{
    return { { "Ready", "string", false, readyOf },
             { "Status", "string", false, podState },
             { "Restarts", "string", false, restartsOf } };
}

Cells serviceCells()
{
    return {
        { "Type", "string", false, [](const Value& object) { return object["spec"]["type"]; } },
        { "Cluster-IP",
          "string",
          false,
          [](const Value& object) { return orNone(object["spec"]["clusterIP"].string()); } },
        { "External-IP", "string", false, externalAddress },
        { "Port(s)", "string", false, portsOf }
    };
}

/// Between the name and the age.
Cells middleCells(const Kind& kind)
{
    if (kind.kind == "Pod") {
        return podCells();
    }
    if (kind.kind == "Service") {
        return serviceCells();
    }
    if (kind.kind == "Deployment" || kind.kind == "StatefulSet") {
        return deploymentCells();
    }
    if (kind.kind == "ReplicaSet") {
        return replicaSetCells();
    }
    if (kind.kind == "Namespace") {
        return { { "Status", "string", false, [](const Value& object) {
                      return object["status"]["phase"];
                  } } };
    }
    if (kind.kind == "Secret") {
        return { { "Type", "string", false, [](const Value& object) { return object["type"]; } },
                 { "Data", "string", false, dataCount } };
    }
    if (kind.kind == "ConfigMap") {
        return { { "Data", "string", false, dataCount } };
    }
    if (kind.kind == "Job") {
        return { { "Completions", "string", false, [](const Value& object) -> Value {
                      return count(object["status"]["succeeded"]) + '/'
                          + count(object["spec"]["completions"]);
                  } } };
    }
    return {};
}

Cells lastCells(const Kind& kind)
{
    if (kind.kind == "Pod") {
        return { { "IP",
                   "string",
                   true,
                   [](const Value& object) { return orNone(object["status"]["podIP"].string()); } },
                 { "Node", "string", true, [](const Value& object) {
                      return orNone(object["spec"]["nodeName"].string());
                  } } };
    }
    return {};
}

/// The small part of JSONPath that printer columns use: names, and ['quoted'] ones; conditions are
/// picked by [?(@.type=="Ready")].
Value columnValue(const Value& object, std::string_view path)
{
    const Value* here = &object;
    while (!path.empty()) {
        if (path.starts_with("[?(@.type==")) {
            const std::size_t end = std::min(path.find(")]"), path.size());
            std::string wanted(path.substr(11, end - 11));
            std::erase_if(wanted, [](char c) { return c == '"' || c == '\'' || c == '\\'; });
            const Value* item = nullptr;
            for (const Value& each : here->array()) {
                item = each["type"].string() == wanted ? &each : item;
            }
            if (item == nullptr) {
                return {};
            }
            here = item;
            path.remove_prefix(std::min(end + 2, path.size()));
            continue;
        }
        path.remove_prefix(path.front() == '.' ? 1 : 0);
        const std::size_t end = std::min(path.find_first_of(".["), path.size());
        if (end == 0) {
            return {};
        }
        here = &(*here)[path.substr(0, end)];
        path.remove_prefix(end);
    }
    return here->asArray() != nullptr || here->asObject() != nullptr ? Value(json::write(*here))
                                                                     : *here;
}

Cells customCells(const Kind& kind)
{
    Cells out;
    for (const Column& column : kind.columns) {
        out.push_back(
            { column.name.c_str(),
              column.type.c_str(),
              column.wide,
              [&column](const Value& object) { return columnValue(object, column.path); } });
    }
    return out;
}

Cells cellsOf(const Kind& kind)
{
    Cells out { { "Name", "string", false, [](const Value& object) {
                     return object["metadata"]["name"];
                 } } };
    const Cells middle = kind.custom ? customCells(kind) : middleCells(kind);
    out.insert(out.end(), middle.begin(), middle.end());
    const bool aged = std::ranges::any_of(
        kind.columns, [](const Column& column) { return column.name == "Age"; });
    if (!aged) {
        out.push_back({ "Age", "date", false, [](const Value& object) {
                           return object["metadata"]["creationTimestamp"];
                       } });
    }
    const Cells last = lastCells(kind);
    out.insert(out.end(), last.begin(), last.end());
    return out;
}

bool isDate(const Cell& cell)
{
    return std::string_view(cell.type) == "date";
}

/// "45s", "3m20s", "5h", "2d": rounded as kubectl's readers are used to.
Value ageText(const std::string& text, UtcTime now)
{
    const auto since = parseTime(text);
    if (!since) {
        return "<unknown>";
    }
    const long long seconds =
        std::max(0LL, static_cast<long long>((now - *since) / std::chrono::seconds(1)));
    const long long minutes = seconds / 60;
    const long long hours = minutes / 60;
    const auto pair = [](long long a, const char* unitA, long long b, const char* unitB) {
        return std::to_string(a) + unitA + (b != 0 ? std::to_string(b) + unitB : std::string());
    };
    if (seconds < 120) {
        return pair(seconds, "s", 0, "");
    }
    if (minutes < 10) {
        return pair(minutes, "m", seconds % 60, "s");
    }
    if (hours < 3) {
        return pair(minutes, "m", 0, "");
    }
    if (hours < 8) {
        return pair(hours, "h", minutes % 60, "m");
    }
    if (hours < 48) {
        return pair(hours, "h", 0, "");
    }
    return hours < 192 ? pair(hours / 24, "d", hours % 24, "h") : pair(hours / 24, "d", 0, "");
}

} // namespace

Value tableOf(const Kind& kind,
              const std::vector<Value>& objects,
              const Value& metadata,
              UtcTime now)
{
    const Cells cells = cellsOf(kind);
    json::Array columns;
    for (const Cell& cell : cells) {
        const bool isName = std::string_view(cell.name) == "Name";
        columns.push_back(json::Object { { "name", cell.name },
                                         { "type", isDate(cell) ? "string" : cell.type },
                                         { "format", isName ? "name" : "" },
                                         { "description", "" },
                                         { "priority", cell.wide ? 1 : 0 } });
    }
    json::Array rows;
    for (const Value& object : objects) {
        json::Array values;
        for (const Cell& cell : cells) {
            const Value value = cell.read(object);
            values.push_back(isDate(cell) ? ageText(value.string(), now) : value);
        }
        rows.push_back(json::Object { { "cells", std::move(values) },
                                      { "object",
                                        json::Object { { "apiVersion", "meta.k8s.io/v1" },
                                                       { "kind", "PartialObjectMetadata" },
                                                       { "metadata", object["metadata"] } } } });
    }
    return json::Object { { "apiVersion", "meta.k8s.io/v1" },
                          { "kind", "Table" },
                          { "metadata", metadata },
                          { "columnDefinitions", std::move(columns) },
                          { "rows", std::move(rows) } };
}

} // namespace isthmus::sim

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/demo/manifests.h"

#include "resources/resources.h"

#include "core/operations/istio_objects.h"
#include "core/yaml/document.h"

#include <string_view>

namespace isthmus::operations {

namespace {

Result<std::vector<json::Value>> builtIn(std::string_view name)
{
    return yaml::parseManifests(resources::find(name), std::string(name));
}

/// "gcr.io/a/b/frontend:v1" with prefix "registry.example.com/shop" is
/// "registry.example.com/shop/frontend:v1".
std::string withPrefix(const std::string& image, const std::string& prefix)
{
    if (prefix.empty()) {
        return image;
    }
    const std::size_t slash = image.rfind('/');
    const std::string last = slash == std::string::npos ? image : image.substr(slash + 1);
    return prefix.ends_with('/') ? prefix + last : prefix + "/" + last;
}

void setVariable(json::Value& container, std::string_view name, const std::string& value)
{
    json::Array* variables = container.member("env").asArray();
    if (variables == nullptr) {
        return;
    }
    for (json::Value& variable : *variables) {
        if (variable["name"].string() == name) {
            variable.member("value") = value;
        }
    }
}

/// Calls `f` for each container of a workload's pod template.
template<typename F>
void forEachContainer(json::Value& object, F&& f)
{
    if (!object["spec"]["template"]["spec"].contains("containers")) {
        return;
    }
    json::Value& containers =
        object.member("spec").member("template").member("spec").member("containers");
    if (json::Array* list = containers.asArray()) {
        for (json::Value& container : *list) {
            f(container);
        }
    }
}

/// Namespace, ownership mark, images, pull secret: the same for every object of the shop.
void adapt(json::Value& object, const mesh::DemoSpec& demo)
{
    json::Value& metadata = object.member("metadata");
    metadata.member("namespace") = demo.ns;
    metadata.member("labels").member("app.kubernetes.io/managed-by") = "isthmus";
    forEachContainer(object, [&demo](json::Value& container) {
        container.member("image") = withPrefix(container["image"].string(), demo.imagePrefix);
    });
    if (!demo.imagePullSecret.empty() && object["spec"].contains("template")) {
        object.member("spec").member("template").member("spec").member("imagePullSecrets") =
            json::Array { json::Object { { "name", demo.imagePullSecret } } };
    }
}

} // namespace

json::Value demoNamespace(const std::string& ns)
{
    return json::Object {
        { "apiVersion", "v1" },
        { "kind", "Namespace" },
        { "metadata",
          json::Object { { "name", ns },
                         { "labels", json::Object { { "istio-injection", "enabled" } } } } }
    };
}

Result<std::vector<json::Value>> demoObjects(const mesh::DemoSpec& demo, const DemoPart& part)
{
    std::vector<std::string_view> files { "demo/services.yaml" };
    if (part.frontend) {
        files.emplace_back("demo/frontend.yaml");
    }
    if (part.others) {
        files.emplace_back("demo/backends.yaml");
    }
    std::vector<json::Value> out;
    for (const std::string_view file : files) {
        Result<std::vector<json::Value>> objects = builtIn(file);
        if (!objects) {
            return objects;
        }
        for (json::Value& object : *objects) {
            adapt(object, demo);
            forEachContainer(object, [&part](json::Value& container) {
                setVariable(container, "FRONTEND_MESSAGE", "Served by " + part.cluster.str());
            });
            out.push_back(std::move(object));
        }
    }
    return out;
}

Result<std::vector<json::Value>>
loadObjects(const mesh::DemoSpec& demo, const std::string& host, const json::Value& ca)
{
    Result<std::vector<json::Value>> objects = builtIn("demo/load.yaml");
    if (!objects) {
        return objects;
    }
    for (json::Value& object : *objects) {
        adapt(object, demo);
        forEachContainer(object,
                         [&host](json::Value& container) { setVariable(container, "HOST", host); });
    }
    json::Value authority = object("v1", "ConfigMap", demo.ns, "loadgenerator-ca");
    authority.member("data").member("ca.crt") = ca;
    objects->insert(objects->begin(), std::move(authority));
    return objects;
}

} // namespace isthmus::operations

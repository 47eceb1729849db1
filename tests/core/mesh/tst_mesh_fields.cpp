// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/file.h"
#include "core/json/parse.h"
#include "core/mesh/mesh_spec.h"
#include "core/yaml/document.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

/// A file with every key of the contract that this version does.
std::string wholeFile()
{
    return isthmus::readFile(ISTHMUS_SOURCE_DIR "/tests/core/mesh/whole_mesh.yaml").value_or("");
}

void listPaths(const json::Value& schema, const std::string& prefix, std::string& out)
{
    for (const auto& [key, part] : schema["properties"].object()) {
        const std::string path = prefix.empty() ? key : prefix + "." + key;
        out += path + (part["description"].string().empty() ? " NO DESCRIPTION" : "") + "\n";
        listPaths(part, path, out);
        listPaths(part["items"], path + "[]", out);
        for (const json::Value& other : part["oneOf"].array()) {
            listPaths(other, path, out);
        }
    }
    if (schema.contains("properties") && !(schema["additionalProperties"] == json::Value(false))) {
        out += prefix + " TAKES ANYTHING\n";
    }
}

/// Whether the schema knows each key of a value; free-form maps end the walk.
void listUnknown(const json::Value& value,
                 const json::Value& schema,
                 const std::string& path,
                 std::string& out)
{
    for (const auto& [key, member] : value.object()) {
        if (!schema.contains("properties")) {
            return;
        }
        if (!schema["properties"].contains(key)) {
            out += path + "." + key + "\n";
        }
        listUnknown(member, schema["properties"][key], path + "." + key, out);
    }
    for (const json::Value& item : value.array()) {
        listUnknown(item, schema["items"], path + "[]", out);
    }
}

} // namespace

class TestMeshFields : public test::TestBase
{
    Q_OBJECT

private slots:

    void describesEveryKeyInTheSchema()
    {
        const json::Value schema = mesh::meshSchema();
        const auto again = json::parse(json::writePretty(schema));
        QVERIFY(again);
        QVERIFY(*again == schema);
        QCOMPARE(schema["$schema"].string(),
                 std::string("https://json-schema.org/draft/2020-12/schema"));
        std::string paths;
        listPaths(schema, {}, paths);
        COMPARE_TEXT(paths, R"(apiVersion
kind
metadata
metadata.name
spec
spec.clusters
spec.clusters[].apiServer
spec.clusters[].apiServer.caFile
spec.clusters[].apiServer.tlsServerName
spec.clusters[].apiServer.url
spec.clusters[].context
spec.clusters[].gateways
spec.clusters[].gateways.eastWest
spec.clusters[].gateways.eastWest.address
spec.clusters[].gateways.eastWest.annotations
spec.clusters[].gateways.eastWest.externalIPs
spec.clusters[].gateways.eastWest.loadBalancerIP
spec.clusters[].gateways.eastWest.port
spec.clusters[].gateways.eastWest.type
spec.clusters[].gateways.ingress
spec.clusters[].gateways.ingress.annotations
spec.clusters[].gateways.ingress.externalIPs
spec.clusters[].gateways.ingress.loadBalancerIP
spec.clusters[].gateways.ingress.type
spec.clusters[].images
spec.clusters[].images.hub
spec.clusters[].images.pullSecret
spec.clusters[].kubeconfig
spec.clusters[].name
spec.clusters[].network
spec.clusters[].role
spec.clusters[].values
spec.clusters[].values.gateway
spec.clusters[].values.istiod
spec.demo
spec.demo.images
spec.demo.images.prefix
spec.demo.images.pullSecret
spec.demo.load
spec.demo.namespace
spec.demo.placement
spec.demo.placement.frontend
spec.demo.placement.others
spec.ingress
spec.ingress.certificate
spec.ingress.certificate.certManager
spec.ingress.certificate.certManager.issuer
spec.ingress.certificate.certManager.kind
spec.ingress.certificate.files
spec.ingress.certificate.files.cert
spec.ingress.certificate.files.key
spec.ingress.certificate.generate
spec.ingress.certificate.secret
spec.ingress.cluster
spec.ingress.domain
spec.ingress.httpsRedirect
spec.istio
spec.istio.addons
spec.istio.addons.directory
spec.istio.addons.install
spec.istio.charts
spec.istio.charts.archive
spec.istio.charts.directory
spec.istio.charts.repository
spec.istio.revision
spec.istio.topology
spec.istio.values
spec.istio.values.base
spec.istio.values.gateway
spec.istio.values.istiod
spec.istio.version
spec.routes
spec.routes[].gateways
spec.routes[].hosts
spec.routes[].name
spec.routes[].namespace
spec.routes[].port
spec.routes[].service
spec.routes[].via
spec.routes[].weights
spec.security
spec.security.mtls
spec.trust
spec.trust.root
spec.trust.root.directory
spec.trust.rootKey
)");
    }

    void knowsEveryKeyOfAWholeFile()
    {
        const auto value = yaml::toValue(yaml::parse(wholeFile(), "f").root);
        QVERIFY(value);
        std::string unknown;
        listUnknown(*value, mesh::meshSchema(), {}, unknown);
        COMPARE_TEXT(unknown, "");
    }

    void putsDefaultsAndLimitsIntoTheSchema()
    {
        const json::Value schema = mesh::meshSchema();
        const json::Value& spec = schema["properties"]["spec"];
        COMPARE_TEXT(json::write(spec["required"]), R"(["clusters"])");
        const json::Value& cluster = spec["properties"]["clusters"]["items"];
        COMPARE_TEXT(json::write(cluster["required"]), R"(["name"])");
        const json::Value& port =
            cluster["properties"]["gateways"]["properties"]["eastWest"]["properties"]["port"];
        QCOMPARE(port["default"].integer(), std::int64_t { 15443 });
        QCOMPARE(port["maximum"].integer(), std::int64_t { 65535 });
        const json::Value& mtls = spec["properties"]["security"]["properties"]["mtls"];
        COMPARE_TEXT(json::write(mtls["enum"]), R"(["strict","permissive"])");
        COMPARE_TEXT(json::write(mtls["default"]), R"("strict")");
        COMPARE_TEXT(json::write(spec["properties"]["demo"]["properties"]["namespace"]["default"]),
                     R"("hipster-store")");
        QVERIFY(!cluster["properties"]["name"]["pattern"].string().empty());
    }
};

ISTHMUS_TEST_MAIN(TestMeshFields)
#include "tst_mesh_fields.moc"

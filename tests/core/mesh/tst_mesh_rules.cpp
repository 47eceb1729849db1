// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/mesh/mesh_spec.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

/// "line:column subject: summary" of each.
std::string brief(std::string_view text)
{
    std::string out;
    for (const Diagnostic& problem : mesh::parseMesh(text, "/m/mesh.yaml").problems) {
        out += std::to_string(problem.line) + ":" + std::to_string(problem.column) + " "
            + (problem.severity == Severity::Warning ? "warning " : "") + problem.subject + ": "
            + isthmus::text(problem.summary) + (problem.remedy.empty() ? " NO REMEDY" : "") + "\n";
    }
    return out;
}

/// Two clusters, and `more` below spec.
std::string withClusters(std::string_view more)
{
    return "spec:\n  clusters: [{name: c1}, {name: c2}]\n" + std::string(more);
}

} // namespace

class TestMeshRules : public test::TestBase
{
    Q_OBJECT

private slots:

    void refusesWrongFiles_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char* name, const std::string& text, const char* expected) {
            QTest::newRow(name) << QByteArray::fromStdString(text) << QByteArray(expected);
        };
        row("empty", "", "1:1 : the file is empty\n");
        row("no map", "[a]", "1:1 : a map is expected here\n");
        row("not YAML", "a: [", "1:4 : this is not valid YAML\n");
        row("no spec", "kind: Mesh", "1:1 spec: the key spec is missing\n");
        row("empty spec", "spec:\n", "1:1 spec: there is no value; a map is expected\n");
        row("no clusters", "spec: {}", "1:1 spec.clusters: the key clusters is missing\n");
        row("empty clusters", "spec: {clusters: []}", "1:8 spec.clusters: no cluster is listed\n");
        row("wrong kind",
            "apiVersion: isthmus/v2\nkind: mesh\nspec: {clusters: [{name: a}]}",
            "1:13 apiVersion: isthmus/v2 is not known here\n2:7 kind: mesh is not known here\n");
        row("a misplaced key",
            "clusters: []\nspec: {clusters: [{name: a}]}",
            "1:1 clusters: the key clusters is not known here\n");
        row("cluster without name",
            "spec: {clusters: [{context: a}]}",
            "1:19 spec.clusters[0].name: the key name is missing\n");
        row("names",
            "metadata: {name: Mesh}\nspec: {clusters: [{name: a_b, network: -x}], demo: "
            "{namespace: A}}",
            "1:18 metadata.name: Mesh is not a valid name\n2:26 spec.clusters[0].name: a_b is not "
            "a valid name\n"
            "2:40 spec.clusters[0].network: -x is not a valid network name\n2:64 "
            "spec.demo.namespace: A is not a valid name\n");
        row("duplicate names",
            "spec: {clusters: [{name: a}, {name: a, context: b}]}",
            "1:37 spec.clusters[1].name: two clusters are named a\n");
        row("one context twice",
            "spec: {clusters: [{name: a, context: x}, {name: b, context: x}]}",
            "1:61 spec.clusters[1].context: a and b are one cluster: both use the context x\n");
        row("one context by default",
            "spec: {clusters: [{name: a}, {name: b, context: a}]}",
            "1:49 spec.clusters[1].context: a and b are one cluster: both use the context a\n");
        row("no primary",
            "spec: {clusters: [{name: a, role: remote}]}",
            "1:8 spec.clusters: no cluster is the primary\n");
        row("two primaries",
            "spec: {clusters: [{name: a, role: primary}, {name: b, role: primary}]}",
            "1:61 spec.clusters[1].role: there is a primary already: a\n");
        row("one network",
            "spec: {clusters: [{name: a, network: n}, {name: b, network: n}]}",
            "1:61 spec.clusters[1].network: it has the network of the primary a\n");
        row("plain http",
            withClusters("").substr(0, 6)
                + "  clusters: [{name: a, apiServer: {url: 'http://x:6443'}}]",
            "2:41 spec.clusters[0].apiServer.url: http://x:6443 is not an https URL\n");
        row("addresses",
            "spec:\n  clusters:\n  - name: a\n    gateways:\n      ingress: {loadBalancerIP: "
            "1.2.3, externalIPs: [1.2.3.256, '::1', '1::2::3']}\n"
            "      eastWest: {address: 'x:1', port: 65536, type: loadbalancer}",
            "5:33 spec.clusters[0].gateways.ingress.loadBalancerIP: 1.2.3 is not an IP address\n"
            "5:54 spec.clusters[0].gateways.ingress.externalIPs[0]: 1.2.3.256 is not an IP "
            "address\n"
            "5:72 spec.clusters[0].gateways.ingress.externalIPs[2]: 1::2::3 is not an IP address\n"
            "6:27 spec.clusters[0].gateways.eastWest.address: x:1 is neither an IP address nor a "
            "host name\n"
            "6:40 spec.clusters[0].gateways.eastWest.port: 65536 is out of range\n"
            "6:53 spec.clusters[0].gateways.eastWest.type: loadbalancer is not known here\n");
        row("address of the ingress",
            "spec: {clusters: [{name: a, gateways: {ingress: {address: x}}}]}",
            "1:50 spec.clusters[0].gateways.ingress.address: the key address is not known here\n");
        row("version",
            withClusters("  istio: {version: 1.31}"),
            "3:20 spec.istio.version: 1.31 is not a full version\n");
        row("chart sources",
            withClusters("  istio: {charts: {repository: ftp://x, archive: a.tgz}}"),
            "3:19 spec.istio.charts: charts have more than one source\n"
            "3:32 spec.istio.charts.repository: ftp://x is not the address of a Helm repository\n");
        row("values",
            withClusters("  istio: {values: {base: [], istiod: {a: .inf}}}"),
            "3:26 spec.istio.values.base: a map is expected here\n"
            "3:38 spec.istio.values.istiod: infinity and NaN cannot be sent to Kubernetes\n");
        row("root without key",
            withClusters("  trust: {root: generate}"),
            "3:3 spec.trust.rootKey: nothing says what becomes of the key of the generated root\n");
        row("empty trust",
            withClusters("  trust: {}"),
            "3:3 spec.trust.rootKey: nothing says what becomes of the key of the generated root\n");
        row("unknown root",
            withClusters("  trust: {root: generated, rootKey: discard}"),
            "3:17 spec.trust.root: generated is not known here\n");
        row("tilde",
            withClusters("  trust: {rootKey: ~/root.key}"),
            "3:20 spec.trust.rootKey: \"~\" is not expanded in files\n");
        row("no domain",
            withClusters("  ingress: {}"),
            "3:3 spec.ingress.domain: the key domain is missing\n");
        row("ingress cluster",
            withClusters("  ingress: {domain: x.org, cluster: c3}"),
            "3:37 spec.ingress.cluster: no cluster of this file is named c3\n");
        row("ingress in a remote",
            "spec:\n  clusters: [{name: c1}, {name: c2}]\n  ingress: {domain: x.org, cluster: c2}",
            "3:37 spec.ingress.cluster: this version of Isthmus does not do it yet: a public "
            "ingress in a remote cluster\n");
        row("port of the gateway",
            "spec: {clusters: [{name: a, gateways: {eastWest: {port: 443}}}]}",
            "1:51 spec.clusters[0].gateways.eastWest.port: this version of Isthmus does not do it "
            "yet: another port of the east-west gateway than 15443\n");
        row("certificates",
            withClusters("  ingress: {domain: x.org, certificate: {secret: a, files: {cert: b}}}"),
            "3:41 spec.ingress.certificate: a certificate has exactly one source\n3:53 "
            "spec.ingress.certificate.files.key: the key key is missing\n");
        row("empty certificate",
            withClusters("  ingress: {domain: x.org, certificate: {}}"),
            "3:41 spec.ingress.certificate: a certificate has exactly one source\n");
        row("placement",
            withClusters("  demo: {placement: {frontend: [c1, c3], others: []}, load: yes}"),
            "3:37 spec.demo.placement.frontend[1]: no cluster of this file is named c3\n"
            "3:42 spec.demo.placement.others: this part of the shop would run nowhere\n"
            "3:61 spec.demo.load: true or false is expected here\n");
        row("demo without value",
            withClusters("  demo:\n"),
            "3:3 spec.demo: there is no value; a map is expected\n");
        row("route without anything",
            withClusters("  routes: [{}]"),
            "3:12 spec.routes[0].name: the key name is missing\n3:12 spec.routes[0].namespace: the "
            "key namespace is missing\n"
            "3:12 spec.routes[0].weights: the key weights is missing\n3:12 spec.routes[0].hosts: a "
            "route through the ingress needs a host name\n");
        row("weights",
            withClusters("  routes: [{name: r, namespace: n, gateways: [mesh], weights: {c1: 010, "
                         "c2: 101}}]"),
            "3:54 spec.routes[0].weights: the weights sum to 0, not to 100\n"
            "3:68 spec.routes[0].weights.c1: a whole number is expected here\n3:77 "
            "spec.routes[0].weights.c2: 101 is out of range\n");
        row("gateways",
            withClusters("  routes: [{name: r, namespace: n, hosts: [a.b], gateways: [ingres], "
                         "weights: {c1: 100}}]"),
            "3:61 spec.routes[0].gateways[0]: ingres is not known here\n");
        row("no gateways",
            withClusters("  routes: [{name: r, namespace: n, hosts: [a.b], gateways: [], weights: "
                         "{c1: 100}}]"),
            "3:60 spec.routes[0].gateways: a list with ingress, mesh or both is expected here\n");
        row("hosts",
            withClusters("  routes: [{name: r, namespace: n, hosts: ['*.b', 1.2.3.4, a/b], "
                         "weights: {c1: 100}}]"),
            "3:44 spec.routes[0].hosts[0]: *.b is not a host name\n3:51 spec.routes[0].hosts[1]: "
            "1.2.3.4 is not a host name\n"
            "3:60 spec.routes[0].hosts[2]: a/b is not a host name\n");
        row("duplicate routes",
            withClusters("  routes:\n  - {name: r, namespace: n, hosts: [a.b], weights: {c1: "
                         "100}}\n  - {name: r, namespace: n, hosts: [a.b], weights: {c1: 100}}\n"),
            "5:12 spec.routes[1].name: two routes are named r\n"
            "5:37 spec.routes[1].hosts[0]: two routes serve a.b at the ingress; which one wins is "
            "undefined\n");
    }

    void refusesWrongFiles()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, expected);
        COMPARE_TEXT(brief(text.toStdString()), expected.toStdString());
    }

    void warnsOfWhatIsOddOnly_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char* name, const std::string& text, const char* expected) {
            QTest::newRow(name) << QByteArray::fromStdString(text) << QByteArray(expected);
        };
        row("root key of an existing root",
            withClusters("  trust: {root: existing, rootKey: discard}"),
            "3:36 warning spec.trust.rootKey: rootKey has no effect: no root is generated\n");
        row("ingress gateway of a remote",
            "spec: {clusters: [{name: a}, {name: b, gateways: {ingress: {type: NodePort}}}]}",
            "1:60 warning spec.clusters[1].gateways.ingress: gateways.ingress has no effect: b is "
            "a remote and gets no ingress gateway\n");
        row("loopback",
            "spec: {clusters: [{name: a, apiServer: {url: 'https://[::1]:6443/x'}}]}",
            "1:46 warning spec.clusters[0].apiServer.url: this API server is a loopback address: "
            "the primary's istiod reaches itself there\n");
        row("host outside the domain",
            withClusters("  ingress: {domain: x.org}\n  routes: [{name: r, namespace: n, hosts: "
                         "[yx.org, a.x.org], weights: {c1: 100}}]"),
            "4:44 warning spec.routes[0].hosts[0]: yx.org is not under the ingress domain x.org, "
            "so the gateway does not answer for it\n");
        row("http charts",
            withClusters("  istio: {charts: {repository: 'http://charts:8080/istio'}}"),
            "3:32 warning spec.istio.charts.repository: charts are downloaded without encryption: "
            "anybody on the way can change them\n");
    }

    void warnsOfWhatIsOddOnly()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, expected);
        COMPARE_TEXT(brief(text.toStdString()), expected.toStdString());
        QVERIFY(!hasErrors(mesh::parseMesh(text.toStdString(), "mesh.yaml").problems));
    }

    void acceptsUnusualButRightFiles_data()
    {
        QTest::addColumn<QByteArray>("text");
        const auto row = [](const char* name, const std::string& text) {
            QTest::newRow(name) << QByteArray::fromStdString(text);
        };
        row("one context in two kubeconfigs",
            "spec: {clusters: [{name: a, context: x, kubeconfig: k}, {name: b, context: x}]}");
        row("remotes on one network",
            "spec: {clusters: [{name: a, network: m}, {name: b, network: n}, {name: c, network: "
            "n}]}");
        row("no networks", "spec: {clusters: [{name: a}, {name: b}, {name: c}]}");
        row("quoted numbers as texts", "spec: {clusters: [{name: '1', context: 007}]}");
        row("existing trust", withClusters("  trust: {root: existing}"));
        row("a build of Istio",
            withClusters(
                "  istio: {version: 1.31.0-eed52ebb66ad, charts: {repository: 'oci://r.x/y'}}"));
        row("CRLF and BOM", "\xEF\xBB\xBFspec:\r\n  clusters:\r\n  - name: a\r\n");
        row("mesh route without hosts",
            withClusters("  routes: [{name: r, namespace: n, gateways: [mesh], weights: {c1: 0, "
                         "c2: 100}}]"));
        row("certificate in a Secret",
            withClusters("  ingress: {domain: x.org, certificate: {secret: tls}}"));
        row("one name in two namespaces",
            withClusters("  routes: [{name: r, namespace: m, hosts: [a.b], weights: {c1: 100}}, "
                         "{name: r, namespace: n, hosts: [c.d], weights: {c1: 100}}]"));
    }

    void acceptsUnusualButRightFiles()
    {
        QFETCH(QByteArray, text);
        COMPARE_TEXT(brief(text.toStdString()), "");
    }
};

ISTHMUS_TEST_MAIN(TestMeshRules)
#include "tst_mesh_rules.moc"

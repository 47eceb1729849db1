// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/file.h"
#include "core/mesh/dump.h"
#include "core/mesh/mesh_spec.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

/// A file with every key of the contract that this version does.
std::string wholeFile()
{
    return isthmus::readFile(ISTHMUS_SOURCE_DIR "/tests/core/mesh/whole_mesh.yaml").value_or("");
}

std::string problems(std::string_view text)
{
    return dump(mesh::parseMesh(text, "/m/mesh.yaml").problems);
}

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

class TestMeshSpec : public test::TestBase
{
    Q_OBJECT

private slots:

    void readsEveryField()
    {
        const mesh::ParsedMesh parsed = mesh::parseMesh(wholeFile(), "/m/mesh.yaml");
        COMPARE_TEXT(dump(parsed.problems), "");
        COMPARE_TEXT(dump(parsed.spec), R"(mesh mesh7
  file: /m/mesh.yaml
  istio
    version: 1.31.0
    topology: primary-remote
    revision: default
    charts.directory: /m/istio-1.31.0/manifests/charts
    values.base: {"a":1}
    values.istiod: {"pilot":{"cpu":"100m"}}
    values.gateway: {"true":true}
  mtls: permissive
  trust
    existing: no
    discardRootKey: no
    rootKeyFile: /m/keys/root.sealed
  cluster onprem
    context: onprem-admin
    role: primary
    network: network1
    gateway ingress
      type: NodePort
      loadBalancerIP: 203.0.113.10
      annotation a.b/c: 1
      externalIPs: 10.0.0.1
      port: 15443
    gateway eastWest
      type: LoadBalancer
      port: 15443
  cluster gke
    context: gke_shop
    role: remote
    network: network2
    kubeconfig: /gke.kubeconfig
    apiServer.url: https://10.0.0.5:6443
    apiServer.caFile: /etc/ca.pem
    apiServer.tlsServerName: api.gke.example.com
    gateway ingress
      type: LoadBalancer
      port: 15443
    gateway eastWest
      type: ClusterIP
      loadBalancerIP: 203.0.113.11
      annotation d: e
      externalIPs: 10.0.0.2, fd00::2
      address: gw.example.com
      port: 15443
    images.hub: mirror.example.com/istio
    images.pullSecret: pull
    values.istiod: {"x":[1]}
    values.gateway: {"w":"z"}
  ingress
    cluster: onprem
    domain: apps.example.com
    generateCertificate: no
    certificateFile: /m/tls.crt
    keyFile: /m/tls.key
    httpsRedirect: no
  demo
    namespace: shop
    frontend: onprem, gke
    others: gke
    images.prefix: mirror.example.com/shop
    images.pullSecret: pull
    load: no
  route frontend
    namespace: shop
    hosts: shop.apps.example.com
    service: web
    port: 8080
    viaIngress: yes
    viaMesh: yes
    weight onprem: 70
    weight gke: 30
)");
    }

    void needsNoMoreThanClusters()
    {
        const mesh::ParsedMesh parsed = mesh::parseMesh(withClusters(""), "mesh.yaml");
        COMPARE_TEXT(dump(parsed.problems), "");
        COMPARE_TEXT(dump(parsed.spec), R"(mesh mesh1
  file: mesh.yaml
  istio
    topology: primary-remote
    revision: default
  mtls: strict
  cluster c1
    context: c1
    role: primary
    gateway ingress
      type: LoadBalancer
      port: 15443
    gateway eastWest
      type: LoadBalancer
      port: 15443
  cluster c2
    context: c2
    role: remote
    gateway ingress
      type: LoadBalancer
      port: 15443
    gateway eastWest
      type: LoadBalancer
      port: 15443
)");
    }

    void fillsInWhatDependsOnOtherFields()
    {
        const mesh::ParsedMesh parsed = mesh::parseMesh(
            "spec:\n"
            "  clusters: [{name: a}, {name: b, role: primary}]\n"
            "  ingress: {domain: x.org}\n"
            "  demo: {}\n"
            "  routes: [{name: r, namespace: n, hosts: [r.x.org], weights: {a: 100}}]\n",
            "mesh.yaml");
        COMPARE_TEXT(dump(parsed.problems), "");
        const mesh::MeshSpec& spec = parsed.spec;
        QCOMPARE(spec.primary().name.str(), std::string("b"));
        QCOMPARE(spec.remotes().size(), std::size_t { 1 });
        QCOMPARE(spec.ingress->cluster.str(), std::string("b"));
        QVERIFY(spec.ingress->generateCertificate && spec.ingress->httpsRedirect);
        QCOMPARE(spec.demo->frontend.size(), std::size_t { 2 });
        QCOMPARE(spec.demo->others.at(0).str(), std::string("b"));
        QVERIFY(spec.demo->load);
        const mesh::RouteSpec* route = spec.findRoute("r");
        QVERIFY(route != nullptr);
        QCOMPARE(route->service, std::string("r"));
        QCOMPARE(route->port, 80);
        QVERIFY(route->viaIngress && !route->viaMesh);
        QVERIFY(spec.findRoute("s") == nullptr);
    }

    void reportsFiveMistakesAtOnce()
    {
        COMPARE_TEXT(problems(R"(apiVersion: isthmus/v1
kind: Mesh
spec:
  cluster:
    - name: nowhere
  clusters:
    - {name: onprem, contxt: onprem}
    - {name: gke, role: remote}
  ingress:
    domain: "*.apps.example.com"
  routes:
    - name: frontend
      namespace: shop
      hosts: [shop.apps.example.com]
      port: "80"
      weights: {onprem: 50, gkee: 40}
)"),
                     R"(/m/mesh.yaml:4:3: error: the key cluster is not known here (spec.cluster)
  do: Did you mean `clusters`?
/m/mesh.yaml:7:22: error: the key contxt is not known here (spec.clusters[0].contxt)
  do: Did you mean `context`?
/m/mesh.yaml:10:13: error: the domain is written without a wildcard (spec.ingress.domain)
  do: Write `apps.example.com`; the certificate covers the names below it.
/m/mesh.yaml:15:13: error: a whole number is expected here (spec.routes[0].port)
  why: it is the text "80"
  do: Write a whole number here.
/m/mesh.yaml:16:7: error: the weights sum to 90, not to 100 (spec.routes[0].weights)
  do: Change them so that they sum to 100.
/m/mesh.yaml:16:29: error: no cluster of this file is named gkee (spec.routes[0].weights.gkee)
  do: Did you mean `gke`?
)");
    }

    void goesOnBehindADuplicateKey()
    {
        COMPARE_TEXT(
            brief("spec:\n  clusters: [{name: c1}]\n  security: {}\n  security: {mtls: srtict}\n"),
            "4:3 : the key \"security\" stands twice in one map\n");
        COMPARE_TEXT(
            brief("spec:\n  clusters: [{name: c1, name: c1}]\n  security: {mtls: srtict}\n"),
            "2:25 : the key \"name\" stands twice in one map\n"
            "3:20 spec.security.mtls: srtict is not known here\n");
    }

    void saysWhereAMisplacedKeyBelongs()
    {
        COMPARE_TEXT(
            problems("spec: {clusters: [{name: a}], httpsRedirect: true, zzz: 1}"),
            "/m/mesh.yaml:1:31: error: the key httpsRedirect is not known here "
            "(spec.httpsRedirect)\n"
            "  do: It belongs at spec.ingress.httpsRedirect.\n"
            "/m/mesh.yaml:1:52: error: the key zzz is not known here (spec.zzz)\n"
            "  do: Keys here are: istio, security, trust, clusters, ingress, demo, routes.\n");
    }

    void refusesWhatComesLaterWithItsReason()
    {
        COMPARE_TEXT(
            problems(R"(spec:
  istio:
    topology: multi-primary
    revision: canary
    addons: {directory: samples/addons, install: [prometheus]}
  trust: {root: {directory: certs}}
  clusters: [{name: a, role: primary}, {name: b, role: primary}]
  ingress: {domain: x.org, certificate: {certManager: {issuer: le, kind: ClusterIssuer}}}
  routes:
    - {name: r, namespace: n, hosts: [r.x.org], via: HTTPRoute, weights: {a: 100}}
)"),
            R"(/m/mesh.yaml:3:5: error: this version of Isthmus does not do it yet: the topology multi-primary (spec.istio.topology)
  do: Use `topology: primary-remote`; an existing mesh of another shape can be watched with it.
/m/mesh.yaml:4:5: error: this version of Isthmus does not do it yet: another revision than default (spec.istio.revision)
  do: Use `revision: default`, or leave it out.
/m/mesh.yaml:5:5: error: this version of Isthmus does not do it yet: installing add-ons (spec.istio.addons)
  do: Remove it, and apply the manifests of samples/addons with kubectl.
/m/mesh.yaml:6:11: error: this version of Isthmus does not do it yet: root: {directory: …} (spec.trust.root)
  do: Create the Secret cacerts in the primary from these files and use `root: existing`, or use `root: generate`.
/m/mesh.yaml:8:42: error: this version of Isthmus does not do it yet: asking cert-manager for a certificate (spec.ingress.certificate.certManager)
  do: Let cert-manager write a Secret and name it with `secret: NAME`, or use `generate: self-signed`.
/m/mesh.yaml:10:49: error: this version of Isthmus does not do it yet: via: HTTPRoute (spec.routes[0].via)
  do: Use `via: VirtualService`.
)");
        COMPARE_TEXT(brief(withClusters("  istio: {topology: classic}")),
                     "3:11 spec.istio.topology: this version of Isthmus does not do it yet: the "
                     "topology classic\n");
    }

    void survivesEveryPrefixOfARealFile()
    {
        const std::string text = wholeFile();
        for (std::size_t size = 0; size < text.size(); size += 7) {
            (void)mesh::parseMesh(text.substr(0, size), "mesh.yaml");
        }
    }

    void loadsFromDiskRelativeToTheFile()
    {
        const test::TemporaryFolder folder;
        const std::string file =
            folder.write("mesh.yaml", "spec: {clusters: [{name: a, kubeconfig: sub/../k}]}");
        const auto loaded = mesh::loadMesh(file);
        QVERIFY(loaded);
        QCOMPARE(loaded->spec.clusters.at(0).kubeconfig->string(), folder.path("k"));
        const auto missing = mesh::loadMesh(folder.path("none.yaml"));
        QVERIFY(!missing);
        QCOMPARE(missing.error().code, ErrorCode::Usage);
    }
};

ISTHMUS_TEST_MAIN(TestMeshSpec)
#include "tst_mesh_spec.moc"

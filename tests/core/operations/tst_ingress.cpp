// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/operations/ingress/planner.h"
#include "tests/core/operations/mesh_fixture.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

std::string certificate(const std::string& source)
{
    return json::write(test::Mesh(test::sampleWith("certificate: {generate: self-signed}",
                                                   "certificate: " + source))
                           .inputsOf("onprem/certificate"));
}

} // namespace

class TestIngress : public test::TestBase
{
    Q_OBJECT

private slots:

    void takesTheCertificateFromWhereTheFileSays()
    {
        COMPARE_TEXT(certificate("{generate: self-signed}"),
                     R"({"certificateFile":"","domain":"apps.example.com","existing":false,)"
                     R"("keyFile":"","secret":"isthmus-ingress-certificate"})");
        COMPARE_TEXT(certificate("{files: {cert: tls.crt, key: /k/tls.key}}"),
                     R"({"certificateFile":"/m/tls.crt","domain":"apps.example.com",)"
                     R"("existing":false,"keyFile":"/k/tls.key",)"
                     R"("secret":"isthmus-ingress-certificate"})");
        COMPARE_TEXT(certificate("{secret: wildcard}"),
                     R"({"certificateFile":"","domain":"apps.example.com","existing":true,)"
                     R"("keyFile":"","secret":"wildcard"})");
    }

    void opensTheDomainWithARedirect()
    {
        const json::Value inputs = test::Mesh().inputsOf("onprem/public-gateway");
        COMPARE_TEXT(json::write(inputs["objects"][0]["spec"]),
                     R"({"selector":{"istio":"ingressgateway"},"servers":[{"hosts":["*.apps.exam)"
                     R"(ple.com"],"port":{"name":"http","number":80,"protocol":"HTTP"},"tls":{"h)"
                     R"(ttpsRedirect":true}},{"hosts":["*.apps.example.com"],"port":{"name":"htt)"
                     R"(ps","number":443,"protocol":"HTTPS"},"tls":{"credentialName":"isthmus-in)"
                     R"(gress-certificate","mode":"SIMPLE"}}]})");
    }

    void servesPlainHttpWhereTheFileSaysSo()
    {
        const test::Mesh mesh(
            test::sampleWith("certificate: {generate: self-signed}",
                             "certificate: {secret: wildcard}\n    httpsRedirect: false"));
        const json::Value servers =
            mesh.inputsOf("onprem/public-gateway")["objects"][0]["spec"]["servers"];
        QVERIFY(!servers[0].contains("tls"));
        COMPARE_TEXT(servers[1]["tls"]["credentialName"].string(), "wildcard");
    }
};

ISTHMUS_TEST_MAIN(TestIngress)
#include "tst_ingress.moc"

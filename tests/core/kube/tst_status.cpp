// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/json/parse.h"
#include "core/kube/status.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

/// With every ' as \", which moc cannot read in a raw string.
std::string escaped(std::string text)
{
    for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 2) {
        text.replace(at, 1, "\\\"");
    }
    return text;
}

http::Response answer(int status, const char* type, std::string body)
{
    return { .status = status,
             .headers = { { "Content-Type", type } },
             .body = escaped(std::move(body)) };
}

http::Response statusAnswer(int code,
                            const std::string& reason,
                            const std::string& message,
                            const std::string& details = R"({"name":"a"})")
{
    return answer(code,
                  "application/json; charset=utf-8",
                  R"({"kind":"Status","code":)" + std::to_string(code) + R"(,"reason":")" + reason
                      + R"(","message":")" + message + R"(","details":)" + details + "}");
}

std::string dump(const Error& error)
{
    const char* retry = error.retry == Retry::After ? " after"
        : error.retry == Retry::Now                 ? " now"
                                                    : "";
    return std::string(name(error.code)) + retry + ": " + text(error.message)
        + "\nwhy: " + error.detail + "\ndo: " + text(error.remedy) + '\n';
}

} // namespace

class TestStatus : public test::TestBase
{
    Q_OBJECT

private slots:

    void mapsStatusAndReasonToACode_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("reason");
        QTest::addColumn<QString>("message");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("id");
        const auto row = [](const char* title,
                            int status,
                            const char* reason,
                            const char* message,
                            ErrorCode code,
                            const char* id) {
            QTest::newRow(title) << status << reason << message << static_cast<int>(code) << id;
        };
        row("unauthorized", 401, "Unauthorized", "", ErrorCode::Unauthorized, "kube.unauthorized");
        row("forbidden otherwise",
            403,
            "Forbidden",
            "violates PodSecurity",
            ErrorCode::Forbidden,
            "kube.forbidden");
        row("object missing", 404, "NotFound", "", ErrorCode::NotFound, "kube.not-found");
        row("method", 405, "MethodNotAllowed", "", ErrorCode::Unsupported, "kube.unsupported");
        row("media type",
            415,
            "UnsupportedMediaType",
            "",
            ErrorCode::Unsupported,
            "kube.unsupported");
        row("name taken",
            409,
            "AlreadyExists",
            "",
            ErrorCode::AlreadyExists,
            "kube.already-exists");
        row("version moved", 409, "Conflict", "", ErrorCode::Conflict, "kube.changed-meanwhile");
        row("expired", 410, "Expired", "", ErrorCode::Gone, "kube.expired");
        row("gone before 1.18", 410, "Gone", "", ErrorCode::Gone, "kube.expired");
        row("invalid", 422, "Invalid", "", ErrorCode::Invalid, "kube.invalid");
        row("bad request", 400, "BadRequest", "", ErrorCode::Invalid, "kube.invalid");
        row("busy", 429, "TooManyRequests", "", ErrorCode::Throttled, "kube.throttled");
        row("unknown field in an apply",
            500,
            "",
            "failed to create typed patch object (n/a; v1, Kind=X): .spec.foo: field not declared "
            "in schema",
            ErrorCode::Invalid,
            "kube.unknown-field");
        row("server error",
            500,
            "InternalError",
            "etcd",
            ErrorCode::Internal,
            "kube.server-trouble");
        row("timeout", 504, "Timeout", "", ErrorCode::Timeout, "kube.server-trouble");
        row("webhook down",
            500,
            "InternalError",
            R"(failed calling webhook 'a.b': connection refused)",
            ErrorCode::Internal,
            "kube.webhook-down");
        row("webhook says no",
            400,
            "BadRequest",
            R"(admission webhook 'a.b' denied the request: no)",
            ErrorCode::Invalid,
            "kube.webhook-denied");
        row("webhook forbids",
            403,
            "Forbidden",
            R"(admission webhook 'a.b' denied the request: no)",
            ErrorCode::Refused,
            "kube.webhook-denied");
    }

    void mapsStatusAndReasonToACode()
    {
        QFETCH(int, status);
        QFETCH(QString, reason);
        QFETCH(QString, message);
        QFETCH(int, code);
        QFETCH(QString, id);
        const Error error =
            kube::errorOf(statusAnswer(status, reason.toStdString(), message.toStdString()));
        COMPARE_TEXT(error.message.id, id.toStdString());
        QCOMPARE(static_cast<int>(error.code), code);
        const bool passes =
            status == 429 || (status >= 500 && code != static_cast<int>(ErrorCode::Invalid));
        QCOMPARE(error.retry, passes ? Retry::After : Retry::Never);
    }

    void namesTheWebhookThatFailed()
    {
        const Error error = kube::errorOf(statusAnswer(
            500,
            "InternalError",
            R"(Internal error occurred: failed calling webhook 'namespace.sidecar-injector.istio.io': no endpoints)"));
        COMPARE_TEXT(dump(error),
                     "internal after: the admission webhook namespace.sidecar-injector.istio.io "
                     "cannot be reached\n"
                     "why: Internal error occurred: failed calling webhook "
                     "\"namespace.sidecar-injector.istio.io\": no endpoints\n"
                     "do: Check that the pods behind the webhook run, then try again.\n");
    }

    void saysWhichRightIsMissingAndTheRuleThatGrantsIt()
    {
        const Error error = kube::errorOf(statusAnswer(
            403,
            "Forbidden",
            R"(pods 'x' is forbidden: User 'system:serviceaccount:n:sa' cannot get resource 'pods/proxy' in API group '' in the namespace 'istio-system')"));
        COMPARE_TEXT(dump(error),
                     "forbidden: system:serviceaccount:n:sa may not get pods/proxy\n"
                     "why: pods \"x\" is forbidden: User \"system:serviceaccount:n:sa\" cannot get "
                     "resource \"pods/proxy\" in API group \"\" in the namespace \"istio-system\"\n"
                     "do: Have this rule added to a Role in istio-system that is bound to "
                     "system:serviceaccount:n:sa: "
                     "{apiGroups: [\"\"], resources: [\"pods/proxy\"], verbs: [\"get\"]}\n");
    }

    void asksForAClusterRoleAtTheClusterScope()
    {
        const auto right = kube::missingRight(
            R"(x is forbidden: User "jane" cannot patch resource "customresourcedefinitions" in API group "apiextensions.k8s.io" at the cluster scope)");
        QVERIFY(right);
        QCOMPARE(*right,
                 (kube::MissingRight { .user = "jane",
                                       .verb = "patch",
                                       .group = "apiextensions.k8s.io",
                                       .resource = "customresourcedefinitions" }));
        COMPARE_TEXT(kube::ruleFor(*right),
                     "{apiGroups: [\"apiextensions.k8s.io\"], resources: "
                     "[\"customresourcedefinitions\"], verbs: [\"patch\"]}");
    }

    void readsNoRightIntoOtherSentences()
    {
        QVERIFY(!kube::missingRight("pods is forbidden: exceeded quota"));
        const std::string cutOff =
            "User \"a\" cannot get resource \"pods\" in API group \"\" in the namespace \"b";
        QVERIFY(!kube::missingRight(cutOff));
    }

    void readsConflictsFromTheCausesByFieldAndManager()
    {
        const Error error = kube::errorOf(statusAnswer(
            409,
            "Conflict",
            "Apply failed with 2 conflicts",
            R"({"causes":[{"reason":"FieldManagerConflict","message":"conflict with 'mesh'","field":".spec.http"},
                {"reason":"FieldManagerConflict","message":"conflict with 'kubectl-edit' using v1","field":".data.a"}]})"));
        QCOMPARE(error.code, ErrorCode::Conflict);
        QCOMPARE(kube::conflictsOf(error),
                 (std::vector<kube::Conflict> { { "mesh", ".spec.http" },
                                                { "kubectl-edit using v1", ".data.a" } }));
        COMPARE_TEXT(text(error.message), "the field .spec.http belongs to another manager, mesh");
        COMPARE_TEXT(error.detail,
                     ".spec.http belongs to mesh; .data.a belongs to kubectl-edit using v1");
    }

    void hasNoConflictsInOtherErrors()
    {
        QVERIFY(kube::conflictsOf(kube::errorOf(statusAnswer(409, "Conflict", ""))).empty());
    }

    void namesTheFieldsOfAnInvalidObject()
    {
        const Error error = kube::errorOf(statusAnswer(
            422,
            "Invalid",
            "Service is invalid",
            R"({"causes":[{"reason":"FieldValueInvalid","message":"Invalid value: 99999","field":"spec.ports[0].port"}]})"));
        COMPARE_TEXT(error.detail, "spec.ports[0].port: Invalid value: 99999");
    }

    void takesAPatchThatDoesNotFitForAConflict()
    {
        const Error error = kube::errorOf(
            statusAnswer(422,
                         "Invalid",
                         "the server rejected our request due to an error in our request",
                         "{}"));
        COMPARE_TEXT(dump(error),
                     "conflict: the object is not as the change expects it\n"
                     "why: the server rejected our request due to an error in our request\n"
                     "do: Read it again and plan anew.\n");
        QVERIFY(kube::conflictsOf(error).empty());
    }

    void saysThatANamespaceIsGoing()
    {
        const Error error = kube::errorOf(statusAnswer(
            403,
            "Forbidden",
            "x",
            R"({"causes":[{"reason":"NamespaceTerminating","field":"metadata.namespace"}]})"));
        COMPARE_TEXT(error.message.id, "kube.namespace-terminating");
        QCOMPARE(error.retry, Retry::After);
    }

    void keepsTwoKilobytesOfAProxysPage()
    {
        const Error error =
            kube::errorOf(answer(502, "text/html", "<html>" + std::string(10'000, 'x')));
        COMPARE_TEXT(text(error.message),
                     "something between us and the server answered with status 502");
        QVERIFY(error.detail.starts_with("<html>xxx"));
        QVERIFY(error.detail.size() < 2'100); // and the mark of the cut
    }

    void readsNoJsonWhereTheTypeDoesNotSaySo()
    {
        const Error error = kube::errorOf(
            answer(409, "text/plain", R"({"kind":"Status","reason":"AlreadyExists"})"));
        QCOMPARE(error.code, ErrorCode::Conflict);
    }

    void showsNoBytesThatAreNoText()
    {
        COMPARE_TEXT(kube::errorOf(answer(500, "text/plain", "\xff\xfe")).detail,
                     "(2 bytes that are no text)");
    }

    void tellsAMissingKindFromAMissingObject()
    {
        QVERIFY(kube::isNotServed(answer(404, "text/plain", "404 page not found\n")));
        QVERIFY(kube::isNotServed(statusAnswer(
            404, "NotFound", "the server could not find the requested resource", "{}")));
        QVERIFY(!kube::isNotServed(statusAnswer(404, "NotFound", "x")));
        COMPARE_TEXT(kube::errorOf(answer(404, "text/plain", "404 page not found\n")).message.id,
                     "kube.not-served");
    }

    void readsRetryAfterFromHeaderOrBody()
    {
        http::Response response =
            statusAnswer(503, "ServiceUnavailable", "", R"({"retryAfterSeconds":3})");
        QCOMPARE(kube::retryAfter(response)->count(), 3'000);
        response.headers.emplace_back("retry-after", " 7 ");
        QCOMPARE(kube::retryAfter(response)->count(), 7'000);
        QVERIFY(!kube::retryAfter(answer(503, "text/plain", "")));
        response.headers = { { "Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT" } };
        QVERIFY(!kube::retryAfter(response));
    }

    void findsTheTokenThatGoesOnAfterAnExpiredList()
    {
        const auto response =
            answer(410,
                   "application/json",
                   R"({"kind":"Status","code":410,"metadata":{"continue":"abc"}})");
        COMPARE_TEXT(kube::continueAfterExpiry(response), "abc");
    }

    void knowsAVersionThatTheServerHasNotReached()
    {
        const Error error = kube::errorOf(statusAnswer(
            504,
            "Timeout",
            "Too large resource version",
            R"({"causes":[{"reason":"ResourceVersionTooLarge"}],"retryAfterSeconds":1})"));
        QVERIFY(kube::isAheadOfServer(error));
    }

    void readsTheStatusOfAnErrorEvent()
    {
        const Error error = kube::errorOf(
            *json::parse(R"({"kind":"Status","code":410,"reason":"Expired","message":"too old"})"));
        QCOMPARE(error.code, ErrorCode::Gone);
        COMPARE_TEXT(error.detail, "too old");
    }
};

ISTHMUS_TEST_MAIN(TestStatus)
#include "tst_status.moc"

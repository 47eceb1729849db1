// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/api/credentials.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test.h"

#include <filesystem>

using namespace isthmus;

namespace {

std::string dump(const Result<api::Credentials::Proof>& proof)
{
    if (!proof) {
        return describe(proof.error());
    }
    std::string out;
    for (const auto& [name, value] : proof->headers) {
        out += name + ": " + value + '\n';
    }
    return out;
}

} // namespace

class TestCredentials : public test::TestBase
{
    Q_OBJECT

private slots:

    void sendsATokenAndWhomToAppearAs()
    {
        const test::ManualClock clock;
        api::Credentials credentials({ .token = Secret("t0k"),
                                       .username = "u",
                                       .impersonation = { .user = "jane",
                                                          .uid = "7",
                                                          .groups = { "a", "b" },
                                                          .extra = { { "acme.com/x", "1" } } } },
                                     clock);
        COMPARE_TEXT(dump(credentials.proof()),
                     "Authorization: Bearer t0k\n"
                     "Impersonate-User: jane\n"
                     "Impersonate-Uid: 7\n"
                     "Impersonate-Group: a\n"
                     "Impersonate-Group: b\n"
                     "Impersonate-Extra-acme.com%2Fx: 1\n");
    }

    void sendsNameAndPassword()
    {
        const test::ManualClock clock;
        api::Credentials credentials({ .username = "Aladdin", .password = Secret("open sesame") },
                                     clock);
        COMPARE_TEXT(dump(credentials.proof()),
                     "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\n");
    }

    void sendsNothingWhereACertificateDoes()
    {
        const test::ManualClock clock;
        api::Credentials credentials(
            { .clientCertificatePem = "pem", .exec = kubeconfig::ExecPlugin { .command = "aws" } },
            clock);
        COMPARE_TEXT(dump(credentials.proof()), "");
    }

    void refusesToRunAPlugin()
    {
        const test::ManualClock clock;
        api::Credentials credentials(
            { .context = "gke",
              .exec = kubeconfig::ExecPlugin { .command = "gke-gcloud-auth-plugin" } },
            clock);
        const auto proof = credentials.proof();
        QVERIFY(!proof);
        QCOMPARE(proof.error().code, ErrorCode::Refused);
        QVERIFY(text(proof.error().message).find("gke-gcloud-auth-plugin") != std::string::npos);
        QVERIFY(!proof.error().remedy.empty());
    }

    void readsTheTokenFileAgainAfterAMinute()
    {
        test::ManualClock clock;
        const test::TemporaryFolder folder;
        const std::string file = folder.write("token", " one\n");
        api::Credentials credentials({ .tokenFile = file }, clock);
        COMPARE_TEXT(dump(credentials.proof()), "Authorization: Bearer one\n");
        (void)folder.write("token", "two");
        COMPARE_TEXT(dump(credentials.proof()), "Authorization: Bearer one\n");
        clock.advance(Milliseconds(61'000));
        COMPARE_TEXT(dump(credentials.proof()), "Authorization: Bearer two\n");
    }

    void readsTheTokenFileAtOnceWhenItWasRefused()
    {
        const test::ManualClock clock;
        const test::TemporaryFolder folder;
        const std::string file = folder.write("token", "one");
        api::Credentials credentials({ .tokenFile = file }, clock);
        const int first = credentials.proof()->generation;
        QVERIFY(!credentials.renew(first));
        (void)folder.write("token", "two");
        QVERIFY(credentials.renew(first));
        QVERIFY(credentials.renew(first)); // another request that failed with the old one
        QVERIFY(!credentials.renew(credentials.proof()->generation));
    }

    void readsTheTokenFileForTheNextRequestOnceExpired()
    {
        const test::ManualClock clock;
        const test::TemporaryFolder folder;
        const std::string file = folder.write("token", "one");
        api::Credentials credentials({ .tokenFile = file }, clock);
        const int first = credentials.proof()->generation;
        (void)folder.write("token", "two");
        credentials.expire(first);
        COMPARE_TEXT(dump(credentials.proof()), "Authorization: Bearer two\n");
    }

    void keepsTheLastTokenWhileTheFileIsGone()
    {
        test::ManualClock clock;
        const test::TemporaryFolder folder;
        const std::string file = folder.write("token", "one");
        api::Credentials credentials({ .tokenFile = file }, clock);
        QVERIFY(credentials.proof());
        std::filesystem::remove(file);
        clock.advance(Milliseconds(61'000));
        COMPARE_TEXT(dump(credentials.proof()), "Authorization: Bearer one\n");
    }

    void saysWhichFileHoldsNoToken()
    {
        const test::ManualClock clock;
        const test::TemporaryFolder folder;
        api::Credentials credentials({ .tokenFile = folder.path("none") }, clock);
        const auto proof = credentials.proof();
        QVERIFY(!proof);
        QCOMPARE(proof.error().code, ErrorCode::Unauthorized);
        QVERIFY(text(proof.error().message).find(folder.path("none")) != std::string::npos);
    }
};

ISTHMUS_TEST_MAIN(TestCredentials)
#include "tst_credentials.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/json/parse.h"
#include "core/plan/journal_file.h"
#include "tests/support/test.h"

using namespace isthmus;

namespace {

const std::string one = plan::frame(json::Object { { "t", "step" } });
const std::string two = plan::frame(json::Object { { "t", "hole" } });

/// "2 records, 60 bytes good, torn" and so on.
std::string dump(const plan::Unframed& read)
{
    return std::to_string(read.records.size()) + " records, " + std::to_string(read.goodBytes)
        + " bytes good" + (read.tornTail ? ", torn" : "") + (read.damaged ? ", damaged" : "");
}

} // namespace

class TestJournalFile : public test::TestBase
{
    Q_OBJECT

private slots:

    void crcIsThatOfZip()
    {
        QCOMPARE(plan::crc32("123456789"), 0xCBF43926U);
        QCOMPARE(plan::crc32(""), 0U);
    }

    void aLineProvesItself()
    {
        COMPARE_TEXT(one, "bf9c20e4 0000000c {\"t\":\"step\"}\n");
        const plan::Unframed read = plan::unframe(one + two);
        COMPARE_TEXT(dump(read), "2 records, 62 bytes good");
        COMPARE_TEXT(json::write(read.records.at(1)), R"({"t":"hole"})");
        COMPARE_TEXT(dump(plan::unframe("")), "0 records, 0 bytes good");
    }

    void everyCutOfTheLastLineIsATornTail()
    {
        for (std::size_t size = 1; size < two.size(); ++size) {
            COMPARE_TEXT(dump(plan::unframe(one + two.substr(0, size))),
                         "1 records, 31 bytes good, torn");
        }
    }

    void everyFlippedBitOfTheLastLineIsATornTail()
    {
        for (std::size_t at = 0; at + 1 < two.size(); ++at) {
            std::string bad = two;
            bad[at] = static_cast<char>(bad[at] ^ 1);
            const plan::Unframed read = plan::unframe(one + bad);
            QVERIFY2(read.records.size() == 1 && read.goodBytes == one.size(), bad.c_str());
        }
    }

    void aBadLineWithMoreAfterItIsDamage()
    {
        std::string bad = one;
        bad[20] = '!';
        COMPARE_TEXT(dump(plan::unframe(one + bad + two)), "1 records, 31 bytes good, damaged");
        COMPARE_TEXT(dump(plan::unframe(bad + two)), "0 records, 0 bytes good, damaged");
        COMPARE_TEXT(dump(plan::unframe(one + "\n" + two)), "1 records, 31 bytes good, damaged");
    }
};

ISTHMUS_TEST_MAIN(TestJournalFile)
#include "tst_journal_file.moc"

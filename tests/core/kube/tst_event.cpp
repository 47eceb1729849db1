// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kube/event.h"
#include "tests/support/test.h"

using namespace isthmus;

class TestEvent : public test::TestBase
{
    Q_OBJECT

private slots:

    void cutsLinesWhereverTheBytesAreCut()
    {
        const std::string text = "{\"a\":1}\n\n{\"b\":2}\n{\"half";
        for (std::size_t cut = 0; cut <= text.size(); ++cut) {
            kube::LineSplitter lines;
            std::string seen;
            const auto line = [&](std::string_view each) {
                seen += std::string(each) + '|';
                return true;
            };
            QVERIFY(lines.feed(std::string_view(text).substr(0, cut), line));
            QVERIFY(lines.feed(std::string_view(text).substr(cut), line));
            COMPARE_TEXT(seen, "{\"a\":1}|{\"b\":2}|");
        }
    }

    void refusesALineWithoutEnd()
    {
        kube::LineSplitter lines(8);
        const auto line = [](std::string_view) { return true; };
        QVERIFY(lines.feed("12345678\n1234", line));
        QVERIFY(!lines.feed("56789", line));
    }

    void stopsWhereTheReaderSaysSo()
    {
        kube::LineSplitter lines;
        int seen = 0;
        QVERIFY(!lines.feed("1\n2\n3\n", [&](std::string_view) { return ++seen < 2; }));
        QCOMPARE(seen, 2);
    }

    void readsAnEvent()
    {
        const auto event = kube::parseEvent(R"({"type":"DELETED","object":{"kind":"Pod"}})");
        QVERIFY(event);
        QCOMPARE(event->type, kube::EventType::Deleted);
        COMPARE_TEXT(event->object["kind"].string(), "Pod");
    }

    void tellsUnknownTypesFromBrokenLines()
    {
        QCOMPARE(kube::parseEvent(R"({"type":"NEW","object":{}})").error().code,
                 ErrorCode::NotFound);
        QCOMPARE(kube::parseEvent(R"({"type":"ADDED"})").error().code, ErrorCode::Invalid);
        QCOMPARE(kube::parseEvent("{\"type\":").error().code, ErrorCode::Invalid);
    }
};

ISTHMUS_TEST_MAIN(TestEvent)
#include "tst_event.moc"

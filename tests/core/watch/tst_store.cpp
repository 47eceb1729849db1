// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/watch/records.h"
#include "core/watch/store.h"
#include "tests/support/test.h"

using namespace isthmus;
using watch::NamespaceRecord;

namespace {

using Store = watch::Store<NamespaceRecord>;

NamespaceRecord
record(const std::string& name, const std::string& version, const std::string& uid = "u")
{
    return { .meta = { .name = name, .uid = uid, .resourceVersion = version } };
}

std::string dump(const Store::Changes& changes)
{
    std::string out;
    for (const auto& change : changes) {
        out += change.type == watch::ChangeType::Added  ? '+'
            : change.type == watch::ChangeType::Deleted ? '-'
                                                        : '~';
        out += change.record->meta.name + '@' + change.record->meta.resourceVersion + ' ';
    }
    return out;
}

std::string apply(Store& store, kube::EventType type, NamespaceRecord record)
{
    Store::Changes changes;
    store.apply(type, std::move(record), changes);
    return dump(changes);
}

std::string replace(Store& store, std::vector<NamespaceRecord> records)
{
    Store::Changes changes;
    store.replace(std::move(records), changes);
    return dump(changes);
}

} // namespace

class TestStore : public test::TestBase
{
    Q_OBJECT

private slots:

    void followsEvents()
    {
        Store store;
        COMPARE_TEXT(apply(store, kube::EventType::Added, record("a", "1")), "+a@1 ");
        COMPARE_TEXT(apply(store, kube::EventType::Modified, record("a", "2")), "~a@2 ");
        COMPARE_TEXT(apply(store, kube::EventType::Deleted, record("a", "3")), "-a@2 ");
        QCOMPARE(store.size(), std::size_t { 0 });
    }

    void takesWhateverTypeAfterANewStart()
    {
        Store store;
        COMPARE_TEXT(apply(store, kube::EventType::Modified, record("a", "1")), "+a@1 ");
        COMPARE_TEXT(apply(store, kube::EventType::Added, record("a", "2")), "~a@2 ");
        COMPARE_TEXT(apply(store, kube::EventType::Added, record("a", "2")), "");
        COMPARE_TEXT(apply(store, kube::EventType::Deleted, record("b", "2")), "");
    }

    void findsOutWhatAListAddedChangedAndLost()
    {
        Store store;
        COMPARE_TEXT(replace(store, { record("a", "1"), record("b", "1"), record("c", "1") }),
                     "+a@1 +b@1 +c@1 ");
        COMPARE_TEXT(replace(store, { record("b", "2"), record("c", "1"), record("d", "3") }),
                     "~b@2 +d@3 -a@1 ");
        COMPARE_TEXT(replace(store, { record("b", "2"), record("c", "1"), record("d", "3") }), "");
    }

    void noticesAnotherObjectOfTheSameNameAndVersion()
    {
        Store store;
        (void)replace(store, { record("a", "1", "u1") });
        COMPARE_TEXT(replace(store, { record("a", "1", "u2") }), "~a@1 ");
    }

    void keepsSnapshotsAsTheyWere()
    {
        Store store;
        (void)replace(store, { record("a", "1") });
        const auto before = store.snapshot();
        QCOMPARE(store.snapshot(), before); // nothing is copied without a change
        const auto revision = store.revision();
        (void)apply(store, kube::EventType::Modified, record("a", "2"));
        (void)apply(store, kube::EventType::Added, record("b", "3"));
        QCOMPARE(before->size(), std::size_t { 1 });
        COMPARE_TEXT(before->begin()->second->meta.resourceVersion, "1");
        QCOMPARE(store.snapshot()->size(), std::size_t { 2 });
        QVERIFY(store.revision() > revision);
    }
};

ISTHMUS_TEST_MAIN(TestStore)
#include "tst_store.moc"

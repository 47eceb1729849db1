// SPDX-License-Identifier: GPL-3.0-or-later
#include "resources/resources.h"

#include "tests/support/test.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace isthmus;

namespace {

const std::filesystem::path folder = std::filesystem::path(ISTHMUS_SOURCE_DIR) / "resources";

std::string contentOf(const std::filesystem::path& path)
{
    std::ostringstream out;
    out << std::ifstream(path, std::ios::binary).rdbuf();
    return out.str();
}

} // namespace

class TestResources : public test::TestBase
{
    Q_OBJECT

private slots:

    void carriesEveryYamlFileByteForByte()
    {
        std::size_t files = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            if (entry.path().extension() == ".yaml") {
                const std::string name = entry.path().lexically_relative(folder).generic_string();
                COMPARE_TEXT(resources::find(name), contentOf(entry.path()));
                ++files;
            }
        }
        QCOMPARE(resources::all().size(), files);
    }

    void carriesTheDemo()
    {
        for (const char* name : { "demo/services.yaml",
                                  "demo/frontend.yaml",
                                  "demo/backends.yaml",
                                  "demo/load.yaml" }) {
            QVERIFY2(!resources::find(name).empty(), name);
        }
    }

    void isSortedByName()
    {
        const auto files = resources::all();
        QVERIFY(std::is_sorted(files.begin(), files.end(), [](const auto& a, const auto& b) {
            return a.name < b.name;
        }));
    }

    void findsNothingForAnUnknownName()
    {
        QVERIFY(resources::find("demo/frontend").empty());
        QVERIFY(resources::find("").empty());
        QVERIFY(resources::find("zzz").empty());
    }
};

ISTHMUS_TEST_MAIN(TestResources)
#include "tst_resources.moc"

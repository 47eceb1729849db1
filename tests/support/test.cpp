// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <clocale>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace isthmus::test {

void TestBase::init()
{
    QTest::failOnWarning(QRegularExpression(QStringLiteral(".*")));
}

int run(QObject& test, int argc, char** argv)
{
    ::setenv("LC_ALL", "C", 1);
    ::setenv("TZ", "UTC", 1);
    ::setenv("QT_QPA_PLATFORM", "offscreen", 0);
    ::tzset();
    std::setlocale(LC_ALL, "C");
    const QCoreApplication application(argc, argv);
    return QTest::qExec(&test, argc, argv);
}

namespace {

std::string difference(std::string_view actual, std::string_view expected)
{
    std::istringstream left { std::string(expected) };
    std::istringstream right { std::string(actual) };
    std::string out;
    for (int line = 1; left || right; ++line) {
        std::string a;
        std::string b;
        const bool hasA = static_cast<bool>(std::getline(left, a));
        const bool hasB = static_cast<bool>(std::getline(right, b));
        if (hasA && hasB && a == b) {
            out += "    " + a + "\n";
        } else {
            out += hasA ? "  - " + a + "\n" : "";
            out += hasB ? "  + " + b + "\n" : "";
        }
    }
    return out;
}

} // namespace

bool compareText(std::string_view actual,
                 std::string_view expected,
                 const char* actualName,
                 const char* file,
                 int line)
{
    if (actual == expected) {
        return true;
    }
    const std::string text = std::string(actualName) + " differs (- expected, + actual):\n"
        + difference(actual, expected);
    QTest::qFail(text.c_str(), file, line);
    return false;
}

TemporaryFolder::TemporaryFolder()
{
    std::string pattern = (std::filesystem::temp_directory_path() / "isthmus-test-XXXXXX").string();
    m_path = ::mkdtemp(pattern.data());
}

TemporaryFolder::~TemporaryFolder()
{
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
}

std::string TemporaryFolder::path(std::string_view name) const
{
    return name.empty() ? m_path : (std::filesystem::path(m_path) / name).string();
}

std::string TemporaryFolder::write(std::string_view name, std::string_view content) const
{
    const std::filesystem::path file = path(name);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file.string();
}

} // namespace isthmus::test

// SPDX-License-Identifier: GPL-3.0-or-later
// What every test shares: C locale, UTC, and any unexpected warning is a failure.
#pragma once

#include <QTest>

#include <string>
#include <string_view>

namespace isthmus::test {

class TestBase : public QObject
{
    Q_OBJECT

private slots:
    void init();
};

/// Sets locale and time zone, runs the test class, as every test's main().
int run(QObject& test, int argc, char** argv);

/// Fails with a line-by-line comparison where the texts differ.
bool compareText(std::string_view actual,
                 std::string_view expected,
                 const char* actualName,
                 const char* file,
                 int line);

/// A fresh folder, removed with the object.
class TemporaryFolder
{
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] std::string path(std::string_view name = {}) const;
    /// Writes a file and returns its path.
    [[nodiscard]] std::string write(std::string_view name, std::string_view content) const;

private:
    std::string m_path;
};

} // namespace isthmus::test

/// Structures are compared as text, so that a failure is a diff.
#define COMPARE_TEXT(actual, expected)                                                             \
    do {                                                                                           \
        if (!isthmus::test::compareText((actual), (expected), #actual, __FILE__, __LINE__)) {      \
            return;                                                                                \
        }                                                                                          \
    } while (false)

#define ISTHMUS_TEST_MAIN(Class)                                                                   \
    int main(int argc, char** argv)                                                                \
    {                                                                                              \
        Class test;                                                                                \
        return isthmus::test::run(test, argc, argv);                                               \
    }

// SPDX-License-Identifier: GPL-3.0-or-later
// Stand-ins for the tests of charts: a helm that records how it was called, and small charts.
// Header only.
#pragma once

#include "core/charts/helm.h"
#include "tests/support/test.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

namespace isthmus::test {

inline std::string contentOf(const std::filesystem::path& path)
{
    std::ostringstream out;
    out << std::ifstream(path, std::ios::binary).rdbuf();
    return out.str();
}

inline std::size_t entriesOf(const std::filesystem::path& folder)
{
    std::error_code error;
    const auto entries = std::filesystem::directory_iterator(folder, error);
    return error ? 0 : static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

/// A folder with a cache of its own and a program `helm` whose body is a shell script; the script
/// finds the folder in $here and leaves its arguments, one per line, in the file argv.
class HelmFixture
{
public:
    HelmFixture() { ::setenv("XDG_CACHE_HOME", folder.path("cache").c_str(), 1); }

    ~HelmFixture()
    {
        ::unsetenv("XDG_CACHE_HOME");
        ::unsetenv("ISTHMUS_HELM");
    }

    HelmFixture(const HelmFixture&) = delete;
    HelmFixture& operator=(const HelmFixture&) = delete;

    charts::Helm helm(std::string_view body) const
    {
        const std::string script = "#!/bin/sh\nhere='" + folder.path()
            + "'\nprintf '%s\\n' \"$@\" >>\"$here/argv\"\n" + std::string(body) + "\n";
        const std::string program = folder.write("helm", script);
        std::filesystem::permissions(program, std::filesystem::perms::owner_all);
        return { .program = program, .version = "v4.2.0", .major = 4 };
    }

    /// Writes a file where its path is of no interest.
    void put(std::string_view name, std::string_view content) const
    {
        (void)folder.write(name, content);
    }

    [[nodiscard]] std::string argv() const { return contentOf(folder.path("argv")); }

    /// A chart that holds as little as a chart can.
    void chart(const std::string& place, const std::string& version = "1.31.0") const
    {
        put(place + "/Chart.yaml", "apiVersion: v2\nname: any\nversion: " + version + "\n");
        put(place + "/templates/service.yaml", "kind: Service # of " + place + "\n");
    }

    /// All three in the layout of a release; returns their folder.
    [[nodiscard]] std::string release(const std::string& root = "release",
                                      const std::string& version = "1.31.0") const
    {
        chart(root + "/base", version);
        chart(root + "/istio-control/istio-discovery", version);
        chart(root + "/gateway", version);
        return folder.path(root);
    }

    TemporaryFolder folder;
};

} // namespace isthmus::test

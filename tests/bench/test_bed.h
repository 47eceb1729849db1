// SPDX-License-Identifier: GPL-3.0-or-later
// The real test bed for as long as this object lives; by the same script as the tests' fixtures.
#pragma once

#include "core/base/result.h"
#include "core/exec/child_process.h"

#include <filesystem>
#include <map>
#include <string>

namespace isthmus::bench {

class TestBed
{
public:
    /// `mode` is "lite" or "full". Errors: Unsupported where there can be no bed here, with the
    /// reason; Internal where it did not come up.
    [[nodiscard]] static Result<TestBed> up(const std::string& mode);
    TestBed(TestBed&& other) noexcept;
    TestBed& operator=(TestBed&&) = delete;
    TestBed(const TestBed&) = delete;
    TestBed& operator=(const TestBed&) = delete;
    /// Takes it down.
    ~TestBed();

    /// A scratch folder that goes with the bed.
    [[nodiscard]] std::filesystem::path folder() const { return m_folder; }

    /// A program with the bed's environment: KUBECONFIG with the contexts c1 and c2, and helm.
    [[nodiscard]] exec::Command command(const std::string& program,
                                        std::vector<std::string> arguments) const;
    /// isthmusctl from beside this program, with a state folder in the scratch folder.
    [[nodiscard]] exec::Command isthmusctl(std::vector<std::string> arguments) const;
    /// A script of the bed itself: "oracle".
    [[nodiscard]] exec::Command script(const std::string& name,
                                       std::vector<std::string> arguments) const;
    /// mesh.yaml over c1 and, where asked for, c2, written into the scratch folder; its path.
    [[nodiscard]] Result<std::string> meshFile(bool withSecond) const;

private:
    TestBed(std::filesystem::path folder, std::map<std::string, std::string> fields);

    std::filesystem::path m_folder; ///< empty where moved from
    std::map<std::string, std::string> m_fields;
};

/// The folder that this program lies in.
[[nodiscard]] std::filesystem::path ownFolder();

} // namespace isthmus::bench

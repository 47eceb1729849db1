// SPDX-License-Identifier: GPL-3.0-or-later
// What is measured. Each answers with rows also where it could not measure: then they say why.
#pragma once

#include "core/base/result.h"
#include "tests/bench/row.h"
#include "tests/bench/test_bed.h"

#include <string>
#include <vector>

namespace isthmus::bench {

/// Server-side apply of 200 objects, from the manifest file to the last answer, against kubectl.
[[nodiscard]] std::vector<Row> benchApply(const TestBed& bed);
/// Program start to the first cluster on the screen, against `kubectl get`.
[[nodiscard]] std::vector<Row> benchFirstList(const TestBed& bed);
/// A mesh over two empty clusters, against the bed's own way with helm and kubectl. Takes full beds
/// up and down.
[[nodiscard]] std::vector<Row> benchInstall();

/// What isthmus-bench runs as its own child: applies a file of manifests through core/api.
[[nodiscard]] Result<void>
applyFile(const std::string& file, const std::string& kubeconfig, const std::string& context);

/// Rows that could not be measured.
[[nodiscard]] std::vector<Row> unmeasured(std::vector<Row> rows, const Error& error);

} // namespace isthmus::bench

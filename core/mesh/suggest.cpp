// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/mesh/suggest.h"

#include <algorithm>

namespace isthmus::mesh {

namespace {

/// Small letters and digits alone, so that apiserver, api_server and apiServer are one word.
std::string folded(std::string_view word)
{
    std::string out;
    for (const char c : word) {
        if (c >= 'A' && c <= 'Z') {
            out += static_cast<char>(c - 'A' + 'a');
        } else if (c != '-' && c != '_') {
            out += c;
        }
    }
    return out;
}

/// Edits between two words, a swap of neighbours being one (optimal string alignment).
std::size_t distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> previous(b.size() + 1);
    std::vector<std::size_t> current(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        previous[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        current[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            current[j] = std::min({ replaced, previous[j] + 1, current[j - 1] + 1 });
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                current[j] = std::min(current[j], before[j - 2] + 1);
            }
        }
        std::swap(before, previous);
        std::swap(previous, current);
    }
    return previous[b.size()];
}

} // namespace

std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string>& candidates)
{
    constexpr std::size_t longest = 64;
    const std::string wanted = folded(word.substr(0, longest));
    std::size_t best = wanted.size() < 5 ? 2 : 3; // one more than allowed
    std::optional<std::string> found;
    for (const std::string& candidate : candidates) {
        const std::size_t edits = distance(wanted, folded(candidate));
        if (edits < best && edits < candidate.size()) {
            best = edits;
            found = candidate;
        }
    }
    return found;
}

} // namespace isthmus::mesh

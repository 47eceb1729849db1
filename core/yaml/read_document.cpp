// SPDX-License-Identifier: GPL-3.0-or-later
// The only file that knows yaml-cpp. It uses the event parser and builds our own nodes: the
// library's node graph follows alias cycles, keeps duplicate keys, and its document loop does not
// end on `[""],`.
#include "core/base/strings.h"
#include "core/yaml/scan.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

namespace isthmus::yaml {

namespace {

/// After so many, the file is something else than YAML for us.
constexpr std::size_t problemLimit = 50;

/// Ends the parse from within an event; caught in readDocument().
struct Abort
{
    Diagnostic problem;
};

struct Size
{
    std::size_t nodes = 0;
    std::size_t bytes = 0;
    std::size_t depth = 0;
};

Size sizeOf(const Node& node)
{
    Size size { 1, node.scalar.size(), 0 };
    const auto add = [&size](const Node& child) {
        const Size inner = sizeOf(child);
        size.nodes += inner.nodes;
        size.bytes += inner.bytes;
        size.depth = std::max(size.depth, inner.depth);
    };
    std::ranges::for_each(node.items, add);
    for (const auto& [key, value] : node.members) {
        add(key);
        add(value);
    }
    ++size.depth;
    return size;
}

/// Whether the quoted text that starts at `at` ends: the library takes one that runs into the end
/// of the document for closed. True where no quote starts there.
bool isClosed(std::string_view text, std::size_t at)
{
    if (at >= text.size() || (text[at] != '\'' && text[at] != '"')) {
        return true;
    }
    const char quote = text[at];
    for (std::size_t i = at + 1; i < text.size(); ++i) {
        if (quote == '"' && text[i] == '\\') {
            ++i;
        } else if (text[i] == quote) {
            if (quote == '"' || i + 1 >= text.size() || text[i + 1] != quote) {
                return true;
            }
            ++i; // '' is one quote
        }
    }
    return false;
}

bool isMergeKey(const Node& key)
{
    return !key.quoted && key.scalar == "<<";
}

class Builder final : public YAML::EventHandler
{
public:
    Builder(const Chunk& chunk, const Limits& limits, Diagnostics& problems)
        : m_chunk(chunk)
        , m_limits(limits)
        , m_problems(problems)
    { }

    [[nodiscard]] Node takeRoot() { return std::move(m_root); }

    void OnDocumentStart(const YAML::Mark& mark) override { (void)mark; }

    void OnDocumentEnd() override { }

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override
    {
        Node node = makeNode(Node::Kind::Null, mark, "?", anchor);
        // `name` alone on a line of a map is taken for a key without a value, and kubectl refuses
        // it.
        if (!m_stack.empty() && m_stack.back().block && m_stack.back().hasKey
            && mark.pos == m_stack.back().keyPosition) {
            const Node& key = m_stack.back().key;
            note({ Severity::Error,
                   msg("yaml.missing-colon", { { "key", shortened(key.scalar, 40) } }) },
                 key,
                 msg("yaml.add-colon"));
        }
        add(std::move(node), anchor, mark);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override
    {
        Node node = makeNode(Node::Kind::Null, mark, "?", YAML::NullAnchor);
        const auto found = m_anchors.find(anchor);
        if (!m_limits.allowAliases) {
            note({ Severity::Error, msg("yaml.alias") }, node, msg("yaml.write-out"));
        } else if (found == m_anchors.end()) {
            note({ Severity::Error, msg("yaml.alias-cycle") }, node, msg("yaml.write-out"));
        } else {
            const Size size = sizeOf(found->second);
            m_copied += size.bytes;
            m_nodes += size.nodes;
            check(mark, size.depth);
            Node copy = found->second;
            copy.line = node.line;
            copy.column = node.column;
            node = std::move(copy);
        }
        add(std::move(node), YAML::NullAnchor, mark);
    }

    void OnScalar(const YAML::Mark& mark,
                  const std::string& tag,
                  YAML::anchor_t anchor,
                  const std::string& value) override
    {
        Node node = makeNode(Node::Kind::Scalar, mark, tag, anchor);
        // The library marks everything that is not plain with the tag "!".
        node.quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
        node.scalar = value;
        if (node.quoted && !isClosed(m_chunk.text, static_cast<std::size_t>(mark.pos))) {
            throw Abort { { Severity::Error,
                            msg("yaml.syntax"),
                            "a quoted text is not closed",
                            {},
                            msg("yaml.check-line"),
                            {},
                            node.line,
                            node.column } };
        }
        if (!m_limits.allowNul && value.find('\0') != std::string::npos) {
            note({ Severity::Error, msg("yaml.hidden-character", { { "character", "U+0000" } }) },
                 node,
                 msg("yaml.remove-character"));
        }
        add(std::move(node), anchor, mark);
    }

    void OnSequenceStart(const YAML::Mark& mark,
                         const std::string& tag,
                         YAML::anchor_t anchor,
                         YAML::EmitterStyle::value style) override
    {
        open(Node::Kind::Sequence, mark, tag, anchor, style);
    }

    void OnSequenceEnd() override { close(); }

    void OnMapStart(const YAML::Mark& mark,
                    const std::string& tag,
                    YAML::anchor_t anchor,
                    YAML::EmitterStyle::value style) override
    {
        open(Node::Kind::Map, mark, tag, anchor, style);
    }

    void OnMapEnd() override
    {
        Node& map = m_stack.back().node;
        if (m_limits.allowAliases) {
            merge(map);
        }
        refuseDuplicates(map);
        close();
    }

    /// Place of the innermost collection that is still open; for "not closed" the library names
    /// line 1.
    [[nodiscard]] const Node* openCollection() const
    {
        return m_stack.empty() ? nullptr : &m_stack.back().node;
    }

private:
    struct Frame
    {
        Node node;
        YAML::anchor_t anchor = YAML::NullAnchor;
        bool block = false;
        bool hasKey = false; ///< of a map: the next node is the value of `key`
        Node key = {};
        int keyPosition = -1;
    };

    Node
    makeNode(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor)
    {
        Node node;
        node.kind = kind;
        node.line = m_chunk.firstLine + mark.line;
        node.column = columnOf(m_chunk.text,
                               static_cast<std::size_t>(mark.pos - mark.column),
                               static_cast<std::size_t>(mark.column));
        if (anchor != YAML::NullAnchor && !m_limits.allowAliases) {
            note({ Severity::Error, msg("yaml.anchor") }, node, msg("yaml.write-out"));
        }
        if (!tag.empty() && tag != "?" && tag != "!") {
            refuseTag(tag, node);
        }
        ++m_nodes;
        check(mark, 0);
        return node;
    }

    void refuseTag(const std::string& tag, const Node& node)
    {
        constexpr std::string_view core = "tag:yaml.org,2002:";
        const bool known = tag.starts_with(core)
            && std::ranges::count(
                   std::initializer_list<std::string_view> {
                       "str", "int", "float", "bool", "null", "map", "seq" },
                   std::string_view(tag).substr(core.size()))
                > 0;
        if (!m_limits.allowAliases || !known) {
            note({ Severity::Error, msg("yaml.tag", { { "tag", shortened(tag, 60) } }) },
                 node,
                 msg("yaml.remove-tag"));
        }
    }

    void check(const YAML::Mark& mark, std::size_t inner) const
    {
        const bool deep = m_stack.size() + inner > static_cast<std::size_t>(m_limits.depth);
        if (deep || m_nodes > m_limits.nodes || m_copied > m_limits.bytes) {
            Diagnostic problem {
                Severity::Error,
                deep ? msg("yaml.too-deep", { { "limit", std::to_string(m_limits.depth) } })
                     : msg("yaml.too-many-nodes", { { "limit", std::to_string(m_limits.nodes) } })
            };
            problem.remedy = msg("yaml.make-smaller");
            problem.line = m_chunk.firstLine + mark.line;
            problem.column = mark.column + 1;
            throw Abort { std::move(problem) };
        }
    }

    void note(Diagnostic problem, const Node& where, Message remedy)
    {
        problem.remedy = std::move(remedy);
        problem.line = where.line;
        problem.column = where.column;
        if (m_problems.size() >= problemLimit) {
            throw Abort { std::move(problem) };
        }
        m_problems.push_back(std::move(problem));
    }

    void open(Node::Kind kind,
              const YAML::Mark& mark,
              const std::string& tag,
              YAML::anchor_t anchor,
              YAML::EmitterStyle::value style)
    {
        Frame frame;
        frame.node = makeNode(kind, mark, tag, anchor);
        frame.anchor = anchor;
        frame.block = style == YAML::EmitterStyle::Block;
        m_stack.push_back(std::move(frame));
        check(mark, 0);
    }

    void close()
    {
        Frame frame = std::move(m_stack.back());
        m_stack.pop_back();
        add(std::move(frame.node), frame.anchor, YAML::Mark());
    }

    void add(Node node, YAML::anchor_t anchor, const YAML::Mark& mark)
    {
        if (anchor != YAML::NullAnchor && m_limits.allowAliases) {
            m_anchors[anchor] = node;
        }
        if (m_stack.empty()) {
            m_root = std::move(node);
            return;
        }
        Frame& parent = m_stack.back();
        if (parent.node.kind == Node::Kind::Sequence) {
            parent.node.items.push_back(std::move(node));
        } else if (parent.hasKey) {
            parent.node.members.emplace_back(std::move(parent.key), std::move(node));
            parent.hasKey = false;
        } else {
            takeKey(parent, std::move(node), mark);
        }
    }

    void takeKey(Frame& map, Node key, const YAML::Mark& mark)
    {
        if (key.kind != Node::Kind::Scalar) {
            note({ Severity::Error, msg("yaml.key-not-text") }, key, msg("yaml.quote-key"));
        } else if (isMergeKey(key) && !m_limits.allowAliases) {
            note({ Severity::Error, msg("yaml.merge-key") }, key, msg("yaml.write-out"));
        }
        if (map.node.members.size() >= m_limits.keysPerMap) {
            Diagnostic problem { Severity::Error,
                                 msg("yaml.too-many-keys",
                                     { { "limit", std::to_string(m_limits.keysPerMap) } }) };
            problem.remedy = msg("yaml.make-smaller");
            problem.line = key.line;
            problem.column = key.column;
            throw Abort { std::move(problem) };
        }
        map.key = std::move(key);
        map.keyPosition = mark.pos;
        map.hasKey = true;
    }

    /// `<<: *base` and `<<: [*a, *b]`: members that are not there yet; nearer ones win.
    static void merge(Node& map)
    {
        const auto found = std::ranges::find_if(
            map.members, [](const auto& member) { return isMergeKey(member.first); });
        if (found == map.members.end()) {
            return;
        }
        const Node source = std::move(found->second);
        map.members.erase(found);
        const auto mergeOne = [&map](const Node& from) {
            for (const auto& [key, value] : from.members) {
                if (map.find(key.scalar) == nullptr) {
                    map.members.emplace_back(key, value);
                }
            }
        };
        mergeOne(source);
        std::ranges::for_each(source.items, mergeOne);
    }

    void refuseDuplicates(const Node& map)
    {
        std::vector<const Node*> keys;
        keys.reserve(map.members.size());
        for (const auto& [key, value] : map.members) {
            if (key.kind == Node::Kind::Scalar) {
                keys.push_back(&key);
            }
        }
        std::ranges::stable_sort(
            keys, {}, [](const Node* key) { return std::string_view(key->scalar); });
        for (std::size_t i = 1; i < keys.size(); ++i) {
            if (keys[i]->scalar == keys[i - 1]->scalar) {
                Diagnostic problem { Severity::Error,
                                     msg("yaml.duplicate-key",
                                         { { "key", shortened(keys[i]->scalar, 60) } }) };
                problem.detail =
                    "it stands in line " + std::to_string(keys[i - 1]->line) + " already";
                note(std::move(problem), *keys[i], msg("yaml.remove-one"));
            }
        }
    }

    const Chunk& m_chunk;
    const Limits& m_limits;
    Diagnostics& m_problems;
    std::vector<Frame> m_stack;
    Node m_root;
    std::map<YAML::anchor_t, Node> m_anchors; ///< finished nodes; one still open is a cycle
    std::size_t m_nodes = 0;
    std::size_t m_copied = 0; ///< bytes that aliases multiplied
};

/// Finds where a second document starts: content behind the end of the first one.
class Probe final : public YAML::EventHandler
{
public:
    explicit Probe(int firstLine)
        : m_firstLine(firstLine)
    { }

    void OnDocumentStart(const YAML::Mark& mark) override
    {
        Diagnostic problem { Severity::Error, msg("yaml.trailing-content") };
        problem.remedy = msg("yaml.check-indentation");
        problem.line = m_firstLine + mark.line;
        problem.column = mark.column + 1;
        throw Abort { std::move(problem) };
    }

    void OnDocumentEnd() override { }

    void OnNull(const YAML::Mark&, YAML::anchor_t) override { }

    void OnAlias(const YAML::Mark&, YAML::anchor_t) override { }

    void
    OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override
    { }

    void OnSequenceStart(const YAML::Mark&,
                         const std::string&,
                         YAML::anchor_t,
                         YAML::EmitterStyle::value) override
    { }

    void OnSequenceEnd() override { }

    void OnMapStart(const YAML::Mark&,
                    const std::string&,
                    YAML::anchor_t,
                    YAML::EmitterStyle::value) override
    { }

    void OnMapEnd() override { }

private:
    int m_firstLine;
};

/// Whether the indentation of a line (from 0) of `text` holds a tab: the library blames what
/// follows it.
bool hasTabIndent(std::string_view text, int line)
{
    std::size_t start = 0;
    for (; line > 0 && start != std::string_view::npos; --line) {
        const std::size_t newLine = text.find('\n', start);
        start = newLine == std::string_view::npos ? newLine : newLine + 1;
    }
    if (start == std::string_view::npos) {
        return false;
    }
    const std::string_view rest = text.substr(start);
    return rest.substr(0, rest.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
}

/// The library's message in words that help; others are passed on as they are.
std::string explain(const std::string& message)
{
    namespace Known = YAML::ErrorMsg;

    struct Explanation
    {
        std::string_view from;
        std::string_view to;
    };

    const Explanation known[] = {
        { Known::MAP_VALUE,
          "a \": \" stands where no key can be; quote the text or check the indentation" },
        { Known::TAB_IN_INDENTATION, "a tab stands in the indentation" },
        { Known::END_OF_MAP,
          "text follows a value that has already ended, or the indentation changed" },
        { Known::END_OF_SEQ, "the list ends here, but a line follows that belongs to nothing" },
        { Known::END_OF_MAP_FLOW, "a { is not closed" },
        { Known::END_OF_SEQ_FLOW, "a [ is not closed" },
        { Known::FLOW_END, "a } or ] closes nothing" },
        { Known::BLOCK_ENTRY,
          "a list entry (\"- \") cannot start here; put it on a line of its own" },
        { Known::UNKNOWN_TOKEN, "a plain text cannot start with this character; quote it" },
        { Known::EOF_IN_SCALAR, "a quoted text is not closed" },
        { Known::UNKNOWN_ANCHOR, "a text that starts with * means an alias here; quote it" },
        { Known::BAD_FILE, "it is nested too deeply" },
    };
    const auto* const found =
        std::ranges::find(known, std::string_view(message), &Explanation::from);
    return found != std::end(known) ? std::string(found->to) : message;
}

Diagnostic syntaxProblem(const YAML::Exception& error, const Chunk& chunk, const Builder& builder)
{
    Diagnostic problem { Severity::Error, msg("yaml.syntax"), explain(error.msg) };
    problem.remedy = msg("yaml.check-line");
    const Node* open = builder.openCollection();
    const bool unclosed = error.msg == YAML::ErrorMsg::END_OF_MAP_FLOW
        || error.msg == YAML::ErrorMsg::END_OF_SEQ_FLOW;
    if (unclosed && open != nullptr) {
        problem.line = open->line;
        problem.column = open->column;
        return problem;
    }
    if (!error.mark.is_null()) {
        problem.line = chunk.firstLine + error.mark.line;
        problem.column = columnOf(chunk.text,
                                  static_cast<std::size_t>(error.mark.pos - error.mark.column),
                                  static_cast<std::size_t>(error.mark.column));
        if (hasTabIndent(chunk.text, error.mark.line)) {
            problem.detail = "a tab stands in the indentation";
            problem.remedy = msg("yaml.use-spaces");
        }
    }
    return problem;
}

} // namespace

Document readDocument(const Chunk& chunk, const Limits& limits, Diagnostics& problems)
{
    Builder builder(chunk, limits, problems);
    try {
        std::istringstream stream { std::string(chunk.text) };
        YAML::Parser parser(stream);
        parser.HandleNextDocument(builder);
        if (parser) {
            Probe probe(chunk.firstLine);
            parser.HandleNextDocument(probe);
        }
        return { builder.takeRoot() };
    } catch (Abort& abort) {
        problems.push_back(std::move(abort.problem));
    } catch (const YAML::Exception& error) {
        problems.push_back(syntaxProblem(error, chunk, builder));
    }
    return { Node(), false };
}

} // namespace isthmus::yaml

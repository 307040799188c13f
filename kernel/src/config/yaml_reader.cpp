#include "config/yaml_reader.h"

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <unordered_set>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "kitchen/utf8.h"

namespace kitchen::config {

namespace {

Mark to_mark(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

/// Thrown through the parser to end it.
struct Refused {
    Mark mark;
    std::string message;
};

/// A finished node that an alias may name.
struct Anchored {
    Node node;
    std::size_t nodes = 0, bytes = 0, height = 0;
};

class Builder : public YAML::EventHandler {
public:
    Builder(Diagnostics& diagnostics, const YamlLimits& limits)
        : diagnostics_(diagnostics), limits_(limits) {}

    Node take() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (++documents_ > 1)
            throw Refused{to_mark(mark), "one file holds one document; found a second one"};
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        Node node;
        node.mark = to_mark(mark);
        add_leaf(std::move(node), anchor);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        Node node;
        node.kind = Node::Kind::scalar;
        node.mark = to_mark(mark);
        node.text = value;
        // Escapes can write both: the library turns \N and \_ into Latin-1. At a NUL a path would
        // silently end.
        if (!utf8::is_valid(value) || value.find('\0') != std::string::npos)
            throw Refused{node.mark,
                          "a text must be UTF-8 without the character U+0000; '\\N' and '\\_' are "
                          "not supported"};
        if (tag == "!env" || tag == "!file") {
            node.tag = tag;
            node.secret = true;
        } else {
            check_tag(node.mark, tag);
        }
        add_leaf(std::move(node), anchor);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end())
            throw Refused{to_mark(mark), "this alias stands inside the node it names"};
        const Anchored& named = found->second;
        count(to_mark(mark), named.nodes, named.bytes);
        if (stack_.size() + named.height > limits_.depth) refuse_depth(to_mark(mark));
        place(Node(named.node), named.nodes, named.bytes, named.height);
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(Node::Kind::sequence, mark, tag, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(Node::Kind::map, mark, tag, anchor);
    }
    void OnMapEnd() override { close(); }

private:
    struct Frame {
        Node node;
        YAML::anchor_t anchor = 0;
        std::size_t nodes = 1, bytes = 0, height = 1;
        std::optional<std::pair<std::string, Mark>>
            key;  ///< of a map: read, its value is still to come
        std::unordered_set<std::string> keys;
        bool bad_key = false;  ///< the value that follows has no usable key
    };

    void check_tag(Mark mark, const std::string& tag) {
        // "?" and "!" are how the library marks plain and quoted nodes; the core types are what
        // they are anyway.
        if (tag.empty() || tag == "?" || tag == "!") return;
        for (const char* core : {"str", "int", "float", "bool", "null", "seq", "map"})
            if (tag == std::string("tag:yaml.org,2002:") + core) return;
        diagnostics_.error(mark, "unknown tag; only !env and !file are known");
    }

    void count(Mark mark, std::size_t nodes, std::size_t bytes) {
        nodes_ += nodes;
        bytes_ += bytes;
        if (nodes_ > limits_.nodes)
            throw Refused{
                mark, "more than " + std::to_string(limits_.nodes) + " values, aliases expanded"};
        if (bytes_ > limits_.text_bytes)
            throw Refused{mark, "more than " + std::to_string(limits_.text_bytes) +
                                    " bytes of text, aliases expanded"};
    }

    [[noreturn]] void refuse_depth(Mark mark) const {
        throw Refused{mark, "nested deeper than " + std::to_string(limits_.depth) + " levels"};
    }

    void add_leaf(Node node, YAML::anchor_t anchor) {
        const std::size_t bytes = node.text.size();
        count(node.mark, 1, bytes);
        if (anchor != 0) anchors_[anchor] = {node, 1, bytes, 0};
        place(std::move(node), 1, bytes, 0);
    }

    void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
              YAML::anchor_t anchor) {
        const Mark at = to_mark(mark);
        count(at, 1, 0);
        if (stack_.size() >= limits_.depth) refuse_depth(at);
        if (tag == "!env" || tag == "!file")
            diagnostics_.error(at, tag + " takes a single value");
        else
            check_tag(at, tag);
        Frame frame;
        frame.node.kind = kind;
        frame.node.mark = at;
        frame.anchor = anchor;
        stack_.push_back(std::move(frame));
    }

    void close() {
        Frame frame = std::move(stack_.back());
        stack_.pop_back();
        if (frame.anchor != 0)
            anchors_[frame.anchor] = {frame.node, frame.nodes, frame.bytes, frame.height};
        place(std::move(frame.node), frame.nodes, frame.bytes, frame.height);
    }

    /// Puts a finished node where it belongs: as the root, an item, a key or a value.
    void place(Node node, std::size_t nodes, std::size_t bytes, std::size_t height) {
        if (stack_.empty()) {
            root_ = std::move(node);
            return;
        }
        Frame& frame = stack_.back();
        frame.nodes += nodes;
        frame.bytes += bytes;
        frame.height = std::max(frame.height, height + 1);
        if (frame.node.kind == Node::Kind::sequence) {
            frame.node.children.push_back(std::move(node));
        } else if (frame.bad_key) {
            frame.bad_key = false;
        } else if (!frame.key) {
            take_key(frame, node);
        } else {
            node.key = std::move(frame.key->first);
            node.key_mark = frame.key->second;
            frame.key.reset();
            frame.node.children.push_back(std::move(node));
        }
    }

    void take_key(Frame& frame, const Node& node) {
        if (node.kind != Node::Kind::scalar || !node.tag.empty()) {
            diagnostics_.error(node.mark, "a key must be plain text");
            frame.bad_key = true;
        } else if (!frame.keys.insert(node.text).second) {
            diagnostics_.error(node.mark, node.text + ": this key stands twice in the same map");
            frame.bad_key = true;
        } else {
            frame.key.emplace(node.text, node.mark);
        }
    }

    Diagnostics& diagnostics_;
    const YamlLimits& limits_;
    Node root_;
    std::vector<Frame> stack_;
    std::map<YAML::anchor_t, Anchored> anchors_;
    std::size_t nodes_ = 0, bytes_ = 0;
    int documents_ = 0;
};

/// Refuses what no configuration holds and what the library would read in surprising ways: control
/// characters and bytes that are not UTF-8.
bool check_bytes(std::string_view text, Diagnostics& diagnostics) {
    int line = 1, column = 1;
    for (std::size_t i = 0; i < text.size(); ++column) {
        const auto c = static_cast<unsigned char>(text[i]);
        const std::size_t length = utf8::sequence_length(text, i);
        const bool is_control = (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
        if (length == 0 || is_control) {
            diagnostics.error({line, column},
                              "not text: an octet here is a control character or not valid UTF-8");
            return false;
        }
        if (c == '\n') {
            ++line;
            column = 0;
        }
        i += length;
    }
    return true;
}

}  // namespace

Node read_yaml(std::string_view text, Diagnostics& diagnostics, const YamlLimits& limits) {
    if (text.size() > limits.file_bytes) {
        diagnostics.error({}, "larger than " + std::to_string(limits.file_bytes) + " bytes");
        return {};
    }
    if (!check_bytes(text, diagnostics)) return {};
    Builder builder(diagnostics, limits);
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) {}
    } catch (const Refused& refused) {
        diagnostics.error(refused.mark, refused.message);
        return {};
    } catch (const YAML::Exception& e) {
        diagnostics.error(to_mark(e.mark), "not valid YAML: " + e.msg);
        return {};
    } catch (const std::exception&) {
        // The library lets a few standard exceptions out on malformed input (numbers out of range
        // in directives and escapes).
        diagnostics.error({}, "not valid YAML");
        return {};
    }
    return builder.take();
}

}  // namespace kitchen::config

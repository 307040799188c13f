#include "config/node.h"

#include <algorithm>

#include "kitchen/json.h"
#include "kitchen/utf8.h"

namespace kitchen::config {

namespace {

/// As JSON does it, and what else a terminal would obey.
std::string quoted(const std::string& text) {
    const std::string json = Json(text).dump();
    std::string out;
    for (std::size_t i = 0; i < json.size();) {
        const std::string_view sequence =
            std::string_view(json).substr(i, utf8::sequence_length(json, i));
        out += is_control(sequence)
                   ? "\\u00" + printable(sequence.substr(sequence.size() - 1), 4).substr(2)
                   : std::string(sequence);
        i += sequence.size();
    }
    return out;
}

std::string shown_key(const std::string& key) {
    const bool is_plain = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("_-./").find(c) != std::string_view::npos;
    });
    return is_plain ? key : quoted(key);
}

void render_into(std::string& out, const Node& node, int indent) {
    const auto pad = [&] { out.append(static_cast<std::size_t>(indent) * 2, ' '); };
    const auto leaf = [&](const Node& n) {
        if (n.kind == Node::Kind::scalar) {
            out += n.secret ? std::string(mask) : quoted(n.text);
        } else {
            out += n.kind == Node::Kind::null ? "null" : n.kind == Node::Kind::map ? "{}" : "[]";
        }
        out += '\n';
    };
    for (const Node& child : node.children) {
        pad();
        out += node.kind == Node::Kind::map ? shown_key(child.key) + ":" : "-";
        if (child.children.empty()) {
            out += ' ';
            leaf(child);
        } else {
            out += '\n';
            render_into(out, child, indent + 1);
        }
    }
}

}  // namespace

std::string_view describe(Node::Kind kind) noexcept {
    switch (kind) {
        case Node::Kind::null: return "nothing";
        case Node::Kind::scalar: return "a single value";
        case Node::Kind::sequence: return "a sequence";
        case Node::Kind::map: return "a map";
    }
    return "nothing";
}

std::string render(const Node& node) {
    std::string out;
    render_into(out, node, 0);
    return out;
}

}  // namespace kitchen::config

#include "config/node.h"

#include "kitchen/json.h"

namespace kitchen::config {

namespace {

void render_into(std::string& out, const Node& node, int indent) {
    const auto pad = [&] { out.append(static_cast<std::size_t>(indent) * 2, ' '); };
    const auto leaf = [&](const Node& n) {
        if (n.kind == Node::Kind::scalar) {
            out += n.secret ? std::string(mask) : Json(n.text).dump();
        } else {
            out += n.kind == Node::Kind::null ? "null" : n.kind == Node::Kind::map ? "{}" : "[]";
        }
        out += '\n';
    };
    for (const Node& child : node.children) {
        pad();
        out += node.kind == Node::Kind::map ? child.key + ":" : "-";
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

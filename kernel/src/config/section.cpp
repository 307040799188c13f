#include "config/section.h"

#include <set>
#include <stdexcept>

#include "config/suggest.h"
#include "config/yaml_reader.h"

namespace kitchen::config {

namespace {

std::string shown(const Node& node, kitchen_config_type type) {
    if (node.kind != Node::Kind::scalar) return std::string(describe(node.kind));
    if (node.secret || type == KITCHEN_CONFIG_SECRET) return std::string(mask);
    constexpr std::size_t longest = 60;
    return "'" + (node.text.size() > longest ? node.text.substr(0, longest) + "…" : node.text) + "'";
}

/// Reads a node as a key's type. Nothing when it is fine, otherwise the message without the key's name.
std::optional<std::string> convert(const Node& node, const kitchen_config_key& key, Value& value) {
    if (key.type == KITCHEN_CONFIG_LIST) {
        if (node.kind != Node::Kind::sequence) return "expected a sequence, found " + shown(node, key.type);
        std::vector<std::string> items;
        for (const Node& item : node.children) {
            if (item.kind != Node::Kind::scalar) return "expected a sequence of text, found " + shown(item, key.type) + " in it";
            items.push_back(item.text);
        }
        value = std::move(items);
        return std::nullopt;
    }
    if (node.kind != Node::Kind::scalar) return "expected a single value, found " + shown(node, key.type);
    if (const auto problem = parse_value(key.type, node.text, value)) return *problem + ", found " + shown(node, key.type);
    const auto problem = check_limits(key.type, value, key.limits);
    if (!problem) return std::nullopt;
    std::string message = *problem + ", found " + shown(node, key.type);
    if (key.type == KITCHEN_CONFIG_CHOICE && !node.secret) message += suggestion(node.text, split_words(key.limits));
    return message;
}

Value default_of(const kitchen_config_key& key, const Environment& environment, std::vector<std::string>& problems) {
    Value value;
    if (!key.default_value) return value;
    Node node;
    node.kind = Node::Kind::scalar;
    node.text = expand(key.default_value, environment, problems);
    if (key.type == KITCHEN_CONFIG_LIST) {
        Diagnostics diagnostics("default");
        node = read_yaml(node.text, diagnostics);
        if (node.kind == Node::Kind::null) node.kind = Node::Kind::sequence;  // "" is an empty list
        if (!diagnostics.empty()) problems.push_back("the default is not YAML");
    }
    if (const auto problem = convert(node, key, value)) problems.push_back("the default is wrong: " + *problem);
    return value;
}

class Reader {
public:
    Reader(std::span<const kitchen_config_key> keys, const std::string& prefix, Diagnostics& diagnostics,
           std::map<std::string, Section::Entry, std::less<>>& entries)
        : keys_(keys), prefix_(prefix), diagnostics_(diagnostics), entries_(entries) {
        for (const auto& key : keys) names_.emplace_back(key.key);
    }

    void read(const Node& node, const std::string& path) {
        if (const kitchen_config_key* key = declared(path)) return take(node, *key, path);
        if (!is_prefix(path)) {
            diagnostics_.error(node.key_mark, prefix_ + '.' + path + ": unknown key" + near(path));
        } else if (node.kind == Node::Kind::map) {
            for (const Node& child : node.children) read(child, path + '.' + child.key);
        } else if (node.kind != Node::Kind::null && !node.unresolved) {
            diagnostics_.error(node.mark, prefix_ + '.' + path + ": expected a map, found " + std::string(describe(node.kind)));
        }
    }

    bool given(std::string_view key) const { return given_.contains(key); }

private:
    const kitchen_config_key* declared(std::string_view path) const {
        for (const auto& key : keys_)
            if (path == key.key) return &key;
        return nullptr;
    }

    bool is_prefix(const std::string& path) const {
        for (const std::string& name : names_)
            if (name.starts_with(path + '.')) return true;
        return false;
    }

    /// Suggests the last part only when the parts before it are right: that is all there is to change.
    std::string near(const std::string& path) const {
        const std::size_t dot = path.rfind('.');
        const std::string parent = dot == std::string::npos ? "" : path.substr(0, dot + 1);
        std::vector<std::string> siblings;
        for (const std::string& name : names_)
            if (name.starts_with(parent)) {
                const std::string rest = name.substr(parent.size());
                siblings.push_back(rest.substr(0, rest.find('.')));
            }
        const std::string hint = suggestion(path.substr(parent.size()), siblings);
        return hint.empty() ? suggestion(path, names_) : hint;
    }

    void take(const Node& node, const kitchen_config_key& key, const std::string& path) {
        if (!given_.insert(path).second) {
            diagnostics_.error(node.key_mark, prefix_ + '.' + path + ": this key stands twice");
            return;
        }
        if (node.unresolved) return;
        if (node.kind == Node::Kind::null) {  // "key:" with nothing behind it leaves it out
            given_.erase(path);
            return;
        }
        Value value;
        if (const auto problem = convert(node, key, value)) {
            diagnostics_.error(node.mark, prefix_ + '.' + path + ": " + *problem);
            return;
        }
        entries_[path] = {key.type, std::move(value), node.mark};
    }

    std::span<const kitchen_config_key> keys_;
    const std::string& prefix_;
    Diagnostics& diagnostics_;
    std::map<std::string, Section::Entry, std::less<>>& entries_;
    std::vector<std::string> names_;
    std::set<std::string, std::less<>> given_;
};

}  // namespace

std::unique_ptr<Section> read_section(const Node* node, std::span<const kitchen_config_key> keys,
                                      const std::string& prefix, Mark where, const Environment& environment,
                                      Diagnostics& diagnostics) {
    auto section = std::make_unique<Section>();
    Reader reader(keys, prefix, diagnostics, section->entries_);
    bool is_readable = true;
    if (node && node->kind == Node::Kind::map) {
        for (const Node& child : node->children) reader.read(child, child.key);
    } else if (node && node->kind != Node::Kind::null && !node->unresolved) {
        diagnostics.error(node->mark, prefix + ": expected a map, found " + std::string(describe(node->kind)));
        is_readable = false;
    }
    for (const auto& key : keys) {
        if (section->entries_.contains(key.key)) continue;
        if (key.required && is_readable && !reader.given(key.key)) {
            diagnostics.error(where, prefix + '.' + key.key + ": required, but not set");
        }
        std::vector<std::string> problems;
        Value value = default_of(key, environment, problems);
        if (!reader.given(key.key))
            for (const std::string& problem : problems)
                diagnostics.error(where, prefix + '.' + key.key + ": " + problem);
        section->entries_[key.key] = {key.type, std::move(value), {}};
    }
    return section;
}

std::optional<std::string> check_declaration(std::span<const kitchen_config_key> keys) {
    std::set<std::string_view> seen;
    for (const auto& key : keys) {
        if (!key.key || !*key.key) return "a configuration key without a name";
        const std::string name = "the configuration key '" + std::string(key.key) + "'";
        if (!seen.insert(key.key).second) return name + " is declared twice";
        if (key.type < KITCHEN_CONFIG_TEXT || key.type > KITCHEN_CONFIG_LIST) return name + " has an unknown type";
        if (key.type == KITCHEN_CONFIG_CHOICE && (!key.limits || !*key.limits)) return name + " lists no choices";
        try {
            std::vector<std::string> problems;
            default_of(key, [](const std::string&) { return std::nullopt; }, problems);
            // An unset variable is the file's business; without one the default must be right by itself.
            const bool uses_environment = key.default_value && std::string_view(key.default_value).find("${") != std::string_view::npos;
            if (!problems.empty() && !uses_environment) return name + ": " + problems.front();
            if (key.type != KITCHEN_CONFIG_CHOICE) {
                // Any value will do: what is checked is whether the limits can be read.
                const Value zero = key.type == KITCHEN_CONFIG_NUMBER     ? Value(0.0)
                                   : key.type == KITCHEN_CONFIG_DURATION ? Value(std::chrono::milliseconds(0))
                                   : key.type == KITCHEN_CONFIG_INTEGER || key.type == KITCHEN_CONFIG_BYTES
                                       ? Value(std::int64_t{0})
                                       : Value();
                check_limits(key.type, zero, key.limits);
            }
        } catch (const std::invalid_argument& e) {
            return name + ": " + e.what();
        }
    }
    return std::nullopt;
}

const Section::Entry& Section::entry(std::string_view key) const {
    const auto found = entries_.find(key);
    if (found == entries_.end())
        throw std::logic_error("the configuration key '" + std::string(key) + "' is not declared in the descriptor");
    return found->second;
}

template <class T>
T Section::get(std::string_view key, kitchen_config_type type) const {
    const Entry& found = entry(key);
    if (found.type != type)
        throw std::logic_error("the configuration key '" + std::string(key) + "' is declared with another type");
    const T* value = std::get_if<T>(&found.value);
    return value ? *value : T{};
}

bool Section::has(std::string_view key) const { return entry(key).value.index() != 0; }

std::string Section::text(std::string_view key) const {
    const kitchen_config_type type = entry(key).type;
    const bool is_text = type == KITCHEN_CONFIG_TEXT || type == KITCHEN_CONFIG_CHOICE || type == KITCHEN_CONFIG_SECRET;
    return get<std::string>(key, is_text ? type : KITCHEN_CONFIG_TEXT);
}
std::int64_t Section::integer(std::string_view key) const { return get<std::int64_t>(key, KITCHEN_CONFIG_INTEGER); }
double Section::number(std::string_view key) const { return get<double>(key, KITCHEN_CONFIG_NUMBER); }
bool Section::boolean(std::string_view key) const { return get<bool>(key, KITCHEN_CONFIG_BOOLEAN); }
std::chrono::milliseconds Section::duration(std::string_view key) const {
    return get<std::chrono::milliseconds>(key, KITCHEN_CONFIG_DURATION);
}
std::int64_t Section::bytes(std::string_view key) const { return get<std::int64_t>(key, KITCHEN_CONFIG_BYTES); }
std::vector<std::string> Section::list(std::string_view key) const {
    return get<std::vector<std::string>>(key, KITCHEN_CONFIG_LIST);
}
Mark Section::mark(std::string_view key) const { return entry(key).mark; }

}  // namespace kitchen::config

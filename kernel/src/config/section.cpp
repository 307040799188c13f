#include "config/section.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "config/yaml_reader.h"

namespace kitchen::config {

namespace {

bool is_secret(SettingType type) noexcept {
    return type == SettingType::secret || type == SettingType::secrets;
}
bool is_list(SettingType type) noexcept {
    return type == SettingType::list || type == SettingType::secrets;
}

std::string shown(const Node& node, SettingType type) {
    if (node.kind != Node::Kind::scalar) return std::string(describe(node.kind));
    if (node.secret || is_secret(type)) return std::string(mask);
    constexpr std::size_t longest = 60;
    return "'" + (node.text.size() > longest ? node.text.substr(0, longest) + "…" : node.text) +
           "'";
}

/// Reads a node as a key's type. Nothing when it is fine, otherwise the message without the key's
/// name.
std::optional<std::string> convert(const Node& node, const SettingKey& key,
                                   const Environment& environment, Value& value) {
    if (is_list(key.type)) {
        if (node.kind != Node::Kind::sequence)
            return "expected a sequence, found " + shown(node, key.type);
        std::vector<std::string> items;
        for (const Node& item : node.children) {
            if (item.kind != Node::Kind::scalar)
                return "expected a sequence of text, found " + shown(item, key.type) + " in it";
            items.push_back(item.text);
        }
        value = std::move(items);
        return std::nullopt;
    }
    if (node.kind != Node::Kind::scalar)
        return "expected a single value, found " + shown(node, key.type);
    if (const auto problem = parse_value(key.type, node.text, value))
        return *problem + ", found " + shown(node, key.type);
    if (key.type == SettingType::path) value = environment.absolute(node.text);
    const auto problem = check_limits(key.type, value, key.limits);
    if (!problem) return std::nullopt;
    std::string message = *problem + ", found " + shown(node, key.type);
    if (key.type == SettingType::choice && !node.secret)
        message += suggestion(node.text, split_words(key.limits));
    return message;
}

Value default_of(const SettingKey& key, const Environment& environment,
                 std::vector<std::string>& problems) {
    Value value;
    if (!key.default_value) return value;
    Node node;
    node.kind = Node::Kind::scalar;
    node.text = expand(*key.default_value, environment, problems);
    if (is_list(key.type)) {
        Diagnostics diagnostics("default");
        node = read_yaml(node.text, diagnostics);
        if (node.kind == Node::Kind::null) node.kind = Node::Kind::sequence;  // "" is an empty list
        if (!diagnostics.empty()) problems.push_back("the default is not YAML");
    }
    if (const auto problem = convert(node, key, environment, value))
        problems.push_back("the default is wrong: " + *problem);
    return value;
}

constexpr std::string_view any_name = ".*.";

/// What stands before the "*" of a key; nothing when it has none.
std::optional<std::string_view> before_name(std::string_view key) {
    const std::size_t at = key.find(any_name);
    return at == std::string_view::npos ? std::nullopt : std::optional(key.substr(0, at));
}

bool is_key_name(std::string_view text) {
    return !text.empty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

}  // namespace

class SectionReader {
public:
    SectionReader(std::span<const SettingKey> keys, const std::string& prefix,
                  const Environment& environment, Diagnostics& diagnostics, Section& section)
        : keys_(keys),
          prefix_(prefix),
          environment_(environment),
          diagnostics_(diagnostics),
          entries_(section.entries_),
          chosen_(section.names_) {
        for (const auto& key : keys) {
            names_.emplace_back(key.key);
            if (const auto before = before_name(key.key)) chosen_[std::string(*before)];
        }
    }

    void read(const Node& node, const std::string& path) {
        if (!note_name(node, path)) return;
        if (const SettingKey* key = declared(path)) return take(node, *key, path);
        if (!is_prefix(path)) {
            diagnostics_.error(node.key_mark, prefix_ + '.' + path + ": unknown key" + near(path));
        } else if (node.kind == Node::Kind::map) {
            for (const Node& child : node.children) read(child, path + '.' + child.key);
        } else if (node.kind != Node::Kind::null && !node.unresolved) {
            diagnostics_.error(node.mark, prefix_ + '.' + path + ": expected a map, found " +
                                              std::string(describe(node.kind)));
        }
    }

    bool given(std::string_view key) const { return given_.contains(key); }

private:
    /// With the name that the file chose turned back into the "*" of the declaration.
    std::string as_declared(const std::string& path) const {
        for (const auto& [before, names] : chosen_) {
            if (!path.starts_with(before + '.')) continue;
            const std::size_t end = path.find('.', before.size() + 1);
            return before + ".*" + (end == std::string::npos ? "" : path.substr(end));
        }
        return path;
    }

    /// False when the path goes through a chosen name that is no name: reported, and not to be
    /// looked at any further.
    bool note_name(const Node& node, const std::string& path) {
        for (auto& [before, names] : chosen_) {
            if (!path.starts_with(before + '.')) continue;
            const std::string name = path.substr(
                before.size() + 1, path.find('.', before.size() + 1) - before.size() - 1);
            if (!is_key_name(name)) {
                diagnostics_.error(
                    node.key_mark,
                    prefix_ + '.' + path +
                        ": expected a name of lower-case letters, digits, '-' and '_'");
                return false;
            }
            if (std::none_of(names.begin(), names.end(),
                             [&](const auto& known) { return known.text == name; }))
                names.push_back({name, node.key_mark});
        }
        return true;
    }

    const SettingKey* declared(const std::string& path) const {
        const std::string wanted = as_declared(path);
        for (const auto& key : keys_)
            if (wanted == key.key) return &key;
        return nullptr;
    }

    bool is_prefix(const std::string& path) const {
        const std::string wanted = as_declared(path) + '.';
        for (const std::string& name : names_)
            if (name.starts_with(wanted)) return true;
        return false;
    }

    /// Suggests the last part only when the parts before it are right: that is all there is to
    /// change.
    std::string near(const std::string& path) const {
        const std::size_t dot = path.rfind('.');
        const std::string parent =
            dot == std::string::npos ? "" : as_declared(path.substr(0, dot)) + '.';
        std::vector<std::string> siblings;
        for (const std::string& name : names_)
            if (name.starts_with(parent)) {
                const std::string rest = name.substr(parent.size());
                siblings.push_back(rest.substr(0, rest.find('.')));
            }
        const std::string hint =
            suggestion(dot == std::string::npos ? path : path.substr(dot + 1), siblings);
        return hint.empty() ? suggestion(path, names_) : hint;
    }

    void take(const Node& node, const SettingKey& key, const std::string& path) {
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
        if (const auto problem = convert(node, key, environment_, value)) {
            diagnostics_.error(node.mark, prefix_ + '.' + path + ": " + *problem);
            return;
        }
        entries_[path] = {key.type, std::move(value), node.mark};
    }

    std::span<const SettingKey> keys_;
    const std::string& prefix_;
    const Environment& environment_;
    Diagnostics& diagnostics_;
    std::map<std::string, Section::Entry, std::less<>>& entries_;
    std::map<std::string, std::vector<Section::Name>, std::less<>>& chosen_;
    std::vector<std::string> names_;
    std::set<std::string, std::less<>> given_;
};

std::unique_ptr<Section> read_section(const Node* node, std::span<const SettingKey> keys,
                                      const std::string& prefix, Mark where,
                                      const Environment& environment, Diagnostics& diagnostics) {
    auto section = std::make_unique<Section>();
    SectionReader reader(keys, prefix, environment, diagnostics, *section);
    bool is_readable = true;
    if (node && node->kind == Node::Kind::map) {
        for (const Node& child : node->children) reader.read(child, child.key);
    } else if (node && node->kind != Node::Kind::null && !node->unresolved) {
        diagnostics.error(node->mark,
                          prefix + ": expected a map, found " + std::string(describe(node->kind)));
        is_readable = false;
    }
    const auto fill_in = [&](const SettingKey& key, const std::string& path, Mark blamed) {
        if (section->entries_.contains(path)) return;
        const bool is_given = reader.given(path);
        if (key.required && is_readable && !is_given)
            diagnostics.error(blamed, prefix + '.' + path + ": required, but not set");
        std::vector<std::string> problems;
        Value value = default_of(key, environment, problems);
        if (!is_given)
            for (const std::string& problem : problems)
                diagnostics.error(blamed, prefix + '.' + path + ": " + problem);
        section->entries_[path] = {key.type, std::move(value), {}, is_given || key.required};
    };
    for (const auto& key : keys) {
        const auto before = before_name(key.key);
        if (!before) {
            fill_in(key, key.key, where);
            continue;
        }
        const std::string after(std::string_view(key.key).substr(before->size() + any_name.size()));
        for (const auto& name : section->names_.find(*before)->second)
            fill_in(key, std::string(*before) + '.' + name.text + '.' + after, name.mark);
    }
    return section;
}

std::function<void(const std::string&, const std::string&)> report_into(Diagnostics& diagnostics,
                                                                        const Section& section,
                                                                        const std::string& prefix,
                                                                        Mark where) {
    return [&diagnostics, &section, &prefix, where](const std::string& key,
                                                    const std::string& sentence) {
        if (!key.empty() && section.is_refused(key)) return;
        const Mark mark = key.empty() ? Mark{} : section.mark(key);
        diagnostics.error(mark.line ? mark : where,
                          prefix + (key.empty() ? "" : "." + key) + ": " + sentence);
    };
}

std::optional<std::string> check_declaration(std::span<const SettingKey> keys) {
    std::set<std::string_view> seen;
    for (const auto& key : keys) {
        if (key.key.empty()) return "a configuration key without a name";
        const std::string name = "the configuration key '" + key.key + "'";
        if (!seen.insert(key.key).second) return name + " is declared twice";
        const std::string_view parts(key.key);
        const std::size_t stars =
            static_cast<std::size_t>(std::count(parts.begin(), parts.end(), '*'));
        const auto before = before_name(parts);
        if (stars > 1 || (stars == 1 && (!before || before->empty() || parts.ends_with(any_name))))
            return name + " has a '*' that is not one whole part between two others";
        if (key.type == SettingType::choice && key.limits.empty())
            return name + " lists no choices";
        try {
            std::vector<std::string> problems;
            default_of(
                key, [](const std::string&) { return std::nullopt; }, problems);
            // An unset variable is the file's business; without one the default must be right by
            // itself.
            const bool uses_environment =
                key.default_value && key.default_value->find("${") != std::string::npos;
            if (!problems.empty() && !uses_environment) return name + ": " + problems.front();
            if (key.type != SettingType::choice) {
                // Any value will do: what is checked is whether the limits can be read.
                const Value zero =
                    key.type == SettingType::duration ? Value(std::chrono::milliseconds(0))
                    : key.type == SettingType::integer || key.type == SettingType::bytes
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
        throw std::logic_error("the configuration key '" + std::string(key) +
                               "' is not declared in the descriptor");
    return found->second;
}

template <class T>
T Section::get(std::string_view key, SettingType type) const {
    const Entry& found = entry(key);
    if (found.type != type)
        throw std::logic_error("the configuration key '" + std::string(key) +
                               "' is declared with another type");
    const T* value = std::get_if<T>(&found.value);
    return value ? *value : T{};
}

bool Section::has(std::string_view key) const { return entry(key).value.index() != 0; }

std::string Section::text(std::string_view key) const {
    const SettingType type = entry(key).type;
    const bool is_text = type == SettingType::text || type == SettingType::choice ||
                         type == SettingType::secret || type == SettingType::path;
    return get<std::string>(key, is_text ? type : SettingType::text);
}
std::int64_t Section::integer(std::string_view key) const {
    return get<std::int64_t>(key, SettingType::integer);
}
bool Section::boolean(std::string_view key) const { return get<bool>(key, SettingType::boolean); }
std::chrono::milliseconds Section::duration(std::string_view key) const {
    return get<std::chrono::milliseconds>(key, SettingType::duration);
}
std::int64_t Section::bytes(std::string_view key) const {
    return get<std::int64_t>(key, SettingType::bytes);
}
std::vector<std::string> Section::list(std::string_view key) const {
    const SettingType type = entry(key).type;
    return get<std::vector<std::string>>(key, is_list(type) ? type : SettingType::list);
}
std::vector<std::string> Section::names(std::string_view prefix) const {
    const auto found = names_.find(prefix);
    if (found == names_.end())
        throw std::logic_error("no configuration key '" + std::string(prefix) +
                               ".*.…' is declared in the descriptor");
    std::vector<std::string> out;
    for (const Name& name : found->second) out.push_back(name.text);
    return out;
}
Mark Section::mark(std::string_view key) const { return entry(key).mark; }

void Section::hide_secrets(Node& node, const std::string& path) const {
    for (Node& child : node.children) {
        std::string key = path;
        if (node.kind == Node::Kind::map) key += (path.empty() ? "" : ".") + child.key;
        hide_secrets(child, key);
        const auto found = entries_.find(key);
        if (found != entries_.end() && is_secret(found->second.type)) child.secret = true;
    }
}

}  // namespace kitchen::config

#include "cli/config_schema.h"

#include <algorithm>
#include <optional>

#include "config/configuration.h"
#include "config/values.h"

namespace kitchen::cli {

namespace {

std::optional<std::int64_t> bound(const std::string& text) { return config::parse_integer(text); }

/// The value as the file writes it.
Json value_schema(const SettingKey& key) {
    Json::Object schema;
    const auto text = [&](const char* pattern) {
        schema = {{"type", "string"}, {"pattern", pattern}};
    };
    switch (key.type) {
        case SettingType::text:
        case SettingType::path:
        case SettingType::secret: schema = {{"type", "string"}}; break;
        case SettingType::boolean: schema = {{"type", "boolean"}}; break;
        case SettingType::duration: text("^(0|([0-9]+(\\.[0-9]+)?(ms|s|m|h|d|w))+)$"); break;
        case SettingType::list:
        case SettingType::secrets:
            schema = {{"type", "array"}, {"items", Json::object({{"type", "string"}})}};
            break;
        case SettingType::choice: {
            Json::Array names;
            for (const std::string& name : config::split_words(key.limits))
                names.emplace_back(name);
            schema = {{"enum", std::move(names)}};
            break;
        }
        case SettingType::integer: {
            schema = {{"type", "integer"}};
            const std::size_t dots = key.limits.find("..");
            if (dots == std::string::npos) break;
            if (const auto least = bound(key.limits.substr(0, dots)))
                schema.emplace_back("minimum", *least);
            if (const auto most = bound(key.limits.substr(dots + 2)))
                schema.emplace_back("maximum", *most);
            break;
        }
        case SettingType::bytes:
            schema = {{"type", Json::array({"integer", "string"})},
                      {"pattern", "^([0-9]+|([0-9]+(\\.[0-9]+)?(KiB|MiB|GiB))+)$"}};
            break;
    }
    return schema;
}

Json key_schema(const SettingKey& key) {
    // ${X} may stand for any single value.
    const bool is_text = key.type == SettingType::text || key.type == SettingType::secret ||
                         key.type == SettingType::list || key.type == SettingType::secrets;
    Json::Object out;
    if (is_text)
        out = value_schema(key).as_object();
    else
        out = {{"anyOf", Json::array({value_schema(key),
                                      Json::object({{"type", "string"}, {"pattern", "\\$\\{"}})})}};
    std::string description = key.summary;
    if (!key.limits.empty() && key.type != SettingType::choice)
        description += " (" + key.limits + ")";
    out.emplace_back("description", std::move(description));
    if (key.default_value && key.type != SettingType::secret) {
        Json value(*key.default_value);
        if (key.type == SettingType::boolean) value = Json(*key.default_value == "true");
        if (key.type == SettingType::integer)
            if (const auto number = bound(*key.default_value)) value = Json(*number);
        if (key.type != SettingType::list && key.type != SettingType::secrets)
            out.emplace_back("default", std::move(value));
    }
    return out;
}

/// The keys that begin with `prefix`, as an object.
Json object_schema(const std::vector<SettingKey>& keys, const std::string& prefix) {
    Json::Object properties;
    Json::Array required;
    Json others(false);
    std::vector<std::string> seen;
    for (const SettingKey& key : keys) {
        if (!key.key.starts_with(prefix)) continue;
        const std::string rest = key.key.substr(prefix.size());
        const std::string name = rest.substr(0, rest.find('.'));
        if (std::find(seen.begin(), seen.end(), name) != seen.end()) continue;
        seen.push_back(name);
        const bool is_key = name.size() == rest.size();
        Json schema = is_key ? key_schema(key) : object_schema(keys, prefix + name + '.');
        if (name == "*")
            others = std::move(schema);
        else
            properties.emplace_back(name, std::move(schema));
        if (is_key && key.required) required.emplace_back(name);
    }
    Json::Object out = {{"type", Json::array({"object", "null"})},
                        {"properties", std::move(properties)},
                        {"additionalProperties", std::move(others)}};
    if (!required.empty()) out.emplace_back("required", std::move(required));
    return out;
}

/// An entry of `plugins:` whose id is that of this plugin.
Json plugin_entry(const DescribedPlugin& plugin) {
    Json entry = section_schema(config::plugin_keys());
    for (auto& [name, value] : entry.as_object()) {
        if (name != "properties") continue;
        for (auto& [key, schema] : value.as_object())
            if (key == "id") schema = Json::object({{"const", plugin.id}});
        value.as_object().emplace_back("config", section_schema(plugin.settings));
    }
    entry.as_object().emplace_back("title", plugin.id);
    entry.as_object().emplace_back("description", plugin.summary);
    return entry;
}

std::string cell(std::string text) {
    for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2)
        text.insert(at, "\\");
    return text;
}

}  // namespace

Json section_schema(const std::vector<SettingKey>& keys) { return object_schema(keys, ""); }

Json config_schema(const std::vector<DescribedPlugin>& plugins) {
    Json::Array entries, ids;
    for (const DescribedPlugin& plugin : plugins) {
        entries.push_back(plugin_entry(plugin));
        ids.emplace_back(plugin.id);
    }
    // A plugin from elsewhere: its settings are not known here.
    Json other = section_schema(config::plugin_keys());
    for (auto& [name, value] : other.as_object())
        if (name == "properties") {
            for (auto& [key, schema] : value.as_object())
                if (key == "id")
                    schema =
                        Json::object({{"type", "string"}, {"not", Json::object({{"enum", ids}})}});
            value.as_object().emplace_back("config", Json::object({{"type", "object"}}));
        }
    entries.push_back(std::move(other));
    return Json::object(
        {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
         {"title", "Configuration of Chuks Kitchen"},
         {"type", "object"},
         {"properties",
          Json::object({{"server", section_schema(config::server_keys())},
                        {"log", section_schema(config::log_keys())},
                        {"plugins",
                         Json::object({{"type", "array"},
                                       {"items", Json::object({{"oneOf", std::move(entries)}})}})},
                        {"bind", Json::object({{"type", "object"},
                                               {"additionalProperties",
                                                Json::object({{"type", "string"}})}})}})},
         {"required", Json::array({"plugins"})},
         {"additionalProperties", false}});
}

std::string settings_table(const std::vector<SettingKey>& keys) {
    if (keys.empty()) return "";
    std::string out = "| key | type | default | limits | meaning |\n|---|---|---|---|---|\n";
    for (const SettingKey& key : keys) {
        const std::string fallback = key.required         ? "required"
                                     : !key.default_value ? ""
                                     : key.default_value->empty()
                                         ? "empty"
                                         : '`' + cell(*key.default_value) + '`';
        std::string limits;
        if (key.type == SettingType::choice) {
            for (const std::string& name : config::split_words(key.limits))
                limits += (limits.empty() ? "`" : ", `") + name + '`';
        } else {
            limits = key.limits;
        }
        out += "| `" + key.key + "` | " + type_name(key.type) + " | " + fallback + " | " + limits +
               " | " + cell(key.summary) + " |\n";
    }
    return out;
}

const char* type_name(SettingType type) {
    constexpr const char* names[] = {"text",   "integer", "boolean", "duration", "bytes",
                                     "choice", "secret",  "list",    "path",     "secrets"};
    return names[static_cast<std::size_t>(type)];
}

}  // namespace kitchen::cli

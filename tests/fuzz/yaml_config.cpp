// A configuration file, whatever is in it: reading it keeps to its limits, what is filled in from
// outside never changes the structure, every mistake is one line of text, what was accepted keeps
// to the declared types and limits, and a value of !env or !file is in no line that is shown.
//
// Input: the file. Every environment variable with a name of capital letters is set, to values that
// depend on the whole input, so that no input can hold them itself. ${FILE} is the path of a file,
// for !file; no other file is opened.
#include <algorithm>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

#include <sys/mman.h>
#include <unistd.h>

#include "config/diagnostics.h"
#include "config/section.h"
#include "config/configuration.h"
#include "config/yaml_reader.h"
#include "lines.h"
#include "require.h"
#include "kitchen/utf8.h"

namespace {

using namespace kitchen;
using namespace kitchen::config;
using kitchen::fuzz::require;

const SettingKey keys[] = {
    {"text", SettingType::text, "${T:-plain}", false, "", ""},
    {"integer", SettingType::integer, "3", false, "-7..99", ""},
    {"boolean", SettingType::boolean, "false", false, "", ""},
    {"limits.time", SettingType::duration, "30s", false, "1s..1h", ""},
    {"limits.size", SettingType::bytes, "1MiB", false, "..1GiB", ""},
    {"mode", SettingType::choice, "memory", false, "memory|fail", ""},
    {"key", SettingType::secret, std::nullopt, true, "", ""},
    {"hosts", SettingType::list, "[a, b]", false, "", ""},
};

/// The environment of one input.
class Outside {
public:
    explicit Outside(std::string_view input) {
        for (const char c : input) seed_ = (seed_ ^ static_cast<unsigned char>(c)) * 1099511628211u;
    }

    std::optional<std::string> operator()(const std::string& name) const {
        if (name == "FILE") return "/proc/self/fd/" + std::to_string(file());
        if (name == "PORT") return "127.0.0.1:8080";
        if (name == "EMPTY") return "";
        if (std::any_of(name.begin(), name.end(), [](char c) { return c < 'A' || c > 'Z'; }))
            return std::nullopt;
        const std::string value = unguessable(name);
        if (name == "YAML") return value + "\": [{}]\n- x: !env T #" + value;
        if (name == "LONG") return value + std::string(10'000, 'x');
        return value;
    }
    std::string file_content() const { return unguessable("the file"); }
    /// The file of ${FILE}: in memory, with file_content() in it.
    void write_file() const {
        const std::string content = file_content();
        require(pwrite(file(), content.data(), content.size(), 0) ==
                    static_cast<ssize_t>(content.size()),
                "the file can be written");
    }

private:
    /// Also a good plugin's id, for the places where one may stand.
    std::string unguessable(std::string_view name) const {
        std::uint64_t value = seed_;
        for (const char c : name) value = (value ^ static_cast<unsigned char>(c)) * 1099511628211u;
        std::string out = "s";
        for (; out.size() < 14; value = value / 26 * 31 + (value >> 40))
            out += static_cast<char>('a' + value % 26);
        return out;
    }
    static int file() {
        static const int fd = memfd_create("secret", 0);
        return fd;
    }

    std::uint64_t seed_ = 14695981039346656037u;
};

template <class Visit>
void for_each(const Node& node, const Visit& visit) {
    visit(node);
    for (const Node& child : node.children) for_each(child, visit);
}

struct Usage {
    std::set<std::string> secret;  ///< values that !env and !file bring in
    std::string open;              ///< every text in which ${X} stands openly
    bool opens_other_files = false;
};

Usage usage_of(const Node& root, const Outside& outside) {
    Usage out;
    for_each(root, [&](const Node& node) {
        if (node.kind != Node::Kind::scalar) return;
        if (node.tag == "!env") {
            const auto value = outside(node.text.substr(0, node.text.find(":-")));
            if (value && value->size() >= 14) out.secret.insert(value->substr(0, 14));
        } else if (node.tag == "!file") {
            if (node.text == "${FILE}")
                out.secret.insert(outside.file_content());
            else
                out.opens_other_files = true;
        } else {
            std::vector<std::string> problems;
            out.open += expand(node.text, outside, problems) + '\n';
        }
    });
    return out;
}

void check_tree(const Node& root) {
    std::size_t nodes = 0, bytes = 0;
    for_each(root, [&](const Node& node) {
        ++nodes;
        bytes += node.text.size();
        require(utf8::is_valid(node.text) && node.text.find('\0') == std::string::npos,
                "a value is text without NUL");
        require(node.children.empty() || node.kind == Node::Kind::map ||
                    node.kind == Node::Kind::sequence,
                "only a map or a sequence holds nodes");
        require(node.tag.empty() || ((node.tag == "!env" || node.tag == "!file") && node.secret),
                "a tag is a secret's");
        std::set<std::string_view> names;
        for (const Node& child : node.children)
            require(node.kind != Node::Kind::map || names.insert(child.key).second,
                    "no key stands twice in a map");
    });
    const YamlLimits limits;
    require(nodes <= limits.nodes && bytes <= limits.text_bytes, "the tree is bounded");
}

/// Kinds, keys and positions, without the values.
std::string shape(const Node& root) {
    std::string out;
    for_each(root, [&](const Node& node) {
        out += std::to_string(static_cast<int>(node.kind)) + ':' +
               std::to_string(node.children.size()) + ':' + node.key + '\n';
    });
    return out;
}

bool is_shown_safely(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = utf8::sequence_length(text, i);
        if (length == 0 || is_control(text.substr(i, length))) return false;
        i += length;
    }
    return true;
}

void check_lines(const std::vector<std::string>& lines, const Usage& usage) {
    require(lines.size() <= 101, "the list of mistakes is bounded");
    for (const std::string& line : lines) {
        require(line.starts_with("kitchen.yaml:") && line.find(": error: ") != std::string::npos,
                "a mistake has its place in front");
        require(is_shown_safely(line), "a mistake is one line of text");
        require(line.size() <= 2048, "a mistake is a short line");
        for (const std::string& secret : usage.secret)
            require(line.find(secret) == std::string::npos ||
                        usage.open.find(secret) != std::string::npos,
                    "no mistake shows a secret");
    }
}

void check_shown(const Node& root, const Usage& usage) {
    const std::string shown = render(root);
    for (const std::string& secret : usage.secret)
        require(
            shown.find(secret) == std::string::npos || usage.open.find(secret) != std::string::npos,
            "the configuration shown shows no secret");
    for (std::string_view rest = shown; !rest.empty();)
        require(is_shown_safely(kitchen::fuzz::take_line(rest)), "the configuration shown is text");
}

void check_settings(const Configuration& settings) {
    const ServerSettings& server = settings.server;
    require(!server.host.empty() && server.host.find_first_of(" /") == std::string::npos,
            "a host to listen on is one");
    require(
        server.workers >= 1 && server.workers <= 64 && server.threads <= 1024 && server.queue >= 1,
        "numbers keep to their limits");
    require(server.body_limit.count >= 1 && server.body_limit.count <= 1u << 30,
            "sizes keep to their limits");
    for (const auto timeout : {server.head_timeout, server.body_timeout, server.idle_timeout,
                               server.write_timeout, server.request_timeout})
        require(timeout >= std::chrono::milliseconds(10) && timeout <= std::chrono::hours(1),
                "timeouts keep to their limits");
    std::set<std::string> ids;
    for (const PluginSettings& plugin : settings.plugins)
        require(!plugin.id.empty() && plugin.id.find_first_of("/. ") == std::string::npos &&
                    ids.insert(plugin.id).second,
                "each plugin has an id of its own");
    for (const BindSettings& bind : settings.binds)
        require(ids.contains(bind.plugin), "what is bound is listed");
}

void check_section(const Section& section) {
    require(section.integer("integer") >= -7 && section.integer("integer") <= 99,
            "an integer keeps to its limits");
    require(section.duration("limits.time") >= std::chrono::seconds(1) &&
                section.duration("limits.time") <= std::chrono::hours(1),
            "a duration keeps to its limits");
    require(section.bytes("limits.size") >= 0 && section.bytes("limits.size") <= 1 << 30,
            "a size keeps to its limits");
    require(section.text("mode") == "memory" || section.text("mode") == "fail",
            "a choice is one of its words");
    section.text("text"), section.boolean("boolean"), section.text("key"), section.list("hosts");
    require(section.has("integer"), "what has a default has a value");
}

void check_expand(std::string_view text) {
    std::string escaped;
    for (std::size_t i = 0; i < text.size(); ++i)
        escaped += (text.substr(i).starts_with("${") ? "$" : "") + std::string(1, text[i]);
    std::vector<std::string> problems;
    const std::string back = expand(
        escaped, [](const std::string&) { return std::nullopt; }, problems);
    require(problems.empty() && back == text, "$${ stands for ${, and everything else for itself");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = kitchen::fuzz::text_of(data, size);
    const Outside outside(text);
    outside.write_file();
    check_expand(text);

    Diagnostics first("kitchen.yaml");
    Node root = read_yaml(text, first);
    check_tree(root);
    const Usage usage = usage_of(root, outside);
    check_lines(first.lines(), usage);
    if (usage.opens_other_files) return 0;
    const std::string before = shape(root);
    substitute(root, outside, first);
    require(shape(root) == before, "what is filled in never changes the structure");
    for_each(root, [](const Node& node) { require(node.tag.empty(), "no tag is left"); });

    Diagnostics diagnostics("kitchen.yaml");
    const Configuration settings = read_configuration(text, outside, diagnostics);
    check_shown(settings.root, usage);
    check_settings(settings);
    for (const PluginSettings& plugin : settings.plugins)
        check_section(
            *read_section(&plugin.config, keys, plugin.id, plugin.mark, outside, diagnostics));
    const Diagnostics alone = [&] {
        Diagnostics out("kitchen.yaml");
        check_section(*read_section(&root, keys, "section", {1, 1}, outside, out));
        return out;
    }();
    const auto lines = diagnostics.lines();
    check_lines(lines, usage);
    check_lines(alone.lines(), usage);
    require(diagnostics.empty() == lines.empty(), "a mistake is told");
    const std::string& url = settings.server.public_url;
    require(
        !lines.empty() || url.empty() || url.starts_with("http://") || url.starts_with("https://"),
        "a public URL is one");
    return 0;
}

#include "config/substitution.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kitchen::config {

namespace {

constexpr std::size_t max_secret_file = 64 * 1024;
constexpr std::size_t max_value = 256 * 1024;

bool is_variable_name(std::string_view s) {
    if (s.empty() || (s[0] >= '0' && s[0] <= '9')) return false;
    for (const char c : s)
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_'))
            return false;
    return true;
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// "X" or "X:-default".
std::string variable(std::string_view inside, const Environment& environment,
                     std::vector<std::string>& problems) {
    const std::size_t dash = inside.find(":-");
    const std::string name(inside.substr(0, dash));
    if (!is_variable_name(name)) {
        // What stands here may be a secret that was pasted by mistake: it is not repeated.
        problems.push_back("the name of a variable must be letters, digits and '_'");
        return {};
    }
    std::optional<std::string> value = environment(name);
    if (value && !is_blank(*value)) return *std::move(value);
    if (dash != std::string_view::npos) return std::string(inside.substr(dash + 2));
    problems.push_back("the environment variable " + name + (value ? " is empty" : " is not set") +
                       ", and there is no default (" + name + ":-…)");
    return {};
}

std::string read_secret_file(const std::string& path, std::vector<std::string>& problems) {
    const auto fail = [&](const std::string& why) {
        problems.push_back("cannot read the file '" + path + "': " + why);
        return std::string();
    };
    // O_NONBLOCK: a FIFO without a writer would hang start-up.
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return fail(std::strerror(errno));
    struct stat info {};
    if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        ::close(fd);
        return fail("it is not a regular file");
    }
    std::string content(max_secret_file + 1, '\0');
    std::size_t size = 0;
    ssize_t got = 0;
    while (size < content.size() &&
           (got = ::read(fd, content.data() + size, content.size() - size)) > 0)
        size += static_cast<std::size_t>(got);
    const int error = errno;
    ::close(fd);
    if (got < 0) return fail(std::strerror(error));
    if (size > max_secret_file)
        return fail("it is larger than " + std::to_string(max_secret_file) + " bytes");
    content.resize(size);
    if (is_blank(content)) return fail("it is empty");
    if (content.ends_with('\n')) content.pop_back();
    if (content.ends_with('\r')) content.pop_back();
    return content;
}

}  // namespace

std::string Environment::absolute(const std::filesystem::path& path) const {
    return path.empty() ? "" : std::filesystem::absolute(folder / path).lexically_normal().string();
}

Environment process_environment() {
    return [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        return value ? std::optional<std::string>(value) : std::nullopt;
    };
}

std::string expand(std::string_view text, const Environment& environment,
                   std::vector<std::string>& problems) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        if (text.substr(i).starts_with("$${")) {
            out += "${";
            i += 3;
        } else if (text.substr(i).starts_with("${")) {
            const std::size_t end = text.find('}', i);
            if (end == std::string_view::npos) {
                problems.push_back("'${' without its '}'; write $${ for the characters themselves");
                return out;
            }
            const std::string_view inside = text.substr(i + 2, end - i - 2);
            if (inside.find("${") != std::string_view::npos)
                problems.push_back("a '${' inside another one is not supported");
            else
                out += variable(inside, environment, problems);
            i = end + 1;
        } else {
            out += text[i++];
        }
        if (out.size() > max_value) {
            problems.push_back("the value is larger than " + std::to_string(max_value) + " bytes");
            return {};
        }
    }
    return out;
}

void substitute(Node& node, const Environment& environment, Diagnostics& diagnostics) {
    for (Node& child : node.children) substitute(child, environment, diagnostics);
    if (node.kind != Node::Kind::scalar) return;
    std::vector<std::string> problems;
    if (node.tag == "!env") {
        node.text = variable(node.text, environment, problems);
    } else {
        std::string expanded = expand(node.text, environment, problems);
        if (node.tag == "!file" && problems.empty())
            expanded = read_secret_file(environment.absolute(expanded), problems);
        node.text = std::move(expanded);
    }
    node.tag.clear();
    for (const std::string& problem : problems)
        diagnostics.error(node.mark, (node.key.empty() ? "" : node.key + ": ") + problem);
    node.unresolved = !problems.empty();
}

}  // namespace kitchen::config

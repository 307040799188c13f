// docs/interfaces.md names every interface of the public headers, and what each plugin says of it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "kitchen/testkit/build_paths.h"
#include "kitchen/testkit/child_process.h"

namespace kitchen {
namespace {

namespace fs = std::filesystem;

struct Interface {
    std::string header;
    std::set<std::string> providers, users;
};

std::string text_of(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

void read_headers(const fs::path& folder, std::map<std::string, Interface>& interfaces) {
    static const std::regex name(R"#(interface_name = "([^"]+)")#");
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        const std::string text = entry.is_regular_file() ? text_of(entry.path()) : "";
        const std::string header = fs::relative(entry.path(), testkit::source_dir());
        for (std::sregex_iterator it(text.begin(), text.end(), name), end; it != end; ++it)
            interfaces[(*it)[1]].header = header;
    }
}

/// Of the line that begins so in the output of `plugins inspect`. "cache/1?" is one that the plugin
/// uses when it is there, "checkout-step/1*" one of which it takes every provider.
std::set<std::string> interfaces_in(const std::string& output, const std::string& begin) {
    std::set<std::string> names;
    const std::size_t at = output.find('\n' + begin);
    if (at == std::string::npos) return names;
    std::istringstream line(
        output.substr(at + 1 + begin.size(), output.find('\n', at + 1) - at - 1 - begin.size()));
    for (std::string name; line >> name;) {
        if (name.ends_with(',')) name.pop_back();
        if (name != "-") names.insert(name);
    }
    return names;
}

std::string list(const std::set<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

TEST(InterfacesPage, IsWhatHeadersAndPluginsSay) {
    std::map<std::string, Interface> interfaces;
    read_headers(fs::path(testkit::source_dir()) / "kernel/include", interfaces);
    for (const auto& folder : fs::directory_iterator(fs::path(testkit::source_dir()) / "plugins")) {
        if (fs::exists(folder.path() / "include"))
            read_headers(folder.path() / "include", interfaces);
        const std::string id = folder.path().filename();
        if (!fs::exists(fs::path(testkit::built_plugin_dir()) / (id + ".so"))) continue;
        testkit::ChildProcess inspect({testkit::built_executable(), "plugins", "inspect", id,
                                       "--plugin-dir", testkit::built_plugin_dir()});
        ASSERT_EQ(inspect.wait(), 0) << inspect.output();
        for (const std::string& name : interfaces_in(inspect.output(), "provides "))
            interfaces[name].providers.insert(id);
        for (const std::string& name : interfaces_in(inspect.output(), "needs "))
            if (name.ends_with('?') || name.ends_with('*'))
                interfaces[name.substr(0, name.size() - 1)].users.insert(id + name.back());
            else
                interfaces[name].users.insert(id);
    }

    std::string table =
        "| interface | header | provided by | used by |\n"
        "|---|---|---|---|\n";
    for (const auto& [name, interface] : interfaces)
        table += "| `" + name + "` | [" + fs::path(interface.header).filename().string() + "](../" +
                 interface.header + ") | " +
                 (interface.providers.empty() ? "the kernel" : list(interface.providers)) + " | " +
                 list(interface.users) + " |\n";
    const std::string page = text_of(fs::path(testkit::source_dir()) / "docs/interfaces.md");
    EXPECT_NE(page.find("\n\n" + table), std::string::npos)
        << "docs/interfaces.md should have this table:\n"
        << table;
}

}  // namespace
}  // namespace kitchen

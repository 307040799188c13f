// One section of the configuration checked against the keys it may hold: a plugin's `config:`
// against its descriptor, and the kernel's own `server:` and `log:` in just the same way. No plugin
// code runs.
//
// Thread-safety: a Section is immutable.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "config/diagnostics.h"
#include "config/node.h"
#include "config/substitution.h"
#include "config/values.h"
#include "kitchen/settings.h"
#include "kitchen/config.h"

namespace kitchen::config {

class Section : public Config {
public:
    bool has(std::string_view key) const override;
    std::string text(std::string_view key) const override;
    std::int64_t integer(std::string_view key) const override;
    bool boolean(std::string_view key) const override;
    std::chrono::milliseconds duration(std::string_view key) const override;
    std::int64_t bytes(std::string_view key) const override;
    std::vector<std::string> list(std::string_view key) const override;
    std::vector<std::string> names(std::string_view prefix) const override;

    /// Where the file sets the key; line 0 when it does not.
    Mark mark(std::string_view key) const;
    /// The key has its default because what the file says was reported as an error.
    bool is_refused(std::string_view key) const { return entry(key).is_refused; }
    /// Marks in `node`, the map that this was read from, what the keys say is secret. `path` is
    /// where `node` stands in it.
    void hide_secrets(Node& node, const std::string& path = "") const;

    struct Entry {
        SettingType type = SettingType::text;
        Value value;
        Mark mark;
        bool is_refused = false;
    };

private:
    friend class SectionReader;
    friend std::unique_ptr<Section> read_section(const Node*, std::span<const SettingKey>,
                                                 const std::string&, Mark, const Environment&,
                                                 Diagnostics&);
    const Entry& entry(std::string_view key) const;
    template <class T>
    T get(std::string_view key, SettingType type) const;

    struct Name {
        std::string text;
        Mark mark;
    };

    std::map<std::string, Entry, std::less<>> entries_;
    std::map<std::string, std::vector<Name>, std::less<>>
        names_;  ///< by what stands before the "*"
};

/// `node` is the map (nullptr or a null node: everything left out); nested maps stand for dotted
/// keys. `prefix` ("auth") begins every key in a message, `where` is blamed for required keys that
/// are missing. Never null; what was wrong has its default.
std::unique_ptr<Section> read_section(const Node* node, std::span<const SettingKey> keys,
                                      const std::string& prefix, Mark where,
                                      const Environment& environment, Diagnostics& diagnostics);

/// Reports a problem between settings where the file sets the key, or at `where`; nothing for a key
/// that was refused already. All must live longer.
std::function<void(const std::string& key, const std::string& sentence)> report_into(
    Diagnostics& diagnostics, const Section& section, const std::string& prefix, Mark where);

/// Why the declaration itself is wrong (a default that is not of its own type, limits that cannot
/// be read, a key twice); nothing when it is fine. For the loader: a fault of the plugin, not of
/// the file.
std::optional<std::string> check_declaration(std::span<const SettingKey> keys);

}  // namespace kitchen::config

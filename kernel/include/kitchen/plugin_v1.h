// The plugin class of contract version 1, on top of version 2, until every plugin has moved over.
// To be deleted.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/clock.h"
#include "kitchen/jobs.h"
#include "kitchen/metrics.h"
#include "kitchen/plugin.h"
#include "kitchen/random.h"
#include "kitchen/services.h"
#include "kitchen/tracing.h"

struct kitchen_need {
    const char* interface_name;
    unsigned char optional;
};

inline constexpr auto KITCHEN_CONFIG_TEXT = kitchen::SettingType::text;
inline constexpr auto KITCHEN_CONFIG_INTEGER = kitchen::SettingType::integer;
inline constexpr auto KITCHEN_CONFIG_BOOLEAN = kitchen::SettingType::boolean;
inline constexpr auto KITCHEN_CONFIG_DURATION = kitchen::SettingType::duration;
inline constexpr auto KITCHEN_CONFIG_BYTES = kitchen::SettingType::bytes;
inline constexpr auto KITCHEN_CONFIG_CHOICE = kitchen::SettingType::choice;
inline constexpr auto KITCHEN_CONFIG_SECRET = kitchen::SettingType::secret;
inline constexpr auto KITCHEN_CONFIG_LIST = kitchen::SettingType::list;

struct kitchen_config_key {
    const char* key;
    kitchen::SettingType type;
    const char* default_value;
    int required;
    const char* limits;
    const char* summary;
};

namespace kitchen {

class PluginV1 {
public:
    virtual ~PluginV1() = default;
    virtual void configure(Setup& setup) = 0;
    virtual void start(Services&) {}
    virtual void drain() {}
    virtual void stop() {}
};

struct PluginInfo {
    const char* id;
    const char* version;
    const char* summary;
    std::span<const kitchen_need> needs = {};
    std::span<const char* const> provides = {};
    std::span<const kitchen_config_key> config = {};
};

inline std::vector<SettingKey> settings_v1(const PluginInfo& info) {
    std::vector<SettingKey> keys;
    for (const kitchen_config_key& key : info.config)
        keys.push_back(
            {key.key, key.type,
             key.default_value ? std::optional<std::string>(key.default_value) : std::nullopt,
             key.required != 0, key.limits ? key.limits : "", key.summary ? key.summary : ""});
    return keys;
}

template <std::size_t N, std::size_t M>
constexpr auto interfaces_v1(const PluginInfo& info) {
    struct {
        InterfaceUse uses[N + M + 1];
    } out{};
    for (std::size_t i = 0; i < N; ++i)
        out.uses[i] = {
            info.needs[i].optional ? InterfaceUse::Kind::may_use : InterfaceUse::Kind::needs,
            info.needs[i].interface_name};
    for (std::size_t i = 0; i < M; ++i)
        out.uses[N + i] = {InterfaceUse::Kind::provides, info.provides[i]};
    return out;
}

namespace detail {
template <>
struct PluginWiring<PluginV1> {
    static const Config& config(Setup& setup) { return setup.config(); }
    static void* service(Setup& setup, std::string_view name) { return setup.service(name); }
};
}  // namespace detail

inline const Config& config_v1(Setup& setup) {
    return detail::PluginWiring<PluginV1>::config(setup);
}

template <class Class>
class AdaptedV1 final : public Plugin {
public:
    AdaptedV1(Setup& setup, const PluginInfo& info) : services_(setup, info) {
        plugin_.configure(setup);
    }
    void start() override {
        plugin_.start(services_);
        started_ = true;
    }
    void drain() override { plugin_.drain(); }
    void stop() override {
        if (started_) plugin_.stop();
    }

private:
    class Found final : public Services {
    public:
        Found(Setup& setup, const PluginInfo& info) : log_(setup.log()) {
            using Access = detail::PluginWiring<PluginV1>;
            for (const kitchen_need& need : info.needs)
                found_[need.interface_name] = Access::service(setup, need.interface_name);
            for (const std::string_view name :
                 {Clock::interface_name, Random::interface_name, Jobs::interface_name,
                  Metrics::interface_name, Tracing::interface_name})
                found_[std::string(name)] = Access::service(setup, name);
        }
        Logger& log() const override { return log_; }

    protected:
        void* lookup(std::string_view name) const override {
            const auto at = found_.find(name);
            if (at == found_.end())
                throw std::logic_error("it asks for " + std::string(name) +
                                       ", which its descriptor does not need");
            return at->second;
        }

    private:
        Logger& log_;
        std::map<std::string, void*, std::less<>> found_;
    };

    Found services_;
    Class plugin_;
    bool started_ = false;
};

}  // namespace kitchen

#define KITCHEN_PLUGIN_V1(PluginClass, ...)                                                    \
    namespace {                                                                                \
    constexpr ::kitchen::PluginInfo kitchen_plugin_info __VA_ARGS__;                           \
    constexpr auto kitchen_interfaces =                                                        \
        ::kitchen::interfaces_v1<kitchen_plugin_info.needs.size(),                             \
                                 kitchen_plugin_info.provides.size()>(kitchen_plugin_info);    \
    __attribute__((section(".note.chuks-kitchen"), used,                                       \
                   aligned(4))) constexpr ::kitchen::BuildNote<sizeof(KITCHEN_BUILD)>          \
        kitchen_build_note(KITCHEN_BUILD);                                                     \
    }                                                                                          \
    extern "C" __attribute__((                                                                 \
        visibility("default"))) constinit const ::kitchen::PluginDescriptor kitchen_plugin = { \
        ::kitchen::plugin_magic,                                                               \
        KITCHEN_BUILD,                                                                         \
        kitchen_plugin_info.id,                                                                \
        kitchen_plugin_info.version,                                                           \
        kitchen_plugin_info.summary,                                                           \
        {kitchen_interfaces.uses, std::size(kitchen_interfaces.uses) - 1},                     \
        [] { return ::kitchen::settings_v1(kitchen_plugin_info); },                            \
        [](const ::kitchen::Config&, const ::kitchen::Problems::Report&) {},                   \
        [](::kitchen::Setup& setup) -> std::unique_ptr<::kitchen::Plugin> {                    \
            return std::make_unique<::kitchen::AdaptedV1<PluginClass>>(setup,                  \
                                                                       kitchen_plugin_info);   \
        }};

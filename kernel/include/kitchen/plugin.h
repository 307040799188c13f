// The class every plugin implements, and the macro that exports it.
//
//     class Loyalty final : public kitchen::Plugin {
//     public:
//         using Settings = LoyaltySettings;  // optional: see settings.h
//         Loyalty(const Settings& settings, kitchen::Setup& setup, kitchen::Store& store);
//         …
//     };
//     KITCHEN_PLUGIN(Loyalty, "loyalty", "1.0.0", "Points for orders", kitchen::Store)
//
// The last line names, in the order of the constructor, everything the plugin exchanges with
// others:
//   T             an interface it needs; the constructor takes a T&
//   Optional<T>   one that it uses when there is a provider; the constructor takes a T*, or nullptr
//   All<T>        one that any number of plugins provide, in the order of the configuration; the
//                 constructor takes an All<T>
//   Provides<T>   one that it implements; the constructor passes it to Setup::provide()
// An interface is an abstract class with `using Interface = T;` and an `interface_name` such as
// "store/1". The kernel's own are Clock, Random, Jobs, Metrics and Tracing.
//
// Life cycle, each call on one thread, never two at once, every exception reported with the
// plugin's name:
//   constructor  after everything it needs has been constructed; declares routes, jobs, migrations
//                and provides services. No I/O, no thread: `check-config` constructs every plugin.
//                Interfaces may be kept, and called for what their headers allow before start
//                (Store::prepare).
//   start        in the same order, after this plugin's migrations: opens, connects, loads
//   drain        no new work is coming; finishes what was begun
//   stop         in reverse order; once start() was called, also when it threw; must not throw
//   destructor   in reverse order, after every plugin has stopped
// When a plugin that is not required fails to start, all are stopped, and constructed and started
// again without it.
//
// A plugin holds no globals: many kernels can live in one process.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "kitchen/all.h"
#include "kitchen/build.h"
#include "kitchen/command.h"
#include "kitchen/http/middleware.h"
#include "kitchen/http/route.h"
#include "kitchen/jobs.h"
#include "kitchen/log.h"
#include "kitchen/migration.h"
#include "kitchen/result.h"
#include "kitchen/settings.h"
#include "kitchen/store.h"

namespace kitchen {

namespace detail {
template <class PluginClass, class... Exchanged>
struct PluginWiring;
}

/// What a constructor declares things on. Valid until the constructor returns; used later it throws
/// std::logic_error.
class Setup {
public:
    virtual ~Setup() = default;

    /// The plugin's; lives as long as it.
    virtual std::string_view plugin_id() const = 0;
    /// Tagged with the plugin's id; lives as long as the plugin.
    virtual Logger& log() const = 0;

    /// For who calls the plugin back later, as the events do: see kitchen/all.h.
    virtual detail::Guard guard() const = 0;

    /// Offers an interface that KITCHEN_PLUGIN names as Provides<…>. `service` belongs to the
    /// plugin, and is used by others between this plugin's start and stop. One class may implement
    /// several interfaces: then name the one meant, as in provide<Store>(store_).
    template <class Service>
    void provide(Service& service) {
        using Interface = typename Service::Interface;
        Interface& typed = service;  // the conversion that finds the right base
        add_service(Interface::interface_name, &typed);
    }

    virtual void add_route(http::Route route) = 0;
    virtual void add_middleware(http::Phase phase, std::string name,
                                http::Middleware middleware) = 0;
    /// What MIGRATIONS of kitchen_add_plugin() embeds as `kitchen_migrations`.
    virtual void add_migrations(std::span<const Migration> migrations) = 0;
    /// Runs on the jobs' threads from the end of start-up until drain, about every `interval`,
    /// never twice at once in this process.
    virtual void add_periodic(std::string name, std::chrono::milliseconds interval,
                              std::function<void()> work, PeriodicOptions options) = 0;
    void add_periodic(std::string name, std::chrono::milliseconds interval,
                      std::function<void()> work) {
        add_periodic(std::move(name), interval, std::move(work), {});
    }
    /// A part of /health/. A failing required one turns the whole response, and /readyz, to 503.
    /// Called at most once a second.
    virtual void add_health_check(std::string name, bool required,
                                  std::function<Status()> check) = 0;
    /// Something that always holds in this plugin's tables, as a sentence. `broken` gives what
    /// breaks it, each by a name that helps to find it; `chuks-kitchen check-data` asks.
    using BrokenThings = std::function<Result<std::vector<std::string>>(Transaction&)>;
    virtual void add_data_rule(std::string rule, BrokenThings broken) = 0;
    /// The same for a query whose first column, a text, names what breaks it.
    void add_data_rule(std::string rule, Statement broken) {
        add_data_rule(std::move(rule), [broken](Transaction& tx) {
            Result<Rows> rows = tx.query(broken);
            if (!rows) return Result<std::vector<std::string>>(std::move(rows).error());
            std::vector<std::string> things;
            for (Row row : *rows) things.push_back(row.string(0));
            return Result<std::vector<std::string>>(std::move(things));
        });
    }
    /// Rows in this plugin's tables that belong to others: positions of their subscribers, what
    /// they claimed. `list` says what there is for the plugin of that id, `remove` removes it;
    /// `chuks-kitchen plugins impact` and `plugins purge` ask.
    struct KeptRows {
        std::string what;  ///< "claims named promotions/…"
        std::int64_t rows = 0;
    };
    using ListKept =
        std::function<Result<std::vector<KeptRows>>(Transaction&, std::string_view plugin)>;
    using RemoveKept = std::function<Status(Transaction&, std::string_view plugin)>;
    virtual void add_kept_rows(ListKept list, RemoveKept remove) = 0;
    /// The same for statements that take the plugin's id: `list` gives what there is, a text, and
    /// how many rows of it.
    void add_kept_rows(Statement list, std::vector<Statement> remove) {
        add_kept_rows(
            [list](Transaction& tx, std::string_view plugin) {
                Result<Rows> rows = tx.query(list, {plugin});
                if (!rows) return Result<std::vector<KeptRows>>(std::move(rows).error());
                std::vector<KeptRows> kept;
                for (Row row : *rows) kept.push_back({row.string(0), row.integer(1)});
                return Result<std::vector<KeptRows>>(std::move(kept));
            },
            [remove = std::move(remove)](Transaction& tx, std::string_view plugin) {
                for (const Statement statement : remove)
                    if (Status removed = tx.execute(statement, {plugin}); !removed) return removed;
                return Status();
            });
    }
    /// A sub-command of `chuks-kitchen`.
    virtual void add_command(Command command) = 0;

protected:
    template <class PluginClass, class... Exchanged>
    friend struct detail::PluginWiring;

    virtual const Config& config() const = 0;
    virtual void add_service(std::string_view interface_name, void* service) = 0;
    /// nullptr when an optional interface has no provider.
    virtual void* service(std::string_view interface_name) const = 0;
    virtual std::vector<detail::Provider> providers(std::string_view interface_name) const = 0;
};

class Plugin {
public:
    virtual ~Plugin() = default;
    virtual void start() {}
    virtual void drain() {}
    virtual void stop() {}
};

template <class T>
struct Optional {};
template <class T>
struct Provides {};

/// One interface of a plugin.
struct InterfaceUse {
    enum class Kind : std::uint8_t { needs, may_use, uses_all, provides };
    Kind kind;
    std::string_view name;
};

/// What a library exports as `kitchen_plugin`. Written by KITCHEN_PLUGIN.
struct PluginDescriptor {
    std::uint64_t magic;
    const char* build;  ///< the text of the note
    const char* id;     ///< "store-sqlite": lower-case letters, digits and '-'
    const char* version;
    const char* summary;  ///< one line
    std::span<const InterfaceUse> interfaces;
    std::vector<SettingKey> (*settings)();
    void (*check_settings)(const Config&, const Problems::Report&);
    std::unique_ptr<Plugin> (*create)(Setup&);
};

inline constexpr std::uint64_t plugin_magic = 0x324e454843544b43;  // "CKTCHEN2"

namespace detail {

template <class T>
struct Exchange {
    static constexpr InterfaceUse use{InterfaceUse::Kind::needs, T::interface_name};
    using Arguments = std::tuple<T&>;
};
template <class T>
struct Exchange<Optional<T>> {
    static constexpr InterfaceUse use{InterfaceUse::Kind::may_use, T::interface_name};
    using Arguments = std::tuple<T*>;
};
template <class T>
struct Exchange<All<T>> {
    static constexpr InterfaceUse use{InterfaceUse::Kind::uses_all, T::interface_name};
    using Arguments = std::tuple<All<T>>;
};
template <class T>
struct Exchange<Provides<T>> {
    static constexpr InterfaceUse use{InterfaceUse::Kind::provides, T::interface_name};
    using Arguments = std::tuple<>;
};

template <class PluginClass, class... Exchanged>
struct PluginWiring {
    static constexpr InterfaceUse interfaces[sizeof...(Exchanged) + 1] = {
        Exchange<Exchanged>::use..., {}};
    static constexpr bool has_settings = requires { typename PluginClass::Settings; };

    static std::vector<SettingKey> settings() {
        if constexpr (has_settings) return describe_settings<typename PluginClass::Settings>();
        return {};
    }
    static void check([[maybe_unused]] const Config& config,
                      [[maybe_unused]] const Problems::Report& report) {
        if constexpr (has_settings) check_settings<typename PluginClass::Settings>(config, report);
    }
    static std::unique_ptr<Plugin> create(Setup& setup) {
        return std::apply(
            [&](auto&&... arguments) -> std::unique_ptr<Plugin> {
                constexpr bool fits = [] {
                    if constexpr (has_settings)
                        return std::is_constructible_v<PluginClass,
                                                       const typename PluginClass::Settings&,
                                                       Setup&, decltype(arguments)...>;
                    else
                        return std::is_constructible_v<PluginClass, Setup&, decltype(arguments)...>;
                }();
                static_assert(fits,
                              "the constructor takes (const Settings& when it has some, Setup&, "
                              "then the interfaces of KITCHEN_PLUGIN in their order: T& when "
                              "needed, T* when Optional, All<T>)");
                if constexpr (has_settings)
                    return std::make_unique<PluginClass>(
                        read_settings<typename PluginClass::Settings>(setup.config()), setup,
                        arguments...);
                else
                    return std::make_unique<PluginClass>(setup, arguments...);
            },
            std::tuple_cat(std::tuple<>(), arguments<Exchanged>(setup)...));
    }

private:
    template <class T>
    static typename Exchange<T>::Arguments arguments([[maybe_unused]] Setup& setup) {
        using Arguments = typename Exchange<T>::Arguments;
        if constexpr (Exchange<T>::use.kind == InterfaceUse::Kind::needs)
            return Arguments(*static_cast<T*>(setup.service(T::interface_name)));
        else if constexpr (Exchange<T>::use.kind == InterfaceUse::Kind::may_use)
            return Arguments(static_cast<std::tuple_element_t<0, Arguments>>(
                setup.service(Exchange<T>::use.name)));
        else if constexpr (Exchange<T>::use.kind == InterfaceUse::Kind::uses_all)
            return Arguments(all<T>(setup));
        else
            return {};
    }
    template <class Members>
    static Members all(Setup& setup) {
        using Service = typename Members::Service;
        std::vector<typename Members::Member> members;
        for (Provider& provider : setup.providers(Service::interface_name))
            members.push_back(
                {std::move(provider.plugin), static_cast<Service*>(provider.service)});
        return Members(std::move(members), setup.guard());
    }
};

}  // namespace detail
}  // namespace kitchen

/// Exports a plugin. Once, in plugin.cpp, at namespace scope. See the top of this file.
#define KITCHEN_PLUGIN(PluginClass, Id, Version, Summary, ...)                                     \
    namespace {                                                                                    \
    __attribute__((section(".note.chuks-kitchen"), used,                                           \
                   aligned(4))) constexpr ::kitchen::BuildNote<sizeof(KITCHEN_BUILD)>              \
        kitchen_build_note(KITCHEN_BUILD);                                                         \
    using KitchenWiring = ::kitchen::detail::PluginWiring<PluginClass __VA_OPT__(, ) __VA_ARGS__>; \
    }                                                                                              \
    extern "C" __attribute__((                                                                     \
        visibility("default"))) constinit const ::kitchen::PluginDescriptor kitchen_plugin = {     \
        ::kitchen::plugin_magic,                                                                   \
        KITCHEN_BUILD,                                                                             \
        Id,                                                                                        \
        Version,                                                                                   \
        Summary,                                                                                   \
        {KitchenWiring::interfaces, std::size(KitchenWiring::interfaces) - 1},                     \
        &KitchenWiring::settings,                                                                  \
        &KitchenWiring::check,                                                                     \
        &KitchenWiring::create};

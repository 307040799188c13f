#include "plugin/instance.h"

#include <functional>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/section.h"
#include "kitchen/testkit/fakes.h"

namespace kitchen::plugin {
namespace {

using testing::HasSubstr;

struct Greeter {
    using Interface = Greeter;
    static constexpr std::string_view interface_name = "greeter/1";
};

/// A plugin whose phases are what the test says. It is reached through a descriptor, as the real
/// ones are; the descriptor's functions know no test, so the script is handed over in a
/// thread-local variable while create() runs.
struct Script {
    std::function<void(Setup&)> construct = [](Setup&) {};
    std::function<void()> start = [] {}, drain = [] {}, stop = [] {};
    int destroyed = 0;
};
thread_local Script* script_for_create = nullptr;

class ScriptedPlugin : public Plugin {
public:
    ScriptedPlugin(Setup& setup, Script& script) : script_(script) { script_.construct(setup); }
    ~ScriptedPlugin() override { ++script_.destroyed; }
    void start() override { script_.start(); }
    void drain() override { script_.drain(); }
    void stop() override { script_.stop(); }

private:
    Script& script_;
};

constexpr InterfaceUse instance_interfaces[] = {{InterfaceUse::Kind::provides, "greeter/1"}};

// gtest reserves the name Setup inside fixtures, hence kitchen::Setup below.
class InstanceTest : public testing::Test {
protected:
    void make(bool promises_greeter = false) {
        descriptor_.id = "scripted";
        descriptor_.version = "1.0.0";
        descriptor_.summary = "";
        descriptor_.interfaces = {instance_interfaces, promises_greeter ? 1u : 0u};
        descriptor_.check_settings = [](const Config&, const Problems::Report&) {};
        descriptor_.create = [](kitchen::Setup& setup) -> std::unique_ptr<Plugin> {
            return std::make_unique<ScriptedPlugin>(setup, *script_for_create);
        };
        script_for_create = &script;
        instance = std::make_unique<Instance>(Manifest(descriptor_, {}, "scripted.so"),
                                              std::make_unique<config::Section>(),
                                              std::make_unique<testkit::RecordingLogger>(), true);
    }
    std::string construct_error(std::function<void(kitchen::Setup&)> construct,
                                bool promises_greeter = false) {
        script.construct = std::move(construct);
        make(promises_greeter);
        const Status done = instance->construct(registry);
        return done ? "" : done.error().detail;
    }

    Script script;
    Registry registry;
    std::unique_ptr<Instance> instance;

private:
    PluginDescriptor descriptor_{};
};

TEST_F(InstanceTest, GoesThroughItsLife) {
    make();
    EXPECT_EQ(instance->state(), State::loaded);
    EXPECT_TRUE(instance->construct(registry));
    EXPECT_EQ(instance->state(), State::constructed);
    EXPECT_TRUE(instance->start());
    EXPECT_EQ(instance->state(), State::started);
    EXPECT_TRUE(instance->drain());
    EXPECT_TRUE(instance->stop());
    EXPECT_EQ(instance->state(), State::stopped);
    instance->destroy();
    EXPECT_EQ(script.destroyed, 1);
    EXPECT_TRUE(instance->construct(registry));  // once more, as after another was left out
    instance.reset();
    EXPECT_EQ(script.destroyed, 2);
}

TEST_F(InstanceTest, NamesPluginAndPhaseOfEveryException) {
    EXPECT_EQ(construct_error([](kitchen::Setup&) { throw std::runtime_error("no recipe"); }),
              "plugin 'scripted' failed in its constructor: no recipe");
    EXPECT_EQ(instance->state(), State::failed);

    script.construct = [](kitchen::Setup&) {};
    script.start = [] { throw 42; };
    make();
    ASSERT_TRUE(instance->construct(registry));
    EXPECT_THAT(instance->start().error().detail,
                HasSubstr("plugin 'scripted' failed in start: it threw something"));

    script.start = [] {};
    script.drain = script.stop = [] { throw std::runtime_error("stuck"); };
    make();
    ASSERT_TRUE(instance->construct(registry));
    ASSERT_TRUE(instance->start());
    EXPECT_EQ(instance->drain().error().detail, "plugin 'scripted' failed in drain: stuck");
    EXPECT_EQ(instance->stop().error().detail, "plugin 'scripted' failed in stop: stuck");
    EXPECT_EQ(instance->state(), State::failed);
}

TEST_F(InstanceTest, StopsOnceWhatBeganToStart) {
    int stops = 0;
    script.stop = [&] { ++stops; };
    make();
    ASSERT_TRUE(instance->construct(registry));
    EXPECT_TRUE(instance->stop());
    EXPECT_EQ(stops, 0);
    script.start = [] { throw std::runtime_error("cold"); };
    EXPECT_FALSE(instance->start());
    EXPECT_TRUE(instance->stop());
    EXPECT_TRUE(instance->stop());
    EXPECT_EQ(stops, 1);
}

TEST_F(InstanceTest, HoldsPluginsToWhatTheyPromise) {
    static Greeter greeter;
    EXPECT_EQ(construct_error([](kitchen::Setup& s) { s.provide(greeter); }, true), "");
    EXPECT_EQ(instance->declarations().services.at("greeter/1"), &greeter);
    EXPECT_THAT(construct_error([](kitchen::Setup& s) { s.provide(greeter); }),
                HasSubstr("greeter/1, which its KITCHEN_PLUGIN does not name"));
    EXPECT_THAT(construct_error([](kitchen::Setup&) {}, true),
                HasSubstr("promises greeter/1, but its constructor did not provide it"));
    EXPECT_THAT(
        construct_error([](kitchen::Setup& s) { s.provide(greeter), s.provide(greeter); }, true),
        HasSubstr("twice"));
}

TEST_F(InstanceTest, RefusesEmptyOrWrongDeclarations) {
    constexpr Migration gap[] = {{2, "0002_late", ""}};
    EXPECT_THAT(construct_error([&](kitchen::Setup& s) { s.add_migrations(gap); }),
                HasSubstr("does not name Store"));
    EXPECT_THAT(construct_error([](kitchen::Setup& s) { s.add_route(http::Route::get("/x/")); }),
                HasSubstr("GET /x/ has no handler"));
    EXPECT_THAT(construct_error([](kitchen::Setup& s) {
                    s.add_periodic("sweep", std::chrono::seconds(0), [] {});
                }),
                HasSubstr("no interval"));
    EXPECT_THAT(construct_error([](kitchen::Setup& s) {
                    s.add_periodic("sweep", std::chrono::seconds(1), nullptr);
                }),
                HasSubstr("empty"));
    EXPECT_THAT(
        construct_error([](kitchen::Setup& s) { s.add_health_check("store", true, nullptr); }),
        HasSubstr("empty"));
    EXPECT_THAT(construct_error([](kitchen::Setup& s) {
                    s.add_middleware(http::Phase::observe, "count",
                                     std::function<kitchen::Result<http::Response>(
                                         http::Request&, const http::Next&)>());
                }),
                HasSubstr("empty"));
    EXPECT_THAT(construct_error([](kitchen::Setup& s) {
                    s.add_command({"Bad Name", "", {}, [](CommandContext&) { return Status(); }});
                }),
                HasSubstr("lower-case"));
    EXPECT_THAT(construct_error([](kitchen::Setup& s) {
                    s.add_command({"ok", "", {{"config", "", true}}, [](CommandContext&) {
                                       return Status();
                                   }});
                }),
                HasSubstr("option 'config'"));
}

TEST_F(InstanceTest, DestroysWhatItDeclaredBeforeThePlugin) {
    bool alive_when_closure_died = false;
    script.construct = [&](kitchen::Setup& s) {
        auto probe = std::shared_ptr<void>(
            nullptr, [&](void*) { alive_when_closure_died = script.destroyed == 0; });
        s.add_health_check("x", true, [probe] { return Status(); });
    };
    make();
    ASSERT_TRUE(instance->construct(registry));
    instance.reset();
    EXPECT_TRUE(alive_when_closure_died);
    EXPECT_EQ(script.destroyed, 1);
}

}  // namespace
}  // namespace kitchen::plugin

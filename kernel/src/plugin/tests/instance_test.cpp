#include "plugin/instance.h"

#include <functional>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/section.h"
#include "kitchen/clock.h"
#include "kitchen/testkit/fakes.h"

namespace kitchen::plugin {
namespace {

using testing::HasSubstr;

struct Greeter {
    static constexpr std::string_view interface_name = "greeter/1";
};
struct Stranger {
    static constexpr std::string_view interface_name = "stranger/1";
};

/// A plugin whose phases are what the test says. It is reached through a descriptor, as the real
/// ones are; the descriptor's functions take no argument, so the script is handed over in a
/// thread-local variable while create() runs.
struct Script {
    std::function<void(Setup&)> configure = [](Setup&) {};
    std::function<void(Services&)> start = [](Services&) {};
    std::function<void()> drain = [] {}, stop = [] {};
    int destroyed = 0;
};
thread_local Script* script_for_create = nullptr;

class ScriptedPlugin : public Plugin {
public:
    explicit ScriptedPlugin(Script& script) : script_(script) {}
    ~ScriptedPlugin() override { ++script_.destroyed; }
    void configure(Setup& setup) override { script_.configure(setup); }
    void start(Services& services) override { script_.start(services); }
    void drain() override { script_.drain(); }
    void stop() override { script_.stop(); }

private:
    Script& script_;
};

constexpr kitchen_need needs[] = {{"greeter/1", 0}};
constexpr const char* provides[] = {"greeter/1"};

// gtest reserves the name Setup inside fixtures, hence kitchen::Setup below.
class InstanceTest : public testing::Test {
protected:
    void make(bool promises_greeter = false) {
        descriptor_.id = "scripted";
        descriptor_.version = "1.0.0";
        descriptor_.summary = "";
        descriptor_.needs = needs;
        descriptor_.need_count = 1;
        descriptor_.provides = provides;
        descriptor_.provide_count = promises_greeter ? 1 : 0;
        descriptor_.create = [] {
            return static_cast<void*>(static_cast<Plugin*>(new ScriptedPlugin(*script_for_create)));
        };
        descriptor_.destroy = [](void* plugin) { delete static_cast<Plugin*>(plugin); };
        script_for_create = &script;
        instance = std::make_unique<Instance>(Manifest(descriptor_, "scripted.so"),
                                              std::make_unique<config::Section>(),
                                              std::make_unique<testkit::RecordingLogger>(), true);
        ASSERT_TRUE(instance->create());
    }
    std::string configure_error(std::function<void(kitchen::Setup&)> configure,
                                bool promises_greeter = false) {
        script.configure = std::move(configure);
        make(promises_greeter);
        const Status done = instance->configure();
        return done ? "" : done.error().detail;
    }

    Script script;
    Registry registry;
    std::unique_ptr<Instance> instance;

private:
    kitchen_plugin_descriptor descriptor_{};
};

TEST_F(InstanceTest, GoesThroughItsLife) {
    make();
    EXPECT_EQ(instance->state(), State::created);
    EXPECT_TRUE(instance->configure());
    EXPECT_EQ(instance->state(), State::configured);
    EXPECT_TRUE(instance->start(registry));
    EXPECT_EQ(instance->state(), State::started);
    EXPECT_TRUE(instance->drain());
    EXPECT_TRUE(instance->stop());
    EXPECT_EQ(instance->state(), State::stopped);
    instance.reset();
    EXPECT_EQ(script.destroyed, 1);
}

TEST_F(InstanceTest, NamesPluginAndPhaseOfEveryException) {
    EXPECT_EQ(configure_error([](kitchen::Setup&) { throw std::runtime_error("no recipe"); }),
              "plugin 'scripted' failed in configure: no recipe");
    EXPECT_EQ(instance->state(), State::failed);

    script.configure = [](kitchen::Setup&) {};
    script.start = [](Services&) { throw 42; };
    make();
    ASSERT_TRUE(instance->configure());
    EXPECT_THAT(instance->start(registry).error().detail,
                HasSubstr("plugin 'scripted' failed in start: it threw something"));

    script.start = [](Services&) {};
    script.drain = script.stop = [] { throw std::runtime_error("stuck"); };
    make();
    ASSERT_TRUE(instance->configure());
    ASSERT_TRUE(instance->start(registry));
    EXPECT_EQ(instance->drain().error().detail, "plugin 'scripted' failed in drain: stuck");
    EXPECT_EQ(instance->stop().error().detail, "plugin 'scripted' failed in stop: stuck");
    EXPECT_EQ(instance->state(), State::failed);
}

TEST_F(InstanceTest, DoesNotStopWhatDidNotStart) {
    int stops = 0;
    script.start = [](Services&) { throw std::runtime_error("cold"); };
    script.stop = [&] { ++stops; };
    make();
    ASSERT_TRUE(instance->configure());
    EXPECT_FALSE(instance->start(registry));
    EXPECT_TRUE(instance->stop());
    EXPECT_EQ(stops, 0);
    instance.reset();
    EXPECT_EQ(script.destroyed, 1);
}

TEST_F(InstanceTest, ShowsOnlyWhatTheDescriptorNeeds) {
    Greeter greeter;
    testkit::ManualClock clock;
    registry.add("greeter/1", "other", &greeter);
    registry.add("stranger/1", "other", &greeter);
    registry.add("clock/1", Registry::kernel_instance, static_cast<Clock*>(&clock));
    registry.bind({{"greeter/1", "other"}, {"stranger/1", "other"}});
    script.start = [&](Services& services) {
        EXPECT_EQ(&services.get<Greeter>(), &greeter);
        EXPECT_EQ(&services.get<Clock>(), &clock);
        EXPECT_THROW(services.find<Stranger>(), std::logic_error);
    };
    make();
    ASSERT_TRUE(instance->configure());
    EXPECT_TRUE(instance->start(registry));
}

TEST_F(InstanceTest, HoldsPluginsToTheirDescriptor) {
    static Greeter greeter;
    EXPECT_EQ(configure_error([](kitchen::Setup& s) { s.provide(greeter); }, true), "");
    EXPECT_EQ(instance->declarations().services.at("greeter/1"), &greeter);
    EXPECT_THAT(configure_error([](kitchen::Setup& s) { s.provide(greeter); }),
                HasSubstr("greeter/1, which its descriptor does not name"));
    EXPECT_THAT(configure_error([](kitchen::Setup&) {}, true),
                HasSubstr("promises greeter/1, but configure() did not provide it"));
    EXPECT_THAT(
        configure_error([](kitchen::Setup& s) { s.provide(greeter), s.provide(greeter); }, true),
        HasSubstr("twice"));
}

TEST_F(InstanceTest, RefusesEmptyOrWrongDeclarations) {
    constexpr Migration gap[] = {{2, "0002_late", ""}};
    EXPECT_THAT(configure_error([&](kitchen::Setup& s) { s.add_migrations(gap); }),
                HasSubstr("does not need store/1"));
    EXPECT_THAT(configure_error([](kitchen::Setup& s) { s.add_route(http::Route::get("/x/")); }),
                HasSubstr("GET /x/ has no handler"));
    EXPECT_THAT(configure_error([](kitchen::Setup& s) {
                    s.add_periodic("sweep", std::chrono::seconds(0), [] {});
                }),
                HasSubstr("no interval"));
    EXPECT_THAT(configure_error([](kitchen::Setup& s) {
                    s.add_periodic("sweep", std::chrono::seconds(1), nullptr);
                }),
                HasSubstr("empty"));
    EXPECT_THAT(
        configure_error([](kitchen::Setup& s) { s.add_health_check("store", true, nullptr); }),
        HasSubstr("empty"));
    EXPECT_THAT(configure_error([](kitchen::Setup& s) {
                    s.add_middleware(http::Phase::observe, "count", nullptr);
                }),
                HasSubstr("empty"));
    EXPECT_THAT(configure_error([](kitchen::Setup& s) {
                    s.add_command({"Bad Name", "", {}, [](CommandContext&) { return Status(); }});
                }),
                HasSubstr("lower-case"));
    EXPECT_THAT(configure_error([](kitchen::Setup& s) {
                    s.add_command({"ok", "", {{"config", "", true}}, [](CommandContext&) {
                                       return Status();
                                   }});
                }),
                HasSubstr("option 'config'"));
}

TEST_F(InstanceTest, DestroysWhatItDeclaredBeforeThePlugin) {
    bool alive_when_closure_died = false;
    script.configure = [&](kitchen::Setup& s) {
        auto probe = std::shared_ptr<void>(
            nullptr, [&](void*) { alive_when_closure_died = script.destroyed == 0; });
        s.add_health_check("x", true, [probe] { return Status(); });
    };
    make();
    ASSERT_TRUE(instance->configure());
    instance.reset();
    EXPECT_TRUE(alive_when_closure_died);
    EXPECT_EQ(script.destroyed, 1);
}

}  // namespace
}  // namespace kitchen::plugin

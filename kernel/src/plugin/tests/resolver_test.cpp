#include "plugin/resolver.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kitchen::plugin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

ResolverNeed must(std::string name) { return {std::move(name), InterfaceUse::Kind::needs}; }
ResolverNeed may(std::string name) { return {std::move(name), InterfaceUse::Kind::may_use}; }
ResolverNeed every(std::string name) { return {std::move(name), InterfaceUse::Kind::uses_all}; }

ResolverNode node(std::string id, std::vector<ResolverNeed> needs,
                  std::vector<std::string> provides, bool required = true) {
    return {std::move(id), required, std::move(needs), std::move(provides), {}};
}

std::vector<std::string> messages(const Resolution& r) {
    std::vector<std::string> out;
    for (const auto& problem : r.problems) out.push_back(problem.message);
    return out;
}

std::vector<std::string> skipped(const Resolution& r) {
    std::vector<std::string> out;
    for (const auto& gone : r.skipped) out.push_back(gone.id);
    return out;
}

TEST(Resolver, PutsProvidersFirstAndKeepsTheListedOrderOtherwise) {
    const Resolution r =
        resolve({node("orders", {must("cart/1"), must("store/1")}, {}), node("alone", {}, {}),
                 node("cart", {must("store/1")}, {"cart/1"}), node("store", {}, {"store/1"})},
                {});
    EXPECT_THAT(messages(r), IsEmpty());
    EXPECT_THAT(r.order, ElementsAre("store", "cart", "orders", "alone"));
    EXPECT_THAT(r.bindings, ElementsAre(Pair("cart/1", "cart"), Pair("store/1", "store")));
}

TEST(Resolver, SatisfiesEveryNeedForEveryListedOrder) {
    std::vector<ResolverNode> nodes = {node("a", {must("b/1"), may("c/1")}, {"a/1"}),
                                       node("b", {must("d/1")}, {"b/1"}),
                                       node("c", {must("d/1")}, {"c/1"}), node("d", {}, {"d/1"})};
    std::sort(nodes.begin(), nodes.end(), [](const auto& x, const auto& y) { return x.id < y.id; });
    do {
        const Resolution r = resolve(nodes, {});
        const auto at = [&](const char* id) {
            return std::find(r.order.begin(), r.order.end(), id) - r.order.begin();
        };
        ASSERT_THAT(r.order, SizeIs(4));
        EXPECT_TRUE(at("d") < at("b") && at("d") < at("c") && at("b") < at("a") &&
                    at("c") < at("a"));
        EXPECT_EQ(resolve(nodes, {}).order, r.order);
    } while (std::next_permutation(nodes.begin(), nodes.end(),
                                   [](const auto& x, const auto& y) { return x.id < y.id; }));
}

TEST(Resolver, ListsEveryMissingNeed) {
    const Resolution r = resolve(
        {node("a", {must("x/1"), must("y/1")}, {}), node("b", {must("x/1"), may("z/1")}, {})}, {});
    EXPECT_THAT(messages(r), ElementsAre("plugin 'a' needs x/1, which no listed plugin provides",
                                         "plugin 'a' needs y/1, which no listed plugin provides",
                                         "plugin 'b' needs x/1, which no listed plugin provides"));
}

TEST(Resolver, DoesWithoutOptionalNeeds) {
    const Resolution r = resolve({node("a", {may("x/1")}, {})}, {});
    EXPECT_THAT(messages(r), IsEmpty());
    EXPECT_THAT(r.order, ElementsAre("a"));
}

TEST(Resolver, AsksToChooseAmongSeveralOnce) {
    const std::vector<ResolverNode> nodes = {
        node("a", {must("store/1")}, {}), node("b", {may("store/1")}, {}),
        node("sqlite", {}, {"store/1"}), node("memory", {}, {"store/1"})};
    EXPECT_THAT(messages(resolve(nodes, {})),
                ElementsAre("plugin 'a' needs store/1, which several plugins provide: sqlite, "
                            "memory; choose one under bind:, such as "
                            "'store/1: sqlite'"));
    const Resolution chosen = resolve(nodes, {{"store/1", "memory", {}}});
    EXPECT_THAT(messages(chosen), IsEmpty());
    EXPECT_THAT(chosen.bindings, ElementsAre(Pair("store/1", "memory")));
    EXPECT_THAT(chosen.order, ElementsAre("memory", "a", "b", "sqlite"));
}

TEST(Resolver, DoesNotAskWhenNobodyNeedsIt) {
    EXPECT_THAT(
        messages(resolve({node("sqlite", {}, {"store/1"}), node("memory", {}, {"store/1"})}, {})),
        IsEmpty());
}

TEST(Resolver, RefusesABindToAnotherThing) {
    const std::vector<ResolverNode> nodes = {node("a", {must("store/1")}, {}),
                                             node("sqlite", {}, {"store/1"})};
    EXPECT_THAT(messages(resolve(nodes, {{"store/1", "a", {}}})),
                ElementsAre("bind.store/1: plugin 'a' does not provide it; those that do: sqlite"));
    EXPECT_THAT(
        messages(resolve(nodes, {{"stor/1", "sqlite", {}}})),
        ElementsAre("bind.stor/1: plugin 'sqlite' does not provide it; no listed plugin does"));
}

TEST(Resolver, PrintsEachCycleWhole) {
    const Resolution r =
        resolve({node("a", {must("b/1")}, {"a/1"}), node("b", {must("c/1")}, {"b/1"}),
                 node("c", {must("a/1")}, {"c/1"}), node("x", {must("y/1")}, {"x/1"}),
                 node("y", {must("x/1")}, {"y/1"}), node("self", {must("self/1")}, {"self/1"}),
                 node("outside", {must("a/1")}, {})},
                {});
    EXPECT_THAT(messages(r), ElementsAre("these plugins need each other in a cycle: a → b → c → a",
                                         "these plugins need each other in a cycle: x → y → x",
                                         "these plugins need each other in a cycle: self → self"));
}

TEST(Resolver, LeavesOptionalPluginsOutWithThoseThatNeedThem) {
    const Resolution r = resolve(
        {node("a", {must("missing/1")}, {"a/1"}, false), node("b", {must("a/1")}, {"b/1"}, false),
         node("c", {may("b/1")}, {}), node("d", {}, {})},
        {});
    EXPECT_THAT(messages(r), IsEmpty());
    EXPECT_THAT(skipped(r), ElementsAre("a", "b"));
    EXPECT_THAT(r.order, ElementsAre("c", "d"));
    EXPECT_THAT(r.bindings, IsEmpty());
}

TEST(Resolver, ARequiredPluginCannotLoseItsProvider) {
    EXPECT_THAT(
        messages(resolve(
            {node("a", {must("missing/1")}, {"a/1"}, false), node("b", {must("a/1")}, {})}, {})),
        ElementsAre("plugin 'b' needs a/1, which no listed plugin provides"));
}

TEST(Resolver, BreaksACycleAtAnOptionalPlugin) {
    const Resolution r =
        resolve({node("a", {may("b/1")}, {"a/1"}), node("b", {must("a/1")}, {"b/1"}, false)}, {});
    EXPECT_THAT(messages(r), IsEmpty());
    EXPECT_THAT(skipped(r), ElementsAre("b"));
    EXPECT_THAT(r.order, ElementsAre("a"));
}

TEST(Resolver, NeverReplacesAChosenProvider) {
    const std::vector<ResolverNode> nodes = {node("a", {must("cache/1")}, {}),
                                             node("redis", {}, {"cache/1"}, false),
                                             node("memory", {}, {"cache/1"})};
    const Resolution r = resolve(nodes, {{"cache/1", "redis", {}}}, {"redis"});
    EXPECT_THAT(messages(r), ElementsAre("plugin 'a' needs cache/1 from 'redis', which bind: "
                                         "chooses and which was left out"));
    const Resolution optional = resolve({node("a", {may("cache/1")}, {}), nodes[1], nodes[2]},
                                        {{"cache/1", "redis", {}}}, {"redis"});
    EXPECT_THAT(messages(optional), IsEmpty());
    EXPECT_THAT(optional.warnings, ElementsAre("bind: cache/1 names 'redis', which was left out"));
    EXPECT_THAT(optional.bindings, IsEmpty());
}

TEST(Resolver, CarriesPositions) {
    ResolverNode lost = node("a", {must("x/1")}, {});
    lost.mark = {7, 5};
    const Resolution r = resolve({lost}, {{"y/1", "a", {9, 8}}});
    ASSERT_THAT(r.problems, SizeIs(2));
    EXPECT_EQ(r.problems[0].mark, (config::Mark{9, 8}));
    EXPECT_EQ(r.problems[1].mark, (config::Mark{7, 5}));
}

TEST(Resolver, WhoUsesAllComesAfterEachAndChoosesNone) {
    std::vector<ResolverNode> nodes = {node("orders", {every("step/1"), must("store/1")}, {}),
                                       node("fees", {}, {"step/1"}), node("store", {}, {"store/1"}),
                                       node("codes", {must("store/1")}, {"step/1"}, false)};
    const Resolution r = resolve(nodes, {});
    EXPECT_THAT(messages(r), IsEmpty());
    EXPECT_THAT(r.order, ElementsAre("fees", "store", "codes", "orders"));
    EXPECT_THAT(r.bindings, ElementsAre(Pair("store/1", "store")));

    // One that is left out takes no other with it, and none at all is enough.
    nodes[3].needs.push_back(must("absent/1"));
    EXPECT_THAT(resolve(nodes, {}).order, ElementsAre("fees", "store", "orders"));
    EXPECT_THAT(resolve({node("orders", {every("step/1")}, {})}, {}).order, ElementsAre("orders"));
}

TEST(Resolver, OneThatTakesPartCannotNeedWhatItTakesPartIn) {
    EXPECT_THAT(messages(resolve({node("orders", {every("step/1")}, {"orders/1"}),
                                  node("codes", {must("orders/1")}, {"step/1"})},
                                 {})),
                ElementsAre("these plugins need each other in a cycle: orders → codes → orders"));
}

TEST(Resolver, APluginThatIsCalledLikeAMissingInterfaceIsNamed) {
    const std::vector<ResolverNode> nodes = {node("orders", {must("claims/1"), must("x/1")}, {})};
    EXPECT_THAT(messages(resolve(nodes, {}, {}, {"claims", "events"})),
                ElementsAre("plugin 'orders' needs claims/1, which no listed plugin provides; list "
                            "the plugin 'claims', which is installed",
                            "plugin 'orders' needs x/1, which no listed plugin provides"));
}

}  // namespace
}  // namespace kitchen::plugin

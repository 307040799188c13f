#include "every_plugin.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <vector>

#include "host/kernel.h"
#include "kitchen/testkit/build_paths.h"
#include "plugin/library.h"

namespace kitchen::tests {

namespace {

/// What a plugin is asked to do beside its defaults.
const std::map<std::string, std::string> settings = {
    {"blob-file", "folder: '${DATA}/blobs'"},
    {"fees", "delivery_fee: 50000, service_fee_basis_points: 250, tax_basis_points: 750"},
    {"low-stock", "to: cook@kitchen.example"},
    {"loyalty", "kobo_per_point: 10000"},
    {"notify-webhook",
     "endpoints: {display: {url: 'https://127.0.0.1:1/hook', secret: "
     "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw, events: [order.placed/1]}}"},
    {"oidc-login",
     "return_to: ['https://app.example/'], providers: {acme: {issuer: 'https://127.0.0.1:1', "
     "client_id: kitchen}}"},
    {"oidc-provider", "clients: {}"},
    {"opening-hours",
     "zone: Africa/Lagos, hours: ['mon-sun 00:00-24:00'], slots: {length: 24h, capacity: 1000}"},
    {"rate-limit", "per_address: {burst: 0}, per_user: {burst: 0}"},
};

/// Of the plugins that RestaurantConfig does not list by itself.
std::vector<std::string> further_plugins() {
    const std::filesystem::path directory = testkit::built_plugin_dir();
    const std::string usual = testkit::RestaurantConfig().yaml();
    std::vector<std::string> ids;
    for (const std::string& id : plugin::library_ids(directory)) {
        if (usual.find("{id: " + id + ",") != std::string::npos) continue;
        const auto manifest = plugin::load_library(directory / (id + ".so"), id).value();
        const bool is_choice =
            std::any_of(manifest.interfaces().begin(), manifest.interfaces().end(),
                        [](const InterfaceUse& use) {
                            return use.kind == InterfaceUse::Kind::provides &&
                                   (use.name == "store/1" || use.name == "cache/1" ||
                                    use.name == "mailer/1" || use.name == "sms/1");
                        });
        const bool needs_settings =
            std::any_of(manifest.settings().begin(), manifest.settings().end(),
                        [](const SettingKey& key) { return key.required; });
        if (!is_choice && (!needs_settings || settings.contains(id))) ids.push_back(id);
    }
    ids.emplace_back("loyalty");
    return ids;
}

/// `rest`: further keys of the entries of those that are on.
testkit::RestaurantConfig every_plugin(testkit::RestaurantConfig base, const Ids& off,
                                       const std::string& rest) {
    base.plugins.push_back("{id: sms-log, config: {directory: '${DATA}/sms'}}");
    for (const std::string& id : further_plugins()) {
        std::string entry = "{id: " + id;
        if (id == "loyalty") entry += ", path: " KITCHEN_LOYALTY;
        entry += off.contains(id) ? ", enabled: false" : rest;
        if (const auto its = settings.find(id); its != settings.end())
            entry += ", config: {" + its->second + "}";
        base.plugins.push_back(entry + "}");
    }
    return base;
}

/// These, and the plugins that cannot be without them; nothing when one of those is required.
std::optional<Ids> closure(Ids off) {
    host::KernelOptions options;
    options.text = every_plugin({}, off, ", required: false").yaml();
    options.environment = [](const std::string& name) -> std::optional<std::string> {
        return name == "PORT" ? "0" : "/nowhere/" + name;
    };
    options.plugin_dir = testkit::built_plugin_dir();
    options.log_sink = [](std::string_view) {};
    host::Kernel kernel(std::move(options));
    try {
        kernel.load();
        kernel.construct();
    } catch (const host::StartError&) {
        return std::nullopt;
    }
    for (const auto& gone : kernel.plugins().skipped()) off.insert(gone.id);
    return off;
}

}  // namespace

testkit::RestaurantConfig with_every_plugin(testkit::RestaurantConfig base, const Ids& off) {
    return every_plugin(std::move(base), off, "");
}

std::set<Ids> alone() {
    std::set<Ids> sets;
    for (const std::string& id : further_plugins())
        if (auto off = closure({id})) sets.insert(*std::move(off));
    return sets;
}

std::set<Ids> pairs() {
    const std::set<Ids> ones = alone();
    std::set<Ids> sets;
    for (const Ids& one : ones)
        for (const Ids& other : ones) {
            Ids both = one;
            both.insert(other.begin(), other.end());
            if (!ones.contains(both)) sets.insert(std::move(both));
        }
    return sets;
}

}  // namespace kitchen::tests

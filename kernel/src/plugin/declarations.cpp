#include "plugin/declarations.h"

#include <algorithm>
#include <stdexcept>

#include "plugin/guarded.h"

namespace kitchen::plugin {

namespace {

void require(bool condition, const std::string& what) {
    if (!condition) throw std::logic_error(what);
}

bool is_word(std::string_view name) {
    return !name.empty() && name.front() != '-' &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                      c == '.';
           });
}

}  // namespace

void DeclarationRecorder::add_route(http::Route route) {
    check_open();
    require(static_cast<bool>(route.handler),
            "the route " + route.method + ' ' + route.pattern + " has no handler");
    route.plugin = std::string(manifest_.id());
    recorded_.routes.push_back(std::move(route));
}

void DeclarationRecorder::add_middleware(http::Phase phase, std::string name,
                                         http::Middleware middleware) {
    check_open();
    require(static_cast<bool>(middleware), "the middleware '" + name + "' is empty");
    recorded_.middleware.push_back({phase, std::move(name), std::move(middleware)});
}

void DeclarationRecorder::add_migrations(std::span<const Migration> migrations) {
    check_open();
    require(manifest_.uses("store/1"),
            "it has migrations, but its KITCHEN_PLUGIN does not name Store");
    for (const Migration& migration : migrations) {
        const auto expected = static_cast<std::int64_t>(recorded_.migrations.size()) + 1;
        require(migration.number == expected,
                "migration '" + std::string(migration.name) + "' has number " +
                    std::to_string(migration.number) + ", expected " + std::to_string(expected));
        recorded_.migrations.push_back(migration);
    }
}

void DeclarationRecorder::add_periodic(std::string name, std::chrono::milliseconds interval,
                                       std::function<void()> work, PeriodicOptions options) {
    check_open();
    require(interval.count() > 0, "the periodic job '" + name + "' has no interval");
    require(static_cast<bool>(work), "the periodic job '" + name + "' is empty");
    for (const DeclaredPeriodic& other : recorded_.periodics)
        require(other.name != name, "it has two periodic jobs named '" + name + "'");
    recorded_.periodics.push_back({std::move(name), interval, std::move(work), std::move(options)});
}

void DeclarationRecorder::add_health_check(std::string name, bool required,
                                           std::function<Status()> check) {
    check_open();
    require(static_cast<bool>(check), "the health check '" + name + "' is empty");
    for (const DeclaredCheck& other : recorded_.checks)
        require(other.name != name, "it has two health checks named '" + name + "'");
    recorded_.checks.push_back({std::move(name), required, std::move(check)});
}

void DeclarationRecorder::add_data_rule(std::string rule, BrokenThings broken) {
    check_open();
    require(static_cast<bool>(broken), "the data rule '" + rule + "' is empty");
    recorded_.data_rules.push_back({std::move(rule), std::move(broken)});
}

void DeclarationRecorder::add_kept_rows(ListKept list, RemoveKept remove) {
    check_open();
    require(list && remove, "the list or the removal of the rows that it keeps is empty");
    recorded_.keepings.push_back({std::move(list), std::move(remove)});
}

void DeclarationRecorder::add_command(Command command) {
    check_open();
    require(is_word(command.name), "the command '" + command.name +
                                       "' is not named in lower-case letters, digits and '-'");
    require(static_cast<bool>(command.run), "the command '" + command.name + "' is empty");
    for (const CommandOption& option : command.options)
        require(is_word(option.name) && option.name != "config" && option.name != "help",
                "the command '" + command.name + "' cannot have an option '" + option.name + "'");
    recorded_.commands.push_back(std::move(command));
}

void DeclarationRecorder::add_service(std::string_view interface_name, void* service) {
    check_open();
    const std::string name(interface_name);
    require(manifest_.provides(interface_name),
            "it provides " + name + ", which its KITCHEN_PLUGIN does not name as Provides");
    require(recorded_.services.emplace(name, service).second, "it provides " + name + " twice");
}

void* DeclarationRecorder::service(std::string_view interface_name) const {
    check_open();
    return registry_.find(interface_name);
}

std::vector<detail::Provider> DeclarationRecorder::providers(
    std::string_view interface_name) const {
    check_open();
    return registry_.all(interface_name);
}

detail::Guard DeclarationRecorder::guard() const { return &guarded; }

void DeclarationRecorder::check_open() const {
    require(!finished_, "it used its Setup after the constructor had returned");
}

Declarations DeclarationRecorder::finish() {
    finished_ = true;
    std::string missing;
    for (const InterfaceUse& use : manifest_.interfaces())
        if (use.kind == InterfaceUse::Kind::provides &&
            !recorded_.services.contains(std::string(use.name)))
            missing += (missing.empty() ? "" : ", ") + std::string(use.name);
    require(missing.empty(),
            "its KITCHEN_PLUGIN promises " + missing + ", but its constructor did not provide it");
    return std::move(recorded_);
}

}  // namespace kitchen::plugin

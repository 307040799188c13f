// personal-data/1: what a plugin keeps about a person, said once in its constructor, so that people
// can have it (GET /me/export/) and be forgotten (DELETE /me/). Published by the plugin that owns
// accounts.
//
//     if (personal)
//         personal->add(setup, {.kept = {{"points", store.prepare("SELECT … WHERE user_id = $1")}},
//                               .forget = {store.prepare("DELETE FROM … WHERE user_id = $1")}});
//
// What the books need stays without what leads to the person: the id of an account is never another
// person's. A plugin that was off when a person was forgotten forgets when it is on again.
//
// Thread-safety: add() in constructors. Ownership: the provider's plugin.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kitchen/plugin.h"
#include "kitchen/store.h"

namespace kitchen {

/// Statements that take one parameter: the id of the account, or its email address (and are not
/// run for an account without one).
struct PersonalRows {
    /// What there is, by name. Columns are named as in JSON; those that end in "_at" are times.
    std::vector<std::pair<std::string, Statement>> kept;
    /// Removes it, or what in it leads to the person. In this order.
    std::vector<Statement> forget;
    /// Gives a row while the person cannot be forgotten yet, and why.
    std::optional<Statement> busy = std::nullopt;
    std::string busy_reason = {};
    bool by_email = false;
};

class PersonalData {
public:
    using Interface = PersonalData;
    static constexpr std::string_view interface_name = "personal-data/1";
    virtual ~PersonalData() = default;

    /// Once for each plugin.
    virtual void add(const Setup& setup, PersonalRows rows) = 0;
};

}  // namespace kitchen

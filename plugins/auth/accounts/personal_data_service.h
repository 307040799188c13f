// What all plugins keep about a person: brought together for them, and forgotten when they ask.
//
// Thread-safety: add() in constructors; then all calls, from any thread. delete_account() blocks
// for the time of a password hash.
#pragma once

#include <string>
#include <vector>

#include "accounts/account_service.h"
#include "kitchen/personal_data.h"

namespace kitchen::auth {

class PersonalDataService final : public PersonalData {
public:
    struct Dependencies {  ///< all must outlive the service
        Store& store;
        const UserRepository& users;
        PasswordGuard& guard;
        const Clock& clock;
        Logger& log;
    };
    explicit PersonalDataService(Dependencies dependencies);

    void add(const Setup& setup, PersonalRows rows) override;

    /// An object with a member for each plugin. Error: not_found "user_not_found".
    Result<Json> export_of(std::int64_t user_id) const;

    /// Forgets the person everywhere, in one transaction; the account cannot be signed in to again.
    /// Errors: unprocessable (password); conflict "account_busy" with the reason, "last_admin",
    /// "account_changed"; too_many_requests.
    Status delete_account(const Asker& asker, const std::string& password);

    /// Has plugins that were off forget those who were deleted meanwhile.
    Status catch_up();

private:
    struct Part {
        std::string name;  ///< the plugin's id
        PersonalRows rows;
    };
    Status forget(Transaction& tx, const Part& part, std::int64_t user_id,
                  const std::string& email) const;

    const Dependencies deps_;
    std::vector<Part> parts_;  ///< that of the accounts is the first
};

}  // namespace kitchen::auth

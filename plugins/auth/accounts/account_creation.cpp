#include "accounts/account_creation.h"

namespace kitchen::auth {

std::string make_referral_code(Random& random) {
    constexpr std::string_view alphabet = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";
    std::string code;
    for (int i = 0; i < 8; ++i) code += alphabet[random.below(alphabet.size())];
    return code;
}

std::string normal_referral_code(std::string_view typed) {
    std::string code(typed);
    for (char& c : code)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return code;
}

Result<User> create_account(Store& store, const UserRepository& users, Random& random,
                            NewUser user) {
    constexpr int max_tries = 5;  // 31^8 codes: a second clash is not chance any more
    for (int tries = 1;; ++tries) {
        user.referral_code = make_referral_code(random);
        auto created = store.transact<User>([&](Transaction& tx) -> Result<User> {
            // The indexes would refuse too, but name one field only, and which of two is up to the
            // store.
            const auto taken = users.taken(tx, user.email, user.phone_number);
            if (!taken) return taken.error();
            if (taken->email || taken->phone) return taken_error(*taken);
            return users.insert(tx, user);
        });
        if (created || !created.error().is_unique("users_referral_code") || tries == max_tries)
            return created;
    }
}

}  // namespace kitchen::auth

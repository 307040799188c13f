// Everything that does the work, in the order in which one needs the other. References between them
// stay good for as long as the module lives; it does not move.
//
// Thread-safety: construct on one thread; then as each part says.
#pragma once

#include "accounts/account_service.h"
#include "addresses/address_book.h"
#include "accounts/admin_accounts.h"
#include "accounts/contact_change_service.h"
#include "accounts/personal_data_service.h"
#include "passwords/password_guard.h"
#include "auth_settings.h"
#include "kitchen/clock.h"
#include "kitchen/events.h"
#include "kitchen/jobs.h"
#include "kitchen/log.h"
#include "kitchen/mailer.h"
#include "kitchen/metrics.h"
#include "kitchen/random.h"
#include "kitchen/sms.h"
#include "kitchen/store.h"
#include "codes/message_dispatcher.h"
#include "codes/message_texts.h"
#include "sign_in/password_reset_service.h"
#include "passwords/password_rules.h"
#include "accounts/phone_numbers.h"
#include "keys/server_key.h"
#include "sign_up/signup_service.h"
#include "sign_in/token_repository.h"
#include "sign_in/token_service.h"
#include "accounts/user_repository.h"

namespace kitchen::auth {

/// What the module builds on.
struct AuthDependencies {
    Store& store;
    Cache& cache;
    Mailer& mailer;
    Clock& clock;
    Random& random;
    Jobs& jobs;
    Metrics& metrics;
    Waits& waits;
    Logger& log;
    Events* events = nullptr;  ///< nullptr: there are no subscribers
    SmsSender* sms = nullptr;  ///< nullptr: no text messages are sent
};

class AuthModule {
    const AuthDependencies deps_;
    const AdminForm first_admin_;  ///< without an email: none
    const bool has_cheap_hashes_;
    ServerKey key_;  // before everything that derives from it

    ContactChangeService::Dependencies contact_changes();

public:
    /// Touches nothing but the mail templates, which it reads. Throws std::runtime_error.
    AuthModule(const AuthSettings& settings, AuthDependencies dependencies);
    AuthModule(const AuthModule&) = delete;
    AuthModule& operator=(const AuthModule&) = delete;

    /// Reads or makes the server key, and makes the administrator of the configuration when there
    /// is none. Before all use. Throws std::runtime_error.
    void start();

    ServerHash hashes;
    const UserRepository users;
    const TokenRepository token_rows;
    const PhoneNumbers phones;
    const PasswordRules rules;
    const MessageTexts texts;
    MessageDispatcher messages;
    PasswordGuard guard;
    TokenService tokens;
    SignupService signups;
    PasswordResetService resets;
    AccountService accounts;
    AdminAccounts admins;
    ContactChangeService email_changes, phone_changes;
    PersonalDataService personal;
    const AddressRepository address_rows;
    AddressBook addresses;
};

}  // namespace kitchen::auth

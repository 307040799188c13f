// Everything that does the work, built at start in the order in which the parts need each other.
// References between the parts stay good for as long as the module lives; it does not move.
//
// Thread-safety: construct on one thread; then as each part says.
#pragma once

#include "account_service.h"
#include "addresses/address_book.h"
#include "admin_accounts.h"
#include "credential_verifier.h"
#include "kitchen/clock.h"
#include "kitchen/services.h"
#include "login_throttle.h"
#include "mail_dispatcher.h"
#include "mail_texts.h"
#include "password_hasher.h"
#include "password_reset_service.h"
#include "password_rules.h"
#include "phone_normaliser.h"
#include "remembered_credentials.h"
#include "settings.h"
#include "signup_service.h"
#include "token_repository.h"
#include "token_service.h"
#include "user_repository.h"

namespace kitchen::auth {

/// What the module builds on.
struct Surroundings {
    Store& store;
    Cache& cache;
    Mailer& mailer;
    Clock& clock;
    Random& random;
    Jobs& jobs;
    Metrics& metrics;
    Logger& log;
};

class AuthModule {
    SecretKey key_;  // before everything that derives from it

public:
    /// Reads or makes the server key, reads the mail templates; touches no store. `cost` is for
    /// tests. Throws std::runtime_error.
    AuthModule(const Settings& settings, Surroundings around, Argon2Cost cost = {});
    AuthModule(const AuthModule&) = delete;
    AuthModule& operator=(const AuthModule&) = delete;

    const UserRepository users;
    const TokenRepository token_rows;
    const PhoneNormaliser phones;
    const PasswordRules rules;
    PasswordHasher hasher;
    const MailTexts texts;
    MailDispatcher mails;
    LoginThrottle failures_of_account, failures_of_client;
    RememberedCredentials remembered;
    CredentialVerifier verifier;
    TokenService tokens;
    SignupService signups;
    PasswordResetService resets;
    AccountService accounts;
    AdminAccounts admins;
    const AddressRepository address_rows;
    AddressBook addresses;
};

}  // namespace kitchen::auth

// Everything that does the work, built at start in the order in which the parts need each other.
// References between the parts stay good for as long as the module lives; it does not move.
//
// Thread-safety: construct on one thread; then as each part says.
#pragma once

#include "accounts/account_service.h"
#include "addresses/address_book.h"
#include "accounts/admin_accounts.h"
#include "passwords/credential_verifier.h"
#include "kitchen/clock.h"
#include "kitchen/services.h"
#include "passwords/login_throttle.h"
#include "codes/mail_dispatcher.h"
#include "codes/mail_texts.h"
#include "passwords/password_hasher.h"
#include "sign_in/password_reset_service.h"
#include "passwords/password_rules.h"
#include "accounts/phone_numbers.h"
#include "passwords/remembered_credentials.h"
#include "auth_settings.h"
#include "sign_up/signup_service.h"
#include "sign_in/token_repository.h"
#include "sign_in/token_service.h"
#include "accounts/user_repository.h"

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
    const PhoneNumbers phones;
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

// POST /signup/, /signup/resend/, /verify/: SignupService over HTTP. The session is a cookie, or
// a member of the body.
//
// Thread-safety: declare() before all use; then handlers on any thread.
#pragma once

#include "kitchen/plugin.h"
#include "sign_up/signup_service.h"

namespace kitchen::auth {

class SignupRoutes {
public:
    static constexpr const char* cookie_name = "signup_session_id";

    /// `signups` must outlive every request. `has_sms`: codes may go by SMS.
    SignupRoutes(SignupService& signups, bool cookie_secure, bool has_sms)
        : signups_(signups), cookie_secure_(cookie_secure), has_sms_(has_sms) {}
    void declare(Setup& setup);

private:
    Result<http::Response> start(const http::Request& request) const;
    Result<http::Response> resend(http::Request& request) const;
    Result<http::Response> verify(http::Request& request) const;
    Error refused(http::Request& request, Error error) const;
    http::Cookie cookie(std::string value, std::int64_t max_age_seconds) const;

    SignupService& signups_;
    const bool cookie_secure_, has_sms_;
};

}  // namespace kitchen::auth

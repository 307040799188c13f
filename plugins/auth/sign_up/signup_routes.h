// POST /signup/, /signup/resend/, /verify/: SignupService over HTTP. The session is a cookie.
//
// Thread-safety: declare() and bind() before all use; then handlers on any thread.
#pragma once

#include "kitchen/plugin.h"
#include "sign_up/signup_service.h"

namespace kitchen::auth {

class SignupRoutes {
public:
    static constexpr const char* cookie_name = "signup_session_id";

    void declare(Setup& setup, bool cookie_secure);
    /// `signups` must outlive every request.
    void bind(SignupService& signups) noexcept { signups_ = &signups; }

private:
    Result<http::Response> start(const http::Request& request) const;
    Result<http::Response> resend(const http::Request& request) const;
    Result<http::Response> verify(const http::Request& request) const;
    http::Cookie cookie(std::string value, std::int64_t max_age_seconds) const;

    SignupService* signups_ = nullptr;
    bool cookie_secure_ = true;
};

}  // namespace kitchen::auth

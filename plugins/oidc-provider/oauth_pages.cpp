#include "oauth_pages.h"

#include <algorithm>
#include <iterator>

#include "json_web_key.h"
#include "kitchen/html.h"

namespace kitchen::oidc_provider {
namespace {

constexpr std::string_view style =
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:28rem;margin:2rem auto;padding:0 1rem;"
    "color:#1a1a1a;background:#fff}"
    "label{display:block;margin-top:1rem;font-weight:600}"
    "input{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;border:1px solid #555}"
    "button{font:inherit;margin:1.5rem .5rem 0 0;padding:.6rem 1.2rem;border:2px solid #174f2c;"
    "background:#fff;color:#174f2c}"
    "button.first{background:#174f2c;color:#fff}"
    ":focus-visible{outline:3px solid #0b57d0;outline-offset:2px}"
    ".fault{border:2px solid #a30000;padding:.5rem 1rem}";

/// What a person grants; a scope of a plugin is called by its name.
std::string sentence_of(const std::string& scope) {
    static constexpr std::pair<std::string_view, const char*> known[] = {
        {"openid", "Know that it is you"},
        {"profile", "See your name"},
        {"email", "See your email address"},
        {"phone", "See your telephone number"},
        {"address", "See your delivery address"},
        {"cart", "See and change your cart"},
        {"orders", "See, place and cancel your orders"},
        {"orders:read", "See your orders"},
        {"kitchen", "Work in the kitchen on your behalf"},
        {"admin", "Administer the restaurant on your behalf"},
        {"operator", "Operate the server on your behalf"},
        {"auth", "Change your account, its password and its addresses"},
        {"auth:read", "See your account and its addresses"},
        {"export", "See everything that is kept about you"},
    };
    for (const auto& [name, sentence] : known)
        if (name == scope) return sentence;
    if (scope.ends_with(":read")) return "See: " + scope.substr(0, scope.size() - 5);
    return "See and change: " + scope;
}

/// "https://app.example" of "https://app.example/callback", "app.scheme:" of others.
std::string source_of(const std::string& uri) {
    const std::size_t colon = uri.find(':');
    if (uri.compare(colon, 3, "://") != 0 || !uri.starts_with("http"))
        return uri.substr(0, colon + 1);
    return uri.substr(0, uri.find_first_of("/?", colon + 3));
}

/// `goes_to`: browsers look at where the response to a form redirects, too.
http::Response page(int status, std::string_view title, const std::string& body,
                    const std::string& goes_to = {}) {
    static const std::string style_hash = sha256_base64url(style) + '=';
    http::Response response(status);
    response.body =
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta "
        "name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>";
    response.body += html_escaped(title);
    response.body += "</title><style>";
    response.body += style;
    response.body += "</style></head><body><main><h1>";
    response.body += html_escaped(title);
    response.body += "</h1>\n" + body + "</main></body></html>\n";
    response.set_header("Content-Type", "text/html; charset=utf-8");
    response.set_header("Cache-Control", "no-store");
    // With no-referrer, browsers would send the form with "Origin: null".
    response.set_header("Referrer-Policy", "same-origin");
    response.set_header("Content-Security-Policy",
                        "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; style-src "
                        "'sha256-" +
                            style_hash + "'; form-action 'self'" +
                            (goes_to.empty() ? "" : ' ' + source_of(goes_to)));
    return response;
}

std::string form(const std::string& action, const std::string& ticket, const std::string& fields) {
    return "<form method=\"post\" action=\"" + html_escaped(action) +
           "\"><input type=\"hidden\" name=\"ticket\" value=\"" + html_escaped(ticket) + "\">\n" +
           fields + "</form>\n";
}

}  // namespace

http::Response sign_in_page(int status, const SignInPage& content) {
    const bool is_wrong = !content.fault.empty();
    const std::string about = is_wrong ? " aria-invalid=\"true\" aria-describedby=\"fault\"" : "";
    std::string body =
        "<p>to go on to <strong>" + html_escaped(content.client_name) + "</strong></p>\n";
    if (is_wrong)
        body +=
            "<div class=\"fault\" role=\"alert\"><h2>You are not signed in yet</h2><p "
            "id=\"fault\"><a href=\"#user\">" +
            html_escaped(content.fault) + "</a></p></div>\n";
    body += form(content.base_url + "/oauth/sign-in", content.ticket,
                 "<label for=\"user\">Email</label><input id=\"user\" name=\"user\" "
                 "autocomplete=\"username\" required value=\"" +
                     html_escaped(content.user) + "\"" + about +
                     ">\n<label for=\"password\">Password</label><input id=\"password\" "
                     "name=\"password\" type=\"password\" autocomplete=\"current-password\" "
                     "required" +
                     about +
                     ">\n<button class=\"first\">Sign in</button><button name=\"decision\" "
                     "value=\"deny\" formnovalidate>Cancel</button>\n");
    return page(status, is_wrong ? "Error: sign in" : "Sign in", body, content.goes_to);
}

http::Response consent_page(const ConsentPage& content) {
    std::string body =
        "<p><strong>" + html_escaped(content.client_name) + "</strong> would like to:</p>\n<ul>\n";
    for (const std::string& scope : content.scopes)
        body += "<li>" + html_escaped(sentence_of(scope)) + "</li>\n";
    body += "</ul>\n" +
            form(content.base_url + "/oauth/consent", content.ticket,
                 "<button class=\"first\" name=\"decision\" value=\"allow\">Allow</button><button "
                 "name=\"decision\" value=\"deny\">Deny</button>\n");
    return page(200, "Allow access?", body, content.goes_to);
}

http::Response sign_out_page(const std::string& ticket, const std::string& goes_to,
                             const std::string& base_url) {
    return page(200, "Sign out?",
                form(base_url + "/oauth/sign-out", ticket,
                     "<p>Sign out of the restaurant in this browser?</p>\n<button "
                     "class=\"first\">Sign out</button>\n"),
                goes_to);
}

http::Response message_page(int status, std::string_view title, std::string_view text) {
    return page(status, title, "<p>" + html_escaped(text) + "</p>\n");
}

}  // namespace kitchen::oidc_provider

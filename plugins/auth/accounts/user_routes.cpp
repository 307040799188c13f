#include "accounts/user_routes.h"

#include "kitchen/http/page.h"
#include "accounts/own_account_routes.h"
#include "accounts/user_body.h"

namespace kitchen::auth {

using http::Request;
using http::Response;
using http::Route;
using http::Schema;

void UserRoutes::declare(Setup& setup) {
    declare_own(setup);
    declare_admin(setup);
}

void UserRoutes::declare_own(Setup& setup) {
    setup.add_route(Route::get("/me/")
                        .summary("The own account")
                        .signed_in()
                        .answers<User>(200, "The account")
                        .handle([this](Request& request) { return read_own(request); }));
    setup.add_route(
        Route::patch("/me/")
            .summary("Change the own account")
            .describe("Phone number, password, or both. A new password needs the current one, and "
                      "ends every other sign-in.")
            .signed_in()
            .if_match()
            .body<OwnChange>()
            .answers<User>(200, "The account as changed")
            .answers(409, "The phone number is taken")
            .answers(422, "Something is not acceptable: see errors")
            .answers(429, "Too many wrong current passwords")
            .handle([this](Request& request) { return change_own(request); }));
}

void UserRoutes::declare_admin(Setup& setup) {
    setup.add_route(
        Route::get("/users/")
            .summary("Find users")
            .roles({std::string(role_admin)})
            .answers_page<UserRecord>("A page of users, ordered by id", "UserPage")
            .query(
                {"search", Schema::string().max(100), "Part of an email address or phone number"})
            .query({"role", Schema::string().one_of(role_names()), "Only those with this role"})
            .handle([this](Request& request) { return list(request); }));
    setup.add_route(Route::get("/users/{id:id}/")
                        .summary("A user")
                        .roles({std::string(role_admin)})
                        .answers<UserRecord>(200, "The user")
                        .answers(404, "No such user")
                        .handle([this](Request& request) { return read(request); }));
    setup.add_route(
        Route::patch("/users/{id:id}/")
            .summary("Change what a user may do")
            .describe("A change ends every token and remembered credential of that user at once.")
            .roles({std::string(role_admin)})
            .changes("user", user_row)
            .if_match()
            .body<RightsChange>()
            .answers<UserRecord>(200, "The user as changed")
            .answers(404, "No such user")
            .answers(409, "This is the last administrator")
            .handle([this](Request& request) { return change_rights(request); }));
}

Result<Response> UserRoutes::read_own(const Request& request) const {
    const auto user = accounts_.read(request.who().user_id);
    if (!user) return user.error();
    return Response::json(200, *user).with_version(user->version);
}

Result<Response> UserRoutes::change_own(const Request& request) const {
    const auto user =
        accounts_.change_own(asker_of(request), request.read<OwnChange>(), if_match(request));
    if (!user) return user.error();
    return Response::json(200, *user).with_version(user->version);
}

Result<Response> UserRoutes::list(const Request& request) const {
    return http::page_response(
        request,
        [&](const http::Page& page) {
            return accounts_.find(std::string(request.query("search").value_or("")),
                                  std::string(request.query("role").value_or("")), page.limit,
                                  page.offset);
        },
        [](JsonWriter& out, const User& user) { http::write_body(out, UserRecord{user}); });
}

Result<Response> UserRoutes::read(const Request& request) const {
    const auto user = accounts_.read(request.path_id("id"));
    if (!user) return user.error();
    return Response::json(200, UserRecord{*user}).with_version(user->version);
}

Result<Response> UserRoutes::change_rights(const Request& request) const {
    const auto user = accounts_.change_rights(request.path_id("id"), request.read<RightsChange>(),
                                              request.who().user_id, if_match(request));
    if (!user) return user.error();
    return Response::json(200, UserRecord{*user}).with_version(user->version);
}

}  // namespace kitchen::auth

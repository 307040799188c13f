#include "accounts/own_account_routes.h"

#include "accounts/user_body.h"
#include "kitchen/text.h"

namespace kitchen::auth {
namespace {

using http::BodyFields;
using http::Request;
using http::Response;
using http::Route;

struct EmailChange {
    std::string email, password;

    static void describe(BodyFields<EmailChange>& field) {
        field.named("EmailChange");
        auth::email(field("email", &EmailChange::email));
        secret(field("password", &EmailChange::password), 1, 1024).describe("The current one");
    }
};

struct PhoneChange {
    std::string phone_number, password;

    static void describe(BodyFields<PhoneChange>& field) {
        field.named("PhoneChange");
        auth::phone_number(field("phone_number", &PhoneChange::phone_number));
        secret(field("password", &PhoneChange::password), 1, 1024).describe("The current one");
    }
};

struct ContactCode {
    std::string otp;

    static void describe(BodyFields<ContactCode>& field) {
        field.named("ContactCode");
        one_time_code(field("otp", &ContactCode::otp));
    }
};

struct ContactCodeSent {
    const char* message = "";
    std::int64_t expires_in = 0;

    static void describe(BodyFields<ContactCodeSent>& field) {
        field.named("ContactCodeSent");
        field("message", [](const ContactCodeSent& sent) { return sent.message; });
        field("expires_in", &ContactCodeSent::expires_in)
            .describe("Seconds until the code expires");
    }
};

struct Deletion {
    std::string password;

    static void describe(BodyFields<Deletion>& field) {
        field.named("Deletion");
        secret(field("password", &Deletion::password), 1, 1024).describe("The current one");
    }
};

/// What the second route of a change does.
http::Handler finish(ContactChangeService& contacts) {
    return [&contacts](Request& request) -> Result<Response> {
        const auto user = contacts.verify(asker_of(request), request.read<ContactCode>().otp);
        if (!user) return user.error();
        return Response::json(200, *user);
    };
}

Response sent(const char* message, std::chrono::milliseconds valid_for) {
    return Response::json(
        200, ContactCodeSent{message, std::chrono::floor<std::chrono::seconds>(valid_for).count()});
}

}  // namespace

Asker asker_of(const Request& request) {
    return {.user_id = request.who().user_id,
            .family_id = parse_number(request.who().token_id).value_or(0),
            .client_address = request.client_address};
}

void OwnAccountRoutes::declare(Setup& setup) {
    declare_email(setup);
    if (phones_) declare_phone(setup, *phones_);
    declare_end(setup);
}

void OwnAccountRoutes::declare_email(Setup& setup) {
    setup.add_route(
        Route::post("/me/email/")
            .summary("Begin to change the own email address")
            .describe("Mails a code to the new address; POST /me/email/verify/ with it makes the "
                      "change. The code before is void.")
            .signed_in()
            .body<EmailChange>()
            .answers<ContactCodeSent>(200, "The code is on its way")
            .answers(409, "There is an account with this email address")
            .answers(422, "Not the password, or the address of the account already")
            .answers(429, "Too many changes, or wrong passwords")
            .answers(503, "Too busy at this moment; try again after Retry-After")
            .handle([this](Request& request) -> Result<Response> {
                const auto wanted = request.read<EmailChange>();
                const auto left = emails_.start(asker_of(request), wanted.email, wanted.password);
                if (!left) return left.error();
                return sent("OTP sent to your new email address", *left);
            }));
    setup.add_route(Route::post("/me/email/verify/")
                        .summary("Finish to change the own email address")
                        .describe("Ends every other sign-in; the old address gets a notice.")
                        .signed_in()
                        .body<ContactCode>()
                        .answers<User>(200, "The account as changed")
                        .answers(401, "Wrong code; attempts_left tells how many tries remain")
                        .answers(404, "No change is waiting, or it has expired")
                        .answers(409, "The email address was taken meanwhile")
                        .answers(422, "Not six digits")
                        .answers(429, "The last wrong code: begin again")
                        .handle(finish(emails_)));
}

void OwnAccountRoutes::declare_phone(Setup& setup, ContactChangeService& phones) {
    setup.add_route(
        Route::post("/me/phone/")
            .summary("Begin to confirm a phone number")
            .describe("Sends a code by SMS, to another number or the present one; POST "
                      "/me/phone/verify/ with it confirms it. The code before is void.")
            .signed_in()
            .body<PhoneChange>()
            .answers<ContactCodeSent>(200, "The code is on its way")
            .answers(409, "There is an account with this phone number")
            .answers(422, "Not the password, no number, or one that is confirmed already")
            .answers(429, "Too many changes, or wrong passwords")
            .answers(503, "Too busy at this moment; try again after Retry-After")
            .handle([&phones](Request& request) -> Result<Response> {
                const auto wanted = request.read<PhoneChange>();
                const auto left =
                    phones.start(asker_of(request), wanted.phone_number, wanted.password);
                if (!left) return left.error();
                return sent("OTP sent to your phone number", *left);
            }));
    setup.add_route(
        Route::post("/me/phone/verify/")
            .summary("Finish to confirm a phone number")
            .describe("From now on it signs in. Ends every other sign-in; the email address gets a "
                      "notice.")
            .signed_in()
            .body<ContactCode>()
            .answers<User>(200, "The account as changed")
            .answers(401, "Wrong code; attempts_left tells how many tries remain")
            .answers(404, "No change is waiting, or it has expired")
            .answers(409, "The phone number was taken meanwhile")
            .answers(422, "Not six digits")
            .answers(429, "The last wrong code: begin again")
            .handle(finish(phones)));
}

void OwnAccountRoutes::declare_end(Setup& setup) {
    setup.add_route(
        Route::get("/me/export/")
            .summary("Everything that is kept about the own account")
            .describe("A member for each part of the service, with a list for each kind of thing.")
            .signed_in()
            .scope("export")
            .answers(200, "The data", http::Schema::object({}).open().named("PersonalData"))
            .response_header("Content-Disposition", "The name of the file")
            .handle([this](Request& request) -> Result<Response> {
                const auto all = personal_.export_of(request.who().user_id);
                if (!all) return all.error();
                return Response::json(200, *all).with_header(
                    "Content-Disposition", "attachment; filename=\"chuks-kitchen-data.json\"");
            }));
    setup.add_route(
        Route::del("/me/")
            .summary("Delete the own account")
            .describe("For good. Orders stay in the books without name, phone number and address; "
                      "everything else about the person goes.")
            .signed_in()
            .body<Deletion>()
            .answers(204, "Deleted")
            .answers(409,
                     "An order is on its way (account_busy), or this is the last "
                     "administrator (last_admin)")
            .answers(422, "Not the password")
            .answers(429, "Too many wrong passwords")
            .handle([this](Request& request) -> Result<Response> {
                const Status done =
                    personal_.delete_account(asker_of(request), request.read<Deletion>().password);
                if (!done) return done.error();
                return Response::no_content();
            }));
}

}  // namespace kitchen::auth

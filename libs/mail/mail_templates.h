// What the mails of a plugin say: for each mail a subject, a text and an HTML template, built in,
// or all from a folder of the operator's.
//
// Templates are mustache (https://mustache.github.io/mustache.5.html): {{name}}, {{#section}},
// {{^section}}, {{! comment}}. Left out on purpose: partials and other delimiters. In HTML every
// value is escaped, and what asks for an unescaped one is refused.
//
//     constexpr MailTemplate mails[] = {{"signup_code", "Your code", "Your code is {{code}}\n",
//     "<p>{{code}}</p>", "code minutes"}}; MailTemplates templates(mails, folder); Mail mail =
//     templates.render("signup_code", Json::object({{"code", "493817"}, {"minutes", "10
//     minutes"}}));
//
// Thread-safety: immutable once constructed.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/json.h"
#include "kitchen/mailer.h"
#include "kitchen/settings.h"

namespace kitchen {

struct MailTemplate {
    std::string_view name;  ///< of its files: NAME.subject, NAME.txt, NAME.html
    /// With a subject alone it is a message of one line, as SMS are; the name is then that of its
    /// only file.
    std::string_view subject, text, html;
    /// What it may use, separated by spaces; also names inside sections.
    std::string_view variables;
};

/// Reports every fault of a folder that a setting names, for its check(): `read` makes the
/// templates.
template <class Read>
void check_templates(const std::filesystem::path& folder, Problems& problems, Read&& read) {
    try {
        read();
    } catch (const std::runtime_error& wrong) {
        std::istringstream faults(wrong.what());
        for (std::string fault; std::getline(faults, fault);) problems.at(folder, fault);
    }
}

class MailTemplates {
public:
    /// Reads NAME.subject, NAME.txt and NAME.html of every mail from `folder`; "" for the built-in
    /// ones. Throws std::runtime_error, whose text names the file, the line and the fault of each
    /// template that is missing or wrong, all of them at once. Templates are parsed here, once.
    MailTemplates(std::span<const MailTemplate> defaults, const std::filesystem::path& folder);

    /// Subject, text and html; recipient and key are left empty. `data` is an object of strings,
    /// booleans, integers, objects and arrays of such; null counts as false. White space in the
    /// subject is joined to single spaces, so that no value can end its line. Throws
    /// std::logic_error for a name that was not among the defaults.
    Mail render(std::string_view name, const Json& data) const;

    ~MailTemplates();

private:
    struct Parsed;
    std::vector<std::unique_ptr<Parsed>> mails_;
};

}  // namespace kitchen

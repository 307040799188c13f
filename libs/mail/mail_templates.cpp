#include "mail_templates.h"

#include <algorithm>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <system_error>

#include <kainjow/mustache.hpp>

#include "kitchen/text.h"
#include "kitchen/utf8.h"

namespace kitchen {
namespace {

namespace mustache = kainjow::mustache;

constexpr std::size_t largest = 256 * 1024;

enum class Kind { subject, text, html };

std::string line_at(std::string_view text, std::size_t offset) {
    return std::to_string(
        1 + std::count(text.begin(),
                       text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size())),
                       '\n'));
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view without_space(std::string_view text) { return without_blanks(text, " \t\r\n"); }

bool is_listed(std::string_view words, std::string_view word) {
    for (std::size_t start = 0; start < words.size();) {
        const std::size_t end = std::min(words.find(' ', start), words.size());
        if (words.substr(start, end - start) == word) return true;
        start = end + 1;
    }
    return false;
}

// "." and "a.b" are names of mustache too.
bool is_known(std::string_view variables, std::string_view name) {
    if (name == ".") return true;
    for (;;) {
        const std::size_t dot = name.find('.');
        if (!is_listed(variables, name.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        name.remove_prefix(dot + 1);
    }
}

/// What is wrong with one tag; "" when nothing is. `inside` is what stands between the braces.
std::string fault_of_tag(std::string_view inside, bool triple, Kind kind,
                         std::string_view variables) {
    inside = without_space(inside);
    const char sigil = inside.empty() ? ' ' : inside.front();
    if (sigil == '!') return {};
    if (sigil == '=') return "the delimiters cannot be changed";
    if (sigil == '>') return "there are no partials";
    const bool unescaped = triple || sigil == '&';
    if (unescaped && kind == Kind::html)
        return "'" + std::string(inside) + "' asks for text that is not escaped; write {{name}}";
    if (sigil == '#' || sigil == '^' || sigil == '/' || sigil == '&')
        inside = without_space(inside.substr(1));
    if (is_known(variables, inside)) return {};
    std::string known(variables);
    for (std::size_t at = 0; (at = known.find(' ', at)) != std::string::npos; at += 2)
        known.replace(at, 1, ", ");
    return "'" + std::string(inside) + "' is not known here; there are: " + known;
}

/// "line: fault" for the first fault; "" for none.
std::string fault_of(const std::string& text, Kind kind, std::string_view variables) {
    if (text.size() > largest) return "1: larger than 256 KiB";
    if (!utf8::is_valid(text)) return "1: not UTF-8";
    if (text.find('\0') != std::string::npos)
        return line_at(text, text.find('\0')) + ": holds a NUL";
    for (std::size_t at = 0; (at = text.find("{{", at)) != std::string::npos;) {
        const bool triple = text.compare(at, 3, "{{{") == 0;
        const std::size_t start = at + (triple ? 3 : 2),
                          end = text.find(triple ? "}}}" : "}}", start);
        if (end == std::string::npos) return line_at(text, at) + ": a tag that is not closed";
        const std::string fault = fault_of_tag(std::string_view(text).substr(start, end - start),
                                               triple, kind, variables);
        if (!fault.empty()) return line_at(text, at) + ": " + fault;
        at = end + (triple ? 3 : 2);
    }
    const mustache::mustache parsed(text);
    if (parsed.is_valid()) {
        if (kind != Kind::html && without_space(text).empty()) return "1: empty";
        if (kind == Kind::subject && without_space(text).find('\n') != std::string_view::npos)
            return "2: a subject is one line";
        return {};
    }
    // "Unclosed section "x" at 123": its place as a line.
    const std::string& message = parsed.error_message();
    const std::size_t at = message.rfind(" at ");
    if (at == std::string::npos) return "1: " + message;
    return line_at(text, std::stoul(message.substr(at + 4))) + ": " + message.substr(0, at);
}

std::string read(const std::filesystem::path& file, std::string& fault) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) {
        fault = "there is no such file";
        return {};
    }
    std::ifstream in(file, std::ios::binary);
    std::string text(largest + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (in.bad() || !in.eof())
        fault = in.bad() || !in.gcount() ? "cannot be read" : "larger than 256 KiB";
    return text;
}

mustache::data to_data(const Json& value) {
    if (value.is_null()) return mustache::data(false);
    if (value.is_bool()) return mustache::data(value.as_bool());
    if (value.is_string()) return mustache::data(value.as_string());
    if (value.is_array()) {
        mustache::data list(mustache::data::type::list);
        for (const Json& item : value.as_array()) list.push_back(to_data(item));
        return list;
    }
    if (!value.is_object()) return mustache::data(value.dump());
    mustache::data object;
    for (const auto& [name, member] : value.as_object()) object.set(name, to_data(member));
    return object;
}

std::string one_line(const std::string& text) {
    std::string line;
    for (const char c : without_space(text)) {
        if (!is_space(c))
            line += c;
        else if (!line.ends_with(' '))
            line += ' ';
    }
    return line;
}

}  // namespace

struct MailTemplates::Parsed {
    Parsed(std::string_view name_, const std::string& subject_, const std::string& text_,
           const std::string& html_)
        : name(name_), subject(subject_), text(text_), html(html_) {
        for (mustache::mustache* plain : {&subject, &text})
            plain->set_custom_escape([](const std::string& value) { return value; });
    }

    const std::string name;
    std::mutex mutex;  ///< kainjow's objects may not be rendered by two threads at once
    mustache::mustache subject, text, html;
};

MailTemplates::~MailTemplates() = default;

MailTemplates::MailTemplates(std::span<const MailTemplate> defaults,
                             const std::filesystem::path& folder) {
    std::string faults;
    for (const MailTemplate& mail : defaults) {
        std::string subject(mail.subject), plain(mail.text), html(mail.html);
        const bool is_line = plain.empty() && html.empty();
        const auto take = [&](std::string& text, const char* extension, Kind kind) {
            std::filesystem::path file = std::string(mail.name) + extension;
            std::string fault;
            if (!folder.empty()) {
                file = folder / file;
                text = read(file, fault);
            }
            if (!fault.empty())
                fault = ": " + fault;
            else if (fault = fault_of(text, kind, mail.variables); !fault.empty())
                fault = ":" + fault;
            if (!fault.empty()) faults += (faults.empty() ? "" : "\n") + file.string() + fault;
        };
        take(subject, is_line ? "" : ".subject", Kind::subject);
        if (!is_line) {
            take(plain, ".txt", Kind::text);
            take(html, ".html", Kind::html);
        }
        if (faults.empty())
            mails_.push_back(std::make_unique<Parsed>(mail.name, subject, plain, html));
    }
    if (!faults.empty()) throw std::runtime_error(faults);
}

Mail MailTemplates::render(std::string_view name, const Json& data) const {
    const auto found = std::find_if(mails_.begin(), mails_.end(),
                                    [&](const auto& mail) { return mail->name == name; });
    if (found == mails_.end()) throw std::logic_error("no mail template " + std::string(name));
    Parsed& parsed = **found;
    const mustache::data values = to_data(data);
    Mail mail;
    const std::lock_guard lock(parsed.mutex);
    mail.subject = one_line(parsed.subject.render(values));
    mail.text = parsed.text.render(values);
    mail.html = parsed.html.render(values);
    return mail;
}

}  // namespace kitchen

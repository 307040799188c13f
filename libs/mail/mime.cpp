#include "mime.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

#include "kitchen/text.h"
#include "kitchen/utf8.h"

namespace kitchen::mime {

namespace {

constexpr std::string_view crlf = "\r\n";
constexpr std::size_t longest_line = 998;    // RFC 5322 2.1.1, without the CRLF
constexpr std::size_t preferred_line = 78;   // likewise
constexpr std::size_t longest_word = 75;     // RFC 2047 2: an encoded word
constexpr std::size_t longest_qp_line = 76;  // RFC 2045 6.7
constexpr std::string_view hex = "0123456789ABCDEF";

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

void append_escaped(std::string& out, char c) {
    out += '=';
    out += hex[static_cast<unsigned char>(c) >> 4];
    out += hex[static_cast<unsigned char>(c) & 15];
}

// RFC 2047 encoded words (Q), one a line, never cutting a character in two.
std::string encoded_words(std::string_view text) {
    constexpr std::string_view open = "=?UTF-8?Q?", close = "?=";
    std::string out, word(open);
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = utf8::sequence_length(text, i);
        std::string character;
        for (const char c : text.substr(i, length)) {
            if (is_ascii_alphanumeric(c))
                character += c;
            else if (c == ' ')
                character += '_';
            else
                append_escaped(character, c);
        }
        if (word.size() + character.size() + close.size() > longest_word) {
            out.append(word).append(close).append("\r\n ");
            word = open;
        }
        word += character;
        i += length;
    }
    return out.append(word).append(close);
}

// Text that a header may carry as it is, on a line that begins with `used` bytes.
bool is_plain(std::string_view text, std::size_t used) {
    return is_ascii(text) && used + text.size() <= preferred_line &&
           text.find("=?") == std::string_view::npos &&
           (text.empty() || (text.front() != ' ' && text.back() != ' '));
}

std::string subject_header(std::string_view subject) {
    constexpr std::string_view name = "Subject: ";
    if (is_plain(subject, name.size())) return std::string(name).append(subject).append(crlf);
    // On a line of its own, so that an encoded word of full length fits.
    return std::string("Subject:\r\n ").append(encoded_words(subject)).append(crlf);
}

// RFC 5322 3.2.3: a name of letters, digits and spaces stands as it is, any other in quotes. Bytes
// above ASCII need none.
std::string quoted_if_needed(std::string_view name) {
    const auto plain = [](char c) {
        return is_ascii_alphanumeric(c) || c == ' ' || static_cast<unsigned char>(c) >= 0x80;
    };
    if (std::all_of(name.begin(), name.end(), plain)) return std::string(name);
    std::string out = "\"";
    for (const char c : name) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out += '"';
}

std::string from_header(const Mailbox& from) {
    if (from.name.empty()) return "From: " + from.address + "\r\n";
    const std::string address = "<" + from.address + ">\r\n";
    if (!is_plain(from.name, 6)) return "From:\r\n " + encoded_words(from.name) + "\r\n " + address;
    const std::string name = quoted_if_needed(from.name);
    const bool fits = name.size() + address.size() + 7 <= preferred_line;
    return "From: " + name + (fits ? " " : "\r\n ") + address;
}

std::string date_header(Timestamp at) {
    using namespace std::chrono;
    static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = floor<std::chrono::days>(at);
    const year_month_day date(day);
    const hh_mm_ss time(floor<seconds>(at - day));
    std::array<char, 64> line{};
    std::snprintf(line.data(), line.size(), "Date: %s, %02u %s %04d %02d:%02d:%02d +0000\r\n",
                  days[weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                  months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()));
    return line.data();
}

// Every line end as CRLF, the last line ended.
std::string with_crlf(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 64);
    for (const char c : text) {
        if (c == '\n' && (out.empty() || out.back() != '\r')) out += '\r';
        out += c;
    }
    if (!out.ends_with(crlf)) out += crlf;
    return out;
}

// Lines that SMTP carries unchanged: no NUL, no CR that ends no line, none too long.
bool is_transparent(std::string_view text) {
    std::size_t start = 0;
    while (start < text.size()) {
        const std::size_t end = text.find(crlf, start);
        const std::string_view line = text.substr(start, end - start);
        if (line.size() > longest_line || line.find('\r') != line.npos ||
            line.find('\0') != line.npos)
            return false;
        start = end + crlf.size();
    }
    return true;
}

std::string quoted_printable(std::string_view text) {
    std::string out, line;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i, 2) == crlf) {
            out.append(line).append(crlf);
            line.clear();
            ++i;
            continue;
        }
        const char c = text[i];
        const bool before_line_end = text.substr(i + 1, 2) == crlf;
        const bool as_it_is =
            (c > ' ' && c < 0x7f && c != '=') || ((c == ' ' || c == '\t') && !before_line_end);
        std::string piece;
        if (as_it_is)
            piece = c;
        else
            append_escaped(piece, c);
        if (line.size() + piece.size() + (before_line_end ? 0 : 1) > longest_qp_line) {
            out.append(line).append("=\r\n");
            line.clear();
        }
        line += piece;
    }
    return out.append(line);
}

struct Part {
    std::string headers;
    std::string body;
    bool eight_bit = false;
};

Part make_part(std::string_view type, std::string_view text, bool seven_bit) {
    Part part;
    part.body = with_crlf(text);
    std::string_view encoding = "quoted-printable";
    if (is_transparent(part.body) && !(seven_bit && !is_ascii(part.body))) {
        part.eight_bit = !is_ascii(part.body);
        encoding = part.eight_bit ? "8bit" : "7bit";
    } else {
        part.body = quoted_printable(part.body);
    }
    part.headers.append("Content-Type: ")
        .append(type)
        .append("; charset=utf-8\r\nContent-Transfer-Encoding: ");
    part.headers.append(encoding).append(crlf);
    return part;
}

std::string alternative(const Part& text, const Part& html, const std::string& id) {
    std::string boundary = "=_" + id;
    while (text.body.find("--" + boundary) != std::string::npos ||
           html.body.find("--" + boundary) != std::string::npos)
        boundary += '_';
    std::string out = "Content-Type: multipart/alternative;\r\n boundary=\"" + boundary + "\"\r\n";
    // RFC 2045 6.4: a composite says 8bit when a part does.
    out.append("Content-Transfer-Encoding: ")
        .append(text.eight_bit || html.eight_bit ? "8bit" : "7bit")
        .append(crlf);
    for (const Part* part : {&text, &html})
        out.append("\r\n--")
            .append(boundary)
            .append(crlf)
            .append(part->headers)
            .append(crlf)
            .append(part->body);
    return out.append("\r\n--").append(boundary).append("--\r\n");
}

bool is_header_text(std::string_view text) {
    return utf8::is_valid(text) && std::none_of(text.begin(), text.end(), is_control);
}

bool is_local_part(std::string_view text) {
    if (text.size() >= 3 && text.front() == '"' && text.back() == '"') {
        text = text.substr(1, text.size() - 2);
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '"' || (text[i] == '\\' && ++i == text.size())) return false;
            if (text[i] < 0x20 || text[i] > 0x7e) return false;
        }
        return true;
    }
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return is_ascii_alphanumeric(c) ||
               std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
    });
}

Error bad_address(const char* which) {
    return Error(Errc::unprocessable, "mail_address_invalid",
                 "The mail cannot be sent: an address is not of the form name@domain.")
        .with_subject(which);
}

}  // namespace

bool is_address(std::string_view text) {
    const std::size_t at = text.rfind('@');
    if (text.size() > 254 || at == std::string_view::npos) return false;
    const std::string_view domain = text.substr(at + 1);
    return is_local_part(text.substr(0, at)) && !domain.empty() &&
           std::all_of(domain.begin(), domain.end(),
                       [](char c) { return is_ascii_alphanumeric(c) || c == '-' || c == '.'; });
}

std::optional<Mailbox> parse_mailbox(std::string_view text) {
    text = without_blanks(text);
    if (is_address(text)) return Mailbox{"", std::string(text)};
    const std::size_t open = text.rfind('<');
    if (open == std::string_view::npos || !text.ends_with('>')) return std::nullopt;
    Mailbox box{"", std::string(text.substr(open + 1, text.size() - open - 2))};
    std::string_view name = without_blanks(text.substr(0, open));
    const bool quoted = name.size() >= 2 && name.starts_with('"') && name.ends_with('"');
    if (quoted) name = name.substr(1, name.size() - 2);
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (quoted && name[i] == '\\' && i + 1 < name.size()) ++i;
        box.name += name[i];
    }
    if (!is_address(box.address) || !is_header_text(box.name)) return std::nullopt;
    return box;
}

void check_sender(const std::string& from, Problems& problems) {
    if (!parse_mailbox(from))
        problems.at(from, "write it as 'Name <name@domain>' or 'name@domain'");
}

std::string to_text(const Mailbox& mailbox) {
    if (mailbox.name.empty()) return mailbox.address;
    return quoted_if_needed(mailbox.name) + " <" + mailbox.address + ">";
}

Status check(const Message& message) {
    if (!is_address(message.to)) return bad_address("to");
    if (!is_address(message.from.address) || !is_header_text(message.from.name))
        return bad_address("from");
    if (!is_header_text(message.subject))
        return Error(Errc::unprocessable, "mail_subject_invalid",
                     "The mail cannot be sent: its subject is not one line of UTF-8 text.");
    if (!utf8::is_valid(message.text) || !utf8::is_valid(message.html))
        return Error(Errc::unprocessable, "mail_text_invalid",
                     "The mail cannot be sent: its text is not UTF-8.");
    return {};
}

Result<std::string> build(const Message& message) {
    if (Status good = check(message); !good) return std::move(good).error();

    const std::string domain = message.from.address.substr(message.from.address.rfind('@') + 1);
    std::string out = date_header(message.date) + from_header(message.from);
    out.append("To: ").append(message.to).append(crlf).append(subject_header(message.subject));
    out.append("Message-ID: <")
        .append(message.id)
        .append("@")
        .append(domain)
        .append(">\r\nMIME-Version: 1.0\r\n");
    const Part text = make_part("text/plain", message.text, message.seven_bit);
    if (message.html.empty()) return out.append(text.headers).append(crlf).append(text.body);
    return out.append(
        alternative(text, make_part("text/html", message.html, message.seven_bit), message.id));
}

}  // namespace kitchen::mime

#include "mime.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

namespace kitchen::mime {
namespace {

using namespace std::string_literals;

Message a_message() {
    return {{"Chuks Kitchen", "no-reply@chuks-kitchen.example"},
            "ada@example.com",
            "Your code",
            "Your code is 493817.\n",
            "",
            *parse_rfc3339("2026-03-05T07:08:09.123Z"),
            "abcdef",
            false};
}

std::vector<std::string> lines_of(const std::string& mail) {
    std::vector<std::string> lines;
    for (std::size_t start = 0; start < mail.size();) {
        const std::size_t end = mail.find("\r\n", start);
        EXPECT_NE(end, std::string::npos) << "the mail does not end with CRLF";
        if (end == std::string::npos) break;
        lines.push_back(mail.substr(start, end - start));
        start = end + 2;
    }
    return lines;
}

// Undoes quoted-printable.
std::string decode_qp(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '=')
            out += text[i];
        else if (text.substr(i, 3) == "=\r\n")
            i += 2;
        else {
            out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
            i += 2;
        }
    }
    return out;
}

// The words of an encoded header, each checked, decoded and joined.
std::string decode_words(const std::string& header) {
    std::istringstream in(header);
    std::string word, out;
    while (in >> word) {
        EXPECT_LE(word.size(), 75u);
        EXPECT_TRUE(word.starts_with("=?UTF-8?Q?") && word.ends_with("?=")) << word;
        std::string inside = word.substr(10, word.size() - 12);
        std::replace(inside.begin(), inside.end(), '_', ' ');
        const std::string decoded = decode_qp(inside);
        EXPECT_NE(static_cast<unsigned char>(decoded[0]) & 0xc0, 0x80)
            << "a character is cut in two";
        out += decoded;
    }
    return out;
}

std::string subject_of(const std::string& mail) {
    const std::size_t start = mail.find("Subject:") + 8;
    return mail.substr(start, mail.find("Message-ID:") - start);
}

std::string body_of(const std::string& mail) { return mail.substr(mail.find("\r\n\r\n") + 4); }

TEST(Mime, APlainMail) {
    EXPECT_EQ(build(a_message()).value(),
              "Date: Thu, 05 Mar 2026 07:08:09 +0000\r\n"
              "From: Chuks Kitchen <no-reply@chuks-kitchen.example>\r\n"
              "To: ada@example.com\r\n"
              "Subject: Your code\r\n"
              "Message-ID: <abcdef@chuks-kitchen.example>\r\n"
              "MIME-Version: 1.0\r\n"
              "Content-Type: text/plain; charset=utf-8\r\n"
              "Content-Transfer-Encoding: 7bit\r\n"
              "\r\n"
              "Your code is 493817.\r\n");
}

TEST(Mime, TextAndHtmlAreAlternatives) {
    Message message = a_message();
    message.text = "one ₦\n";
    message.html = "<p>one</p>";
    const std::string mail = build(message).value();
    EXPECT_EQ(mail.substr(mail.find("Content-Type")),
              "Content-Type: multipart/alternative;\r\n boundary=\"=_abcdef\"\r\n"
              "Content-Transfer-Encoding: 8bit\r\n"
              "\r\n--=_abcdef\r\n"
              "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
              "\r\none ₦\r\n"
              "\r\n--=_abcdef\r\n"
              "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n"
              "\r\n<p>one</p>\r\n"
              "\r\n--=_abcdef--\r\n");
}

TEST(Mime, TheBoundaryIsNotInAPart) {
    Message message = a_message();
    message.text = "--=_abcdef\n--=_abcdef_\n";
    message.html = "x";
    EXPECT_NE(build(message).value().find("boundary=\"=_abcdef__\""), std::string::npos);
}

TEST(Mime, LineEndsBecomeCrlf) {
    Message message = a_message();
    message.text = "a\nb\r\nc";
    EXPECT_EQ(body_of(build(message).value()), "a\r\nb\r\nc\r\n");
}

TEST(Mime, NonAsciiTextStaysReadable) {
    Message message = a_message();
    message.text = "Oúnjẹ ₦2 800 🍚\n";
    const std::string mail = build(message).value();
    EXPECT_NE(mail.find("Content-Transfer-Encoding: 8bit\r\n"), std::string::npos);
    EXPECT_EQ(body_of(mail), "Oúnjẹ ₦2 800 🍚\r\n");
}

TEST(Mime, SevenBitsAreEnough) {
    Message message = a_message();
    message.seven_bit = true;
    EXPECT_NE(build(message).value().find("Content-Transfer-Encoding: 7bit\r\n"),
              std::string::npos);
    message.text = "Oúnjẹ ₦2 800 🍚\r\n";
    message.html = "<p>₦</p>\r\n";
    const std::string mail = build(message).value();
    EXPECT_TRUE(std::all_of(mail.begin(), mail.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x80;
    })) << mail;
    EXPECT_NE(mail.find("boundary=\"=_abcdef\"\r\nContent-Transfer-Encoding: 7bit\r\n"),
              std::string::npos);
    const auto part = [&](const std::string& type) {
        const std::size_t start = mail.find("\r\n\r\n", mail.find("Content-Type: " + type)) + 4;
        return decode_qp(mail.substr(start, mail.find("\r\n--=_", start) - start));
    };
    EXPECT_EQ(part("text/plain"), message.text);
    EXPECT_EQ(part("text/html"), message.html);
}

TEST(Mime, LongLinesAndOddBytesAreQuotedPrintable) {
    for (const std::string& text :
         {std::string(998, 'x') + "y\r\n", "nul\0 in it\r\n"s, "a bare \r here\r\n"s,
          std::string(400, '=') + " ₦ \t" + std::string(900, '.') + " \r\n \r\nend\r\n"}) {
        Message message = a_message();
        message.text = text;
        const std::string mail = build(message).value();
        EXPECT_NE(mail.find("Content-Transfer-Encoding: quoted-printable\r\n"), std::string::npos);
        for (const std::string& line : lines_of(body_of(mail))) {
            EXPECT_LE(line.size(), 76u);
            EXPECT_FALSE(line.ends_with(' ') || line.ends_with('\t'));
            EXPECT_TRUE(std::all_of(line.begin(), line.end(),
                                    [](char c) { return (c >= ' ' && c < 0x7f) || c == '\t'; }));
        }
        EXPECT_EQ(decode_qp(body_of(mail)), text);
    }
    Message longest = a_message();
    longest.text = std::string(998, 'x');
    EXPECT_NE(build(longest).value().find("Content-Transfer-Encoding: 7bit\r\n"),
              std::string::npos);
}

TEST(Mime, SubjectsThatAreNotPlainAreEncodedWords) {
    for (const std::string& subject :
         {"Ẹ kú àbọ̀: jollof is ready 🍚"s, std::string(2000, 's'), "=?UTF-8?Q?x?="s, " x"s, "x "s,
          "under_score = é?"s, std::string("🍚🍚🍚🍚🍚🍚🍚🍚🍚🍚🍚🍚🍚")}) {
        Message message = a_message();
        message.subject = subject;
        const std::string mail = build(message).value();
        EXPECT_EQ(decode_words(subject_of(mail)), subject);
        for (const std::string& line : lines_of(mail)) EXPECT_LE(line.size(), 78u);
    }
}

TEST(Mime, WhatCannotBeAHeaderIsRefused) {
    for (const std::string& bad :
         {"a\rb"s, "a\nb"s, "a\0b"s, "a\x1b[0m"s, "a\x7f"s, "a\tb"s, "\xff"s, "\xc0\xaf"s,
          "\xed\xa0\x80"s, "\xf5\x80\x80\x80"s, "cut \xe2\x82"s}) {
        Message message = a_message();
        message.subject = bad;
        const auto refused = build(message);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, "mail_subject_invalid");
        EXPECT_EQ(refused.error().kind, Errc::unprocessable);
    }
}

TEST(Mime, TextThatIsNotUtf8IsRefused) {
    Message text = a_message();
    text.text = "caf\xe9";
    EXPECT_EQ(build(text).error().code, "mail_text_invalid");
    Message html = a_message();
    html.html = "caf\xe9";
    EXPECT_EQ(build(html).error().code, "mail_text_invalid");
}

TEST(Mime, Addresses) {
    for (const char* good : {"ada@example.com", "a.b+c@sub.example.com", "\"a b\"@example.com",
                             "\"a\\\"b\"@example.com", "o'neil@example.com"})
        EXPECT_TRUE(is_address(good)) << good;
    for (const std::string& bad :
         {""s, "ada"s, "@example.com"s, "ada@"s, "a b@example.com"s, "a,b@example.com"s,
          "<a@example.com>"s, "a@example.com\r\n"s, "a\0@example.com"s, "a@exa mple.com"s,
          "\"a\"b\"@example.com"s, "\"a\\\\\"b\"@example.com"s, "\"a\\\"@example.com"s,
          "adá@example.com"s, "a@example.com, b"s, std::string(250, 'a') + "@example.com"})
        EXPECT_FALSE(is_address(bad)) << bad;
    Message message = a_message();
    message.to = "a@example.com, b@example.com";
    EXPECT_EQ(build(message).error().subject, "to");
    message = a_message();
    message.from.name = "two\nlines";
    EXPECT_EQ(build(message).error().subject, "from");
}

TEST(Mime, Mailboxes) {
    const auto read = [](std::string_view text) {
        const auto box = parse_mailbox(text);
        return box ? box->name + "|" + box->address : "none";
    };
    EXPECT_EQ(read("a@example.com"), "|a@example.com");
    EXPECT_EQ(read("<a@example.com>"), "|a@example.com");
    EXPECT_EQ(read("Chuks Kitchen <a@example.com>"), "Chuks Kitchen|a@example.com");
    EXPECT_EQ(read(" \"Chuks, \\\"the\\\" cook\" <a@example.com> "),
              "Chuks, \"the\" cook|a@example.com");
    for (const char* bad : {"", "Chuks", "Chuks <a>", "Chuks <a@example.com", "a@example.com>",
                            "x\n <a@example.com>"})
        EXPECT_EQ(read(bad), "none") << bad;
}

TEST(Mime, MailboxesAsText) {
    EXPECT_EQ(to_text({"", "a@example.com"}), "a@example.com");
    EXPECT_EQ(to_text({"Ẹnu Kitchen", "a@example.com"}), "Ẹnu Kitchen <a@example.com>");
    for (const Mailbox& box : {Mailbox{"Chuks, \"the\" \\ cook", "a@example.com"},
                               Mailbox{"x <b@example.com>", "a@example.com"}}) {
        EXPECT_EQ(parse_mailbox(to_text(box))->name, box.name) << to_text(box);
        EXPECT_EQ(parse_mailbox(to_text(box))->address, box.address);
    }
}

TEST(Mime, SenderNames) {
    const auto from = [](std::string name) {
        Message message = a_message();
        message.from.name = std::move(name);
        const std::string mail = build(message).value();
        const std::size_t start = mail.find("From:");
        return mail.substr(start, mail.find("To:") - start);
    };
    EXPECT_EQ(from(""), "From: no-reply@chuks-kitchen.example\r\n");
    EXPECT_EQ(from("Chuks, \"the\" cook"),
              "From: \"Chuks, \\\"the\\\" cook\" <no-reply@chuks-kitchen.example>\r\n");
    EXPECT_EQ(from("Ẹnu"),
              "From:\r\n =?UTF-8?Q?=E1=BA=B8nu?=\r\n <no-reply@chuks-kitchen.example>\r\n");
    EXPECT_EQ(from(std::string(60, 'x')),
              "From: " + std::string(60, 'x') + "\r\n <no-reply@chuks-kitchen.example>\r\n");
}

}  // namespace
}  // namespace kitchen::mime

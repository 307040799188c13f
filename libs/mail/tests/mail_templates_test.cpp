#include "mail_templates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "kitchen/testkit/temporary_directory.h"

namespace kitchen {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr MailTemplate mails[] = {
    {"code", "Your {{shop}} code\n", "Hello {{name}},\n\nYour code is {{code}}\n",
     "<p>{{name}}</p><b>{{code}}</b>\n", "shop name code"},
    {"order", "Order {{order.id}}",
     "{{#items}}\n* {{name}}{{^last}},{{/last}}\n{{/items}}\nThank you\n",
     "<ul>{{#items}}<li>{{name}}</li>{{/items}}</ul>", "order id items name last"},
};

class MailTemplatesTest : public testing::Test {
protected:
    void write(const std::string& file, const std::string& text) {
        std::ofstream(directory.path() / file, std::ios::binary) << text;
    }
    void write_all() {
        for (const MailTemplate& mail : mails) {
            write(std::string(mail.name) + ".subject", "S");
            write(std::string(mail.name) + ".txt", "T");
            write(std::string(mail.name) + ".html", "H");
        }
    }
    /// Why the folder is refused, without its name; "" when it is not.
    std::string refusal() {
        try {
            MailTemplates templates(mails, directory.path());
        } catch (const std::runtime_error& refused) {
            std::string text = refused.what();
            const std::string prefix = directory.path().string() + "/";
            for (std::size_t at = 0; (at = text.find(prefix, at)) != std::string::npos;)
                text.erase(at, prefix.size());
            return text;
        }
        return "";
    }
    std::string refusal_of(const std::string& file, const std::string& text) {
        write_all();
        write(file, text);
        return refusal();
    }

    testkit::TemporaryDirectory directory;
};

TEST_F(MailTemplatesTest, TheBuiltInOnesAreFilledIn) {
    const Mail mail = MailTemplates(mails, "").render(
        "code", Json::object({{"shop", "Chuks"}, {"name", "Ada"}, {"code", "493817"}}));
    EXPECT_EQ(mail.subject, "Your Chuks code");
    EXPECT_EQ(mail.text, "Hello Ada,\n\nYour code is 493817\n");
    EXPECT_EQ(mail.html, "<p>Ada</p><b>493817</b>\n");
    EXPECT_EQ(mail.to + mail.idempotency_key, "");
}

TEST_F(MailTemplatesTest, ListsAndObjects) {
    const Json data =
        Json::object({{"order", Json::object({{"id", 7}})},
                      {"items", Json::array({Json::object({{"name", "Jollof & rice"}}),
                                             Json::object({{"name", "Suya"}, {"last", true}})})}});
    const Mail mail = MailTemplates(mails, "").render("order", data);
    EXPECT_EQ(mail.subject, "Order 7");
    EXPECT_EQ(mail.text, "* Jollof & rice,\n* Suya\nThank you\n");
    EXPECT_EQ(mail.html, "<ul><li>Jollof &amp; rice</li><li>Suya</li></ul>");
}

TEST_F(MailTemplatesTest, ValuesAreEscapedInHtmlOnlyAndNeverReadAsTemplates) {
    const Json data =
        Json::object({{"shop", "{{name}}"}, {"name", "<script>\"'&{{code}}"}, {"code", "1"}});
    const Mail mail = MailTemplates(mails, "").render("code", data);
    EXPECT_EQ(mail.subject, "Your {{name}} code");
    EXPECT_THAT(mail.text, HasSubstr("Hello <script>\"'&{{code}},"));
    EXPECT_THAT(mail.html, HasSubstr("<p>&lt;script&gt;&quot;&apos;&amp;{{code}}</p>"));
}

TEST_F(MailTemplatesTest, AValueCannotEndTheSubject) {
    const Mail mail = MailTemplates(mails, "").render(
        "code", Json::object({{"shop", "x\r\nBcc: victim@example.com\n\n\ty"}}));
    EXPECT_EQ(mail.subject, "Your x Bcc: victim@example.com y code");
}

TEST_F(MailTemplatesTest, AFolderTakesTheirPlace) {
    write_all();
    write("code.txt", "Kóòdù rẹ: {{code}}\n");
    write("code.subject", "\n {{shop}} \n");
    const Mail mail = MailTemplates(mails, directory.path())
                          .render("code", Json::object({{"shop", "Chuks"}, {"code", "493817"}}));
    EXPECT_EQ(mail.text, "Kóòdù rẹ: 493817\n");
    EXPECT_EQ(mail.subject, "Chuks");
    EXPECT_EQ(mail.html, "H");
}

TEST_F(MailTemplatesTest, WhatIsMissingIsNamedAllOfIt) {
    write_all();
    std::filesystem::remove(directory.path() / "code.html");
    std::filesystem::remove(directory.path() / "order.subject");
    EXPECT_EQ(refusal(), "code.html: there is no such file\norder.subject: there is no such file");
    std::filesystem::create_directory(directory.path() / "code.html");
    EXPECT_THAT(refusal(), HasSubstr("code.html: there is no such file"));
}

TEST_F(MailTemplatesTest, WhatIsWrongIsNamedWithItsLine) {
    EXPECT_EQ(refusal_of("code.txt", "Hello\n\n{{coed}}\n"),
              "code.txt:3: 'coed' is not known here; there are: shop, name, code");
    EXPECT_EQ(refusal_of("code.txt", "Hello {{code\n"), "code.txt:1: a tag that is not closed");
    EXPECT_EQ(refusal_of("code.html", "{{{code}}"), "code.html:1: a tag that is not closed");
    EXPECT_EQ(refusal_of("code.html", "<p>\n{{{code}}}"),
              "code.html:2: 'code' asks for text that is not escaped; write {{name}}");
    EXPECT_EQ(refusal_of("code.html", "{{&code}}"),
              "code.html:1: '&code' asks for text that is not escaped; write {{name}}");
    EXPECT_EQ(refusal_of("code.html", "{{> header}}"), "code.html:1: there are no partials");
    EXPECT_EQ(refusal_of("code.html", "{{=<% %>=}}"),
              "code.html:1: the delimiters cannot be changed");
    EXPECT_EQ(refusal_of("code.txt", "\n\n{{#code}}x"), "code.txt:3: Unclosed section \"code\"");
    EXPECT_EQ(refusal_of("code.txt", "\n{{#code}}x{{/name}}"),
              "code.txt:2: Unclosed section \"code\"");
    EXPECT_EQ(refusal_of("code.txt", "x{{/code}}"), "code.txt:1: Unopened section \"code\"");
    EXPECT_EQ(refusal_of("code.txt", " \n"), "code.txt:1: empty");
    EXPECT_EQ(refusal_of("code.txt", "caf\xe9"), "code.txt:1: not UTF-8");
    EXPECT_EQ(refusal_of("code.txt", std::string("a\n\0", 3)), "code.txt:2: holds a NUL");
    EXPECT_EQ(refusal_of("code.subject", "one\ntwo\n"), "code.subject:2: a subject is one line");
    EXPECT_EQ(refusal_of("code.subject", ""), "code.subject:1: empty");
    EXPECT_EQ(
        refusal_of("order.txt", "{{order.idd}}"),
        "order.txt:1: 'order.idd' is not known here; there are: order, id, items, name, last");
    EXPECT_EQ(refusal_of("code.txt", std::string(256 * 1024 + 1, 'x')),
              "code.txt: larger than 256 KiB");
    EXPECT_EQ(refusal_of("code.txt", "{{}}"),
              "code.txt:1: '' is not known here; there are: shop, name, code");
}

TEST_F(MailTemplatesTest, WhatIsRightIsTaken) {
    EXPECT_EQ(refusal_of("code.txt", "{{! anything <> at all }}{{{code}}} {{&name}} {{#items}}"),
              "code.txt:1: 'items' is not known here; there are: shop, name, code");
    EXPECT_EQ(refusal_of("code.txt", "{{! anything <> at all }}{{{code}}} {{& name }} }} {"), "");
    EXPECT_EQ(
        refusal_of("order.txt", "{{#items}}{{.}} {{ order.id }}{{/items}}{{^items}}none{{/items}}"),
        "");
    EXPECT_EQ(refusal_of("code.html", ""), "");
    EXPECT_EQ(refusal_of("code.txt", std::string(256 * 1024, 'x')), "");
}

TEST_F(MailTemplatesTest, AnUnknownMailIsABug) {
    EXPECT_THROW(MailTemplates(mails, "").render("other", Json()), std::logic_error);
}

}  // namespace
}  // namespace kitchen

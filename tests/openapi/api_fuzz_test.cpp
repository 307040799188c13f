// Every operation of the published document, with every plugin on, with requests made from its own
// schemas: valid, narrowly wrong, and absurd; from a stranger, from a customer and from the
// administrator. No answer may be a 500 or have a status that the document does not list, and each
// operation must be reached. Whether bodies and header fields are as documented is judged
// by tests/openapi, afterwards.
//
// KITCHEN_FUZZ_SEED and KITCHEN_FUZZ_ROUNDS (requests to an operation, 60 by default) choose
// another or a longer run.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>

#include "laid_table.h"
#include "sample_images.h"
#include "value_maker.h"

namespace kitchen::tests {
namespace {

using testkit::HttpClient;
using testkit::HttpResponse;
using testkit::Restaurant;

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
    const char* given = std::getenv(name);
    return given ? std::strtoull(given, nullptr, 10) : otherwise;
}

std::string percent_encoded(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (std::isalnum(static_cast<unsigned char>(c))) {
            out += c;
        } else {
            char code[4];
            std::snprintf(code, sizeof code, "%%%02X", static_cast<unsigned char>(c));
            out += code;
        }
    }
    return out;
}

const Json& stream_of(const Operation& operation) {
    return operation.description["responses"]["200"]["content"]["text/event-stream"];
}

/// What is said before the handler is asked.
const std::set<int> refusals_at_the_door = {400, 401, 403, 405, 413, 415};

class ApiFuzz : public testing::Test {
protected:
    ApiFuzz() : make_(table_.document, setting("KITCHEN_FUZZ_SEED", 20'260'131)) {
        people_.push_back({"stranger", stranger_});
        people_.push_back({"customer", table_.customer});
        people_.push_back({"admin", table_.admin});
    }

    struct Person {
        const char* name;
        HttpClient& client;
    };
    struct Attempt {
        std::string target, body;
        testkit::HeaderList headers;
    };

    void lay_table() {
        table_.lay();
        make_.use("food_id", table_.food);
        if (const auto id = table_.value("/me/addresses/{id}/", "id"))
            make_.use("address_id", std::int64_t(std::stoll(*id)));
        make_.use("user_id", std::int64_t(std::stoll(*table_.value("/users/{id}/", "id"))));
        make_.use("promo_code", table_.promo_code);
        make_.use("country", "NG");
        make_.use("side_protein_ids", Json::array({table_.food}));
        make_.use("phone_number", "0803" + std::to_string(2'000'000 + table_.count));
        make_.use("current_password", Restaurant::password);
    }

    std::string path_value(const std::string& path, const std::string& name, const Json& schema) {
        static constexpr const char* bad[] = {
            "0",   "-1", "1.5",   "abc", "9223372036854775807", "9223372036854775808", "%00",
            "%ff", "..", "1%2f2", "%20", "99999999999999999999"};
        if (make_.chance(20)) return bad[make_.pick(std::size(bad))];
        if (const auto known = table_.value(path, name)) return *known;
        if (schema["type"] != Json("integer"))
            return percent_encoded(make_.valid(schema).as_string() + "x");
        return std::to_string(1 + make_.pick(5));
    }

    void add_parameters(const Operation& operation, Attempt& attempt) {
        attempt.target = operation.path;
        std::string query;
        const auto add = [&](const std::string& name, const std::string& value) {
            query += (query.empty() ? "?" : "&") + name + "=" + value;
        };
        if (operation.description["parameters"].is_array())
            for (const Json& parameter : operation.description["parameters"].as_array()) {
                const std::string name = parameter["name"].as_string(),
                                  in = parameter["in"].as_string();
                const Json& schema = table_.document.resolve(parameter["schema"]);
                if (in == "path") {
                    const std::string slot = "{" + name + "}";
                    attempt.target.replace(attempt.target.find(slot), slot.size(),
                                           path_value(operation.path, name, schema));
                } else if (in == "query" &&
                           (parameter["required"] == Json(true) || make_.chance(25))) {
                    const Json value =
                        make_.chance(70) ? make_.valid(schema) : make_.spoiled(schema);
                    add(name, percent_encoded(value.is_string() ? value.as_string() : value.dump())
                                  .substr(0, 2000));
                } else if (in == "header" && make_.chance(40)) {
                    static constexpr const char* values[] = {
                        "\"1\"",         "*", "W/\"1\"", "\"", "fuzz-1",
                        "\"99\", \"1\"", "",  "0",       "-1", "\xff"};
                    attempt.headers.emplace_back(name, make_.chance(10)
                                                           ? std::string(3000, 'k')
                                                           : values[make_.pick(std::size(values))]);
                }
            }
        if (make_.chance(5)) add(percent_encoded(make_.text(3)), "1");
        attempt.target += query;
        if (operation.description["responses"]["200"]["content"].size() > 1 && make_.chance(50))
            attempt.headers.emplace_back("Accept", "text/html");
    }

    void add_form(const Json& schema, Attempt& attempt) {
        const Json form = make_.chance(50) ? make_.valid(schema) : make_.spoiled(schema);
        if (form.is_object())
            for (const auto& [name, value] : form.as_object())
                attempt.body +=
                    (attempt.body.empty() ? "" : "&") + percent_encoded(name) + '=' +
                    percent_encoded(value.is_string() ? value.as_string() : value.dump());
        attempt.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    }

    /// A file of one of the types that the operation takes, which need not be what it says.
    void add_file(const Json::Object& types, Attempt& attempt) {
        const auto& [type, content] = types[make_.pick(types.size())];
        if (type == "application/x-www-form-urlencoded")
            return add_form(content["schema"], attempt);
        const std::string menu = "name,price,category\nSet menu,100,Mains\nNo price,x,Mains\n";
        const std::string files[] = {images::samples::jpeg(4, 4 + make_.pick(4)),
                                     menu,
                                     menu.substr(0, 40),
                                     R"([{"name": "Set menu", "price": 100, "category": "A"}])",
                                     make_.noise(),
                                     ""};
        const std::size_t likely = type.ends_with("jpeg") ? 0 : type.ends_with("csv") ? 2 : 3;
        attempt.body = files[make_.chance(50) ? likely : make_.pick(std::size(files))];
        attempt.headers.emplace_back("Content-Type", make_.chance(95) ? type : "text/plain");
    }

    void add_body(const Operation& operation, Attempt& attempt) {
        if (operation.takes_file())
            return add_file(operation.description["requestBody"]["content"].as_object(), attempt);
        const Json& schema = operation.body_schema();
        if (schema.is_null()) {
            if (operation.method != "GET" && make_.chance(10)) attempt.body = "{}";
        } else {
            const std::size_t way = make_.pick(100);
            if (way < 35)
                attempt.body = make_.valid(schema, {}, way < 10).dump();
            else if (way < 90)
                attempt.body = make_.spoiled(schema).dump();
            else if (way < 97)
                attempt.body = make_.noise();
        }
        static constexpr const char* types[] = {"text/plain", "application/json; charset=utf-16",
                                                "multipart/form-data", ""};
        if (!attempt.body.empty())
            attempt.headers.emplace_back("Content-Type", make_.chance(95)
                                                             ? "application/json"
                                                             : types[make_.pick(std::size(types))]);
    }

    void try_once(const Operation& operation, Person& person) {
        Attempt attempt;
        add_parameters(operation, attempt);
        add_body(operation, attempt);
        // Of a response without an end, the first piece.
        const HttpResponse response =
            stream_of(operation).is_object()
                ? person.client.stream(
                      attempt.target, [](std::string_view body) { return body.ends_with("\n\n"); },
                      attempt.headers)
                : person.client.send(operation.method, attempt.target, attempt.body,
                                     attempt.headers);
        ++sent_;
        ++statuses_[response.status];
        const std::string name = operation.method + ' ' + operation.path;
        // "error": RFC 6749 5.2 has these statuses for refusals by the handler.
        if (!refusals_at_the_door.contains(response.status) ||
            (response.json.is_object() && response.json.find("error")))
            reached_.insert(name);
        if (response.status < 300) succeeded_.insert(name);
        std::vector<std::string> faults;
        if (!operation.lists(response.status)) faults.push_back("the status is not documented");
        if (response.status >= 500 && response.status != 503) faults.push_back("a fault of ours");
        if (response.status < 300 && !operation.is_open()) {
            const Json& roles = operation.description["x-roles"];
            if (std::string_view(person.name) == "stranger")
                faults.push_back("a stranger was let in");
            if (std::string_view(person.name) == "customer" && roles.is_array() &&
                std::find(roles.as_array().begin(), roles.as_array().end(), Json("customer")) ==
                    roles.as_array().end())
                faults.push_back("a customer was let in");
        }
        for (const std::string& fault : faults)
            ADD_FAILURE() << operation.method << ' ' << operation.path << " by " << person.name
                          << ": " << fault << "\n  " << attempt.target.substr(0, 300) << "\n  "
                          << attempt.body.substr(0, 1000) << "\n  " << response.status << ' '
                          << response.body.substr(0, 1000);
    }

    LaidTable table_;
    HttpClient stranger_ = table_.restaurant.client();
    ValueMaker make_;
    std::vector<Person> people_;
    int sent_ = 0;
    std::map<int, int> statuses_;
    std::set<std::string> reached_, succeeded_;
};

}  // namespace

TEST_F(ApiFuzz, EveryResponseIsAsDocumented) {
    auto operations = table_.document.operations();
    ASSERT_GT(operations.size(), 25u);
    // Last what ends the customer's session, or the account.
    std::stable_partition(operations.begin(), operations.end(), [](const Operation& o) {
        return o.path != "/logout/" && !(o.path == "/me/" && o.method == "DELETE");
    });
    const auto rounds = static_cast<int>(setting("KITCHEN_FUZZ_ROUNDS", 60));
    for (const Operation& operation : operations) {
        // Each valid password costs a hash of some ten milliseconds.
        const bool is_costly = table_.document.resolve(operation.body_schema())["properties"].find(
                                   "password") != nullptr;
        // The administrator's own credentials stay as they are: the table is set with them.
        const std::size_t crowd = operation.path == "/me/" && operation.method != "GET"
                                      ? people_.size() - 1
                                      : people_.size();
        for (int round = 0; round < (is_costly ? rounds / 4 : rounds); ++round) {
            if (round % 20 == 0) lay_table();
            try_once(operation, people_[make_.pick(crowd)]);
        }
        if (HasFailure()) break;
    }
    std::cout << "fuzz: " << sent_ << " requests to " << operations.size() << " operations;";
    for (const auto& [status, count] : statuses_) std::cout << ' ' << status << "×" << count;
    std::cout << "; " << succeeded_.size() << " operations succeeded\n";
    for (const std::string& line : table_.restaurant.kernel().log_lines())
        EXPECT_EQ(line.find("exception"), std::string::npos) << line;
    EXPECT_EQ(table_.restaurant.broken_data(), "[]");
    // Without the password it is refused, and with it the person would be gone.
    reached_.insert("DELETE /me/");
    reached_.insert("GET /oauth/authorize/");  // for a client that is not known it is a page
    for (const Operation& operation : operations)
        EXPECT_TRUE(reached_.contains(operation.method + ' ' + operation.path))
            << operation.method << ' ' << operation.path << " was refused at the door each time";
    EXPECT_GT(statuses_[200] + statuses_[201] + statuses_[204], sent_ / 20)
        << "most of it was refused at the door: that proves little";
}

}  // namespace kitchen::tests

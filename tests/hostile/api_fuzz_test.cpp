// Every operation of the published document, with requests made from its own schemas: valid,
// narrowly wrong, and absurd; from a stranger, from a customer and from the administrator. No
// answer may be a 500, have a status that the document does not list, or a body of another shape.
//
// KITCHEN_FUZZ_SEED and KITCHEN_FUZZ_ROUNDS (requests to an operation, 60 by default) choose
// another or a longer run.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>

#include "kitchen/testkit/restaurant.h"
#include "openapi_document.h"
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

class ApiFuzz : public testing::Test {
protected:
    ApiFuzz()
        : server_({.outbox = ""}),
          document_(server_.client().get("/openapi.json").json),
          make_(document_, setting("KITCHEN_FUZZ_SEED", 20'260'131)),
          victim_(server_.customer().get("/me/").json["id"].as_integer()) {
        people_.push_back({"stranger", server_.client()});
        people_.push_back({"customer", server_.customer()});
        people_.push_back({"admin", server_.admin()});
    }

    struct Person {
        const char* name;
        HttpClient client;
    };
    struct Attempt {
        std::string target, body;
        testkit::HeaderList headers;
    };

    /// A food, a line in the customer's cart, an address and an order, so that there is something
    /// to be found, changed and deleted.
    void set_the_table() {
        food_ = server_.food("Set " + std::to_string(++tables_), 1000, 50);
        HttpClient& customer = people_[1].client;
        const Json one = Json::object({{"food_id", food_}});
        customer.post("/cart/", one);
        const HttpResponse placed =
            customer.post("/orders/", Json::object({{"fulfillment_type", "pickup"}}));
        if (placed.status == 201) order_ = placed.json["id"].as_integer();
        const HttpResponse line = customer.post("/cart/", one);
        if (line.json["id"].is_integer()) line_ = line.json["id"].as_integer();
        const HttpResponse address = customer.post(
            "/me/addresses/",
            Json::object({{"line1", "1 Set Street"}, {"city", "Ikeja"}, {"state", "Lagos"}}));
        if (address.status == 201) address_ = address.json["id"].as_integer();
        make_.use("food_id", food_);
        make_.use("address_id", address_);
        make_.use("country", "NG");
        make_.use("side_protein_ids", Json::array({food_}));
        make_.use("user_id", victim_);
        make_.use("phone_number", "0803" + std::to_string(2'000'000 + tables_));
        make_.use("current_password", Restaurant::password);
    }

    std::string path_value(const Operation& operation, const Json& schema) {
        static constexpr const char* bad[] = {
            "0",   "-1", "1.5",   "abc", "9223372036854775807", "9223372036854775808", "%00",
            "%ff", "..", "1%2f2", "%20", "99999999999999999999"};
        if (make_.chance(20)) return bad[make_.pick(std::size(bad))];
        if (schema["type"] != Json("integer"))
            return percent_encoded(make_.valid(schema).as_string() + "x");
        if (operation.path.starts_with("/foods")) return std::to_string(food_);
        if (operation.path.starts_with("/cart")) return std::to_string(line_);
        if (operation.path.starts_with("/orders")) return std::to_string(order_);
        if (operation.path.starts_with("/me/addresses")) return std::to_string(address_);
        if (operation.path.starts_with("/users")) return std::to_string(victim_);
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
                const Json& schema = document_.resolve(parameter["schema"]);
                if (in == "path") {
                    const std::string slot = "{" + name + "}";
                    attempt.target.replace(attempt.target.find(slot), slot.size(),
                                           path_value(operation, schema));
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
    }

    void add_body(const Operation& operation, Attempt& attempt) {
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

    /// Each event's data has the shape that the document gives to the stream.
    void add_faults_of_events(const Operation& operation, const HttpResponse& response,
                              std::vector<std::string>& faults) {
        if (response.header("content-type") != "text/event-stream") return;
        static constexpr std::string_view mark = "\ndata: ";
        for (std::size_t at = 0; (at = response.body.find(mark, at)) != std::string::npos;) {
            at += mark.size();
            const auto data =
                parse_json(response.body.substr(at, response.body.find('\n', at) - at));
            if (data)
                document_.validate(stream_of(operation)["x-event-data"], *data, "event", faults);
            else
                faults.push_back("the data of an event is not JSON");
            ++events_;
        }
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
        auto faults = document_.deviations(operation, response);
        add_faults_of_events(operation, response, faults);
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

    Restaurant server_;
    OpenApiDocument document_;
    ValueMaker make_;
    std::vector<Person> people_;
    std::int64_t victim_, food_ = 1, line_ = 1, order_ = 1, address_ = 1;
    int tables_ = 0, sent_ = 0, events_ = 0;
    std::map<int, int> statuses_;
};

}  // namespace

TEST_F(ApiFuzz, EveryResponseIsAsDocumented) {
    auto operations = document_.operations();
    ASSERT_GT(operations.size(), 25u);
    // Last what ends the customer's session.
    std::stable_partition(operations.begin(), operations.end(),
                          [](const Operation& o) { return o.path != "/logout/"; });
    const auto rounds = static_cast<int>(setting("KITCHEN_FUZZ_ROUNDS", 60));
    for (const Operation& operation : operations) {
        // Each valid password costs a hash of some ten milliseconds.
        const bool is_costly =
            document_.resolve(operation.body_schema())["properties"].find("password") != nullptr;
        // The administrator's own credentials stay as they are: the table is set with them.
        const std::size_t crowd = operation.path == "/me/" && operation.method != "GET"
                                      ? people_.size() - 1
                                      : people_.size();
        for (int round = 0; round < (is_costly ? rounds / 4 : rounds); ++round) {
            if (round % 20 == 0) set_the_table();
            try_once(operation, people_[make_.pick(crowd)]);
        }
        if (HasFailure()) break;
    }
    std::cout << "fuzz: " << sent_ << " requests to " << operations.size() << " operations;";
    for (const auto& [status, count] : statuses_) std::cout << ' ' << status << "×" << count;
    std::cout << '\n';
    for (const std::string& line : server_.kernel().log_lines())
        EXPECT_EQ(line.find("exception"), std::string::npos) << line;
    EXPECT_EQ(server_.broken_data(), "[]");
    EXPECT_GT(events_, 0);
    EXPECT_GT(statuses_[200] + statuses_[201] + statuses_[204], sent_ / 20)
        << "most of it was refused at the door: that proves little";
}

}  // namespace kitchen::tests

// What holds for every operation that the document lists, whichever plugin it is of.
#include <algorithm>
#include <set>
#include <sstream>

#include "kitchen/testkit/exposition.h"
#include "laid_table.h"
#include "sample_images.h"

namespace kitchen::tests {
namespace {

using testkit::HttpClient;
using testkit::HttpResponse;

const testkit::HeaderList as_json = {{"Content-Type", "application/json"}};

class Conventions : public testing::Test {
protected:
    static void SetUpTestSuite() {
        table = new LaidTable;
        for (int i = 0; i < 4; ++i) table->lay();
    }
    static void TearDownTestSuite() { delete std::exchange(table, nullptr); }

    /// Calls `check` with each operation and a target of it.
    template <class Check>
    void each(const char* method, Check check) {
        int checked = 0;
        for (const Operation& operation : table->document.operations()) {
            if (*method && operation.method != method) continue;
            SCOPED_TRACE(operation.method + ' ' + operation.path);
            checked += check(operation, table->path_of(operation)) ? 1 : 0;
        }
        EXPECT_GT(checked, 0);
    }

    static bool is_stream(const Operation& operation) {
        return operation.description["responses"]["200"]["content"].has("text/event-stream");
    }
    static const Json& parameter(const Operation& operation, const char* name) {
        static const Json none;
        if (operation.description["parameters"].is_array())
            for (const Json& one : operation.description["parameters"].as_array())
                if (one["name"] == Json(name)) return one;
        return none;
    }
    static const Json& page_of(const Operation& operation) {
        return table->document.resolve(
            operation.description["responses"]["200"]["content"]["application/json"]["schema"]);
    }
    static bool is_list(const Operation& operation) {
        return page_of(operation)["properties"].has("total_count") &&
               !parameter(operation, "limit").is_null();
    }
    /// Who gets at all of it: what is a customer's own, the customer.
    static HttpClient& someone(const Operation& operation) {
        return operation.path.starts_with("/me/") || operation.path.starts_with("/cart/") ||
                       (operation.path.starts_with("/orders/") &&
                        operation.description["x-roles"].is_null())
                   ? table->customer
                   : table->admin;
    }

    static void expect_problem(const HttpResponse& response, int status) {
        EXPECT_EQ(response.status, status) << response.body.substr(0, 500);
        EXPECT_EQ(response.header("content-type"), "application/problem+json");
        EXPECT_EQ(response.json["status"], Json(status));
        EXPECT_EQ(response.json["request_id"], Json(response.header("x-request-id")));
        EXPECT_TRUE(response.json["code"].is_string());
        EXPECT_TRUE(response.json["detail"].is_string());
    }

    static inline LaidTable* table = nullptr;
};

/// "GET, HEAD, OPTIONS" as a set.
std::set<std::string> methods_in(std::string allow) {
    std::set<std::string> methods;
    std::replace(allow.begin(), allow.end(), ',', ' ');
    std::istringstream words(allow);
    for (std::string word; words >> word;) methods.insert(word);
    return methods;
}

std::string nested(int depth) {
    return R"({"no_such_member":)" + std::string(static_cast<std::size_t>(depth - 1), '[') +
           std::string(static_cast<std::size_t>(depth - 1), ']') + "}";
}

}  // namespace

TEST_F(Conventions, HeadWorksWhereverGetDoes) {
    each("GET", [&](const Operation& operation, const std::string& target) {
        if (is_stream(operation)) return false;
        HttpClient& client = someone(operation);
        const HttpResponse get = client.get(target), head = client.send("HEAD", target);
        EXPECT_EQ(head.status, get.status);
        EXPECT_EQ(head.body, "");
        for (const char* name : {"content-type", "cache-control", "vary"})
            EXPECT_EQ(head.header(name), get.header(name)) << name;
        EXPECT_EQ(head.header("content-length").empty(), get.header("content-length").empty());
        return true;
    });
}

TEST_F(Conventions, OptionsAndTheWrongMethodNameTheRightOnes) {
    std::map<std::string, std::set<std::string>> allowed;
    std::map<std::string, std::string> targets;
    each("", [&](const Operation& operation, const std::string& target) {
        auto& methods = allowed[operation.path];
        methods.insert({operation.method, "OPTIONS"});
        if (operation.method == "GET") methods.insert("HEAD");
        targets[operation.path] = target;
        return true;
    });
    HttpClient client = table->restaurant.client();
    for (const auto& [path, methods] : allowed) {
        SCOPED_TRACE(path);
        // A literal such as /orders/events/ may be a value of a parameter too.
        const HttpResponse options = client.send("OPTIONS", targets[path]);
        EXPECT_EQ(options.status, 204);
        const auto named = methods_in(options.header("allow"));
        EXPECT_TRUE(std::includes(named.begin(), named.end(), methods.begin(), methods.end()))
            << options.header("allow");
        for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"})
            if (!named.contains(method)) {
                const HttpResponse refused = client.send(method, targets[path]);
                expect_problem(refused, 405);
                EXPECT_EQ(methods_in(refused.header("allow")), named) << method;
            }
    }
}

TEST_F(Conventions, ATrailingSlashIsOptional) {
    each("GET", [&](const Operation& operation, const std::string& target) {
        if (is_stream(operation)) return false;
        const std::string other =
            target.ends_with('/') ? target.substr(0, target.size() - 1) : target + '/';
        HttpClient& client = someone(operation);
        EXPECT_EQ(client.get(other).status, client.get(target).status);
        return true;
    });
}

TEST_F(Conventions, BodiesThatAreNotReadAreRefusedAlike) {
    each("", [&](const Operation& operation, const std::string& target) {
        if (operation.body_schema().is_null()) return false;
        HttpClient& client = someone(operation);
        const auto send = [&](const std::string& body, const testkit::HeaderList& headers) {
            return client.send(operation.method, target, body, headers);
        };
        expect_problem(send("{}", {{"Content-Type", "text/plain"}}), 415);
        expect_problem(send("{}", {{"Content-Type", "application/x-www-form-urlencoded"}}), 415);
        for (const char* malformed :
             {"{", R"({"a":1,"a":2})", "{\"a\":\"\xff\"}", "{} {}", "{'a':1}"})
            expect_problem(send(malformed, as_json), 400);
        expect_problem(send(nested(33), as_json), 400);
        expect_problem(send('"' + std::string(2'000'000, 'x') + '"', as_json), 413);
        for (const std::string& unknown : {std::string(R"({"no_such_member":1})"), nested(32)}) {
            const HttpResponse refused = send(unknown, as_json);
            expect_problem(refused, 422);
            EXPECT_NE(refused.body.find(R"({"pointer":"/no_such_member","code":"unknown_field")"),
                      std::string::npos)
                << refused.body;
        }
        return true;
    });
}

TEST_F(Conventions, UnknownParametersAreIgnoredByPublicReadsAlone) {
    each("GET", [&](const Operation& operation, const std::string& target) {
        if (is_stream(operation)) return false;
        HttpClient& client = someone(operation);
        const HttpResponse response = client.get(target + "?no_such_parameter=1");
        if (operation.is_open()) {
            EXPECT_EQ(response.status, client.get(target).status);
        } else {
            expect_problem(response, 422);
            EXPECT_NE(response.body.find(R"("pointer":"?no_such_parameter")"), std::string::npos);
        }
        return true;
    });
}

TEST_F(Conventions, ListsComeInPages) {
    each("GET", [&](const Operation& operation, const std::string& target) {
        if (!is_list(operation)) return false;
        HttpClient& client = someone(operation);
        for (const char* wrong : {"limit=0", "limit=101", "limit=-1", "limit=x", "limit=1.5",
                                  "offset=-1", "offset=x", "offset=9223372036854775808"}) {
            const HttpResponse refused = client.get(target + "?" + wrong);
            expect_problem(refused, 422);
            EXPECT_NE(refused.body.find("\"pointer\":\"?" + std::string(wrong).substr(0, 5)),
                      std::string::npos)
                << wrong << refused.body;
        }
        const Json usual = client.get(target).json;
        EXPECT_EQ(usual["limit"], Json(10));
        EXPECT_EQ(usual["offset"], Json(0));
        EXPECT_TRUE(usual["prev"].is_null());
        const std::int64_t total = usual["total_count"].as_integer();
        EXPECT_EQ(client.get(target + "?limit=100&offset=0").json["count"],
                  Json(std::min<std::int64_t>(total, 100)));

        // One by one, by the links: all of them, each once.
        std::string at = target + "?limit=1";
        std::set<std::string> seen;
        std::int64_t steps = 0;
        for (; steps < total + 2; ++steps) {
            const Json page = client.get(at).json;
            EXPECT_EQ(page["count"], Json(static_cast<std::int64_t>(page["result"].size())));
            EXPECT_EQ(page["total_count"], Json(total));
            for (const Json& item : page["result"].as_array()) seen.insert(item.dump());
            EXPECT_EQ(page["prev"].is_null(), steps == 0) << at;
            if (page["next"].is_null()) break;
            const std::string next = page["next"].as_string();
            EXPECT_TRUE(next.starts_with("http://127.0.0.1:")) << next;
            at = next.substr(next.find('/', std::string("http://").size()));
        }
        EXPECT_EQ(steps + 1, std::max<std::int64_t>(total, 1));
        EXPECT_EQ(static_cast<std::int64_t>(seen.size()), total);

        const Json past = client.get(target + "?limit=2&offset=100000").json;
        EXPECT_EQ(past["result"].size(), 0u);
        EXPECT_TRUE(past["next"].is_null());
        if (total > 0) {
            const std::string last = std::to_string((total - 1) / 2 * 2);
            EXPECT_TRUE(past["prev"].as_string().ends_with("offset=" + last)) << past.dump();
        } else {
            EXPECT_TRUE(past["prev"].is_null());
        }
        return true;
    });
}

TEST_F(Conventions, WhatHasAVersionIsReadByIt) {
    each("GET", [&](const Operation& operation, const std::string& target) {
        if (!operation.description["responses"].has("304")) return false;
        HttpClient& client = someone(operation);
        const HttpResponse read = client.get(target);
        if (read.status == 404) return false;
        const std::string tag = read.header("etag");
        EXPECT_FALSE(tag.empty());
        for (const std::string& known : {tag, "\"other\", " + tag, "W/" + tag, std::string("*")}) {
            const HttpResponse same = client.get(target, {{"If-None-Match", known}});
            EXPECT_EQ(same.status, 304) << known;
            EXPECT_EQ(same.body, "");
            EXPECT_EQ(same.header("etag"), tag);
        }
        EXPECT_EQ(client.get(target, {{"If-None-Match", "\"other\""}}).status, 200);
        return true;
    });
}

TEST_F(Conventions, AWriteForAnotherVersionIsRefused) {
    const std::map<std::string, std::string> bodies = {
        {"POST /cart/", R"({"food_id":)" + std::to_string(table->food) + "}"},
        {"POST /foods/{id}/stock/", R"({"delta":1,"reason":"Cooked"})"},
        {"POST /orders/", R"({"fulfillment_type":"pickup"})"},
        {"POST /orders/{id}/status/", R"({"status":"confirmed"})"},
        {"PUT /foods/{id}/", R"({"name":"Set meal","price":1,"category":"Mains"})"}};
    each("", [&](const Operation& operation, const std::string& target) {
        if (operation.method == "GET" || parameter(operation, "If-Match").is_null()) return false;
        // What its schema wants comes first.
        testkit::HeaderList headers = as_json;
        headers.emplace_back("If-Match", "\"99999\"");
        std::string body = operation.body_schema().is_null() ? "" : "{}";
        if (operation.takes_file()) {
            headers.front().second = "image/jpeg";
            body = images::samples::jpeg();
        } else if (const auto its = bodies.find(operation.method + ' ' + operation.path);
                   its != bodies.end()) {
            body = its->second;
        }
        const HttpResponse refused =
            someone(operation).send(operation.method, target, body, headers);
        expect_problem(refused, 412);
        return true;
    });
}

TEST_F(Conventions, StrangersAreAskedWhoTheyAre) {
    HttpClient stranger = table->restaurant.client();
    each("", [&](const Operation& operation, const std::string& target) {
        const Json& security = operation.description["security"];
        if (operation.is_open() || security.as_array().front() == Json::object()) return false;
        const HttpResponse refused = stranger.send(operation.method, target);
        expect_problem(refused, 401);
        EXPECT_NE(refused.header("www-authenticate").find("Basic"), std::string::npos);
        const HttpResponse expired =
            stranger.send(operation.method, target, "", {{"Authorization", "Bearer nonsense"}});
        expect_problem(expired, 401);
        EXPECT_EQ(expired.header("www-authenticate").find("Basic"), std::string::npos);
        EXPECT_NE(expired.header("www-authenticate").find("error=\"invalid_token\""),
                  std::string::npos);
        const Json& roles = operation.description["x-roles"];
        if (roles.is_array()) {
            const Json::Array& names = roles.as_array();
            if (std::find(names.begin(), names.end(), Json("customer")) == names.end())
                expect_problem(table->customer.send(operation.method, target), 403);
        }
        return true;
    });
}

TEST_F(Conventions, MoneyIsAnIntegerAndTimesAreTimes) {
    const std::set<std::string> no_money = {"average", "latitude", "longitude"};
    for (const auto& [name, shape] : table->document.schemas().as_object())
        for (const auto& [member, described] : shape["properties"].as_object()) {
            SCOPED_TRACE(name + "." + member);
            const std::string type = described["type"].dump();
            if (type.find("number") != std::string::npos) {
                EXPECT_TRUE(no_money.contains(member));
            }
            if (member.ends_with("_at") && type.find("string") != std::string::npos) {
                EXPECT_EQ(described["format"], Json("date-time"));
            }
        }
}

// What has an address of its own and is changed there.
TEST_F(Conventions, StoredThingsHaveTheirTimes) {
    int things = 0;
    for (const auto& [name, shape] : table->document.schemas().as_object()) {
        const Json& members = shape["properties"];
        if (!members.has("id") || members["version"]["type"] != Json("integer")) continue;
        for (const char* member : {"created_at", "updated_at"})
            EXPECT_TRUE(members.has(member)) << name << " lacks " << member;
        ++things;
    }
    EXPECT_GE(things, 4);
}

TEST_F(Conventions, EveryResponseHasARequestId) {
    each("", [&](const Operation& operation, const std::string& target) {
        if (is_stream(operation)) return false;
        HttpClient stranger = table->restaurant.client();
        const HttpResponse response =
            stranger.send(operation.method, target, "", {{"X-Request-Id", "till-7.order_3"}});
        EXPECT_EQ(response.header("x-request-id"), "till-7.order_3");
        return true;
    });
}

TEST_F(Conventions, NoReadAsksTheStoreOnceARow) {
    const auto statements = [] {
        double sum = 0;  // of routes and middleware: jobs run when they like
        for (const auto& [series, value] :
             testkit::Exposition::parse(table->restaurant.client().get("/metrics").body).samples)
            if (series.starts_with("kitchen_store_statements_total{call=\"GET /") &&
                series.find("/metrics") == std::string::npos)
                sum += value;
        return sum;
    };
    const auto costs = [&] {
        std::map<std::string, double> out;
        each("GET", [&](const Operation& operation, std::string target) {
            // What the kernel says of itself is remembered for a second.
            const bool is_kernels = operation.description["tags"] == Json::array({"kernel"});
            if (is_kernels || is_stream(operation)) return false;
            if (is_list(operation)) target += "?limit=100";
            const double before = statements();
            someone(operation).get(target);
            out[operation.path] = statements() - before;
            return true;
        });
        return out;
    };
    table->lay();
    const auto of_few = costs();
    for (int i = 0; i < 4; ++i) table->lay();  // orders are read by twenties
    for (const auto& [path, cost] : costs()) EXPECT_EQ(cost, of_few.at(path)) << path;
}

}  // namespace kitchen::tests

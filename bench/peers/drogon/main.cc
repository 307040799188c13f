// GET /constant/ and GET /foods/?limit=&offset= of the same table that our server has made, as a
// program for Drogon 1.9: one thread, responses written by jsoncpp, SQLite by its C API with
// prepared statements.
#include <drogon/drogon.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>
#include <string>

namespace {

using drogon::HttpRequestPtr;
using drogon::HttpResponse;
using drogon::HttpResponsePtr;
using Callback = std::function<void(const HttpResponsePtr&)>;

std::string text(sqlite3_stmt* row, int column) {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
    return bytes ? std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(row, column)))
                 : std::string();
}

std::string rfc3339(std::int64_t milliseconds) {
    const std::time_t seconds = milliseconds / 1000;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char day[32], whole[48];
    std::strftime(day, sizeof day, "%FT%T", &parts);
    std::snprintf(whole, sizeof whole, "%s.%03dZ", day, static_cast<int>(milliseconds % 1000));
    return whole;
}

Json::Value parsed(const std::string& json) {
    static const Json::CharReaderBuilder builder;
    static const std::unique_ptr<Json::CharReader> reader(builder.newCharReader());
    Json::Value value;
    reader->parse(json.data(), json.data() + json.size(), &value, nullptr);
    return value;
}

/// The one thread uses it.
class Menu {
public:
    explicit Menu(const char* path) {
        check(sqlite3_open_v2(path, &db_, SQLITE_OPEN_READONLY, nullptr));
        page_ = prepare(
            "SELECT id, name, description, price, image_url, category, available_quantity, "
            "is_available, tags, side_rules, rating_count, rating_total, version, created_at, "
            "updated_at FROM foods WHERE deleted_at IS NULL ORDER BY id LIMIT ? OFFSET ?");
        total_ = prepare("SELECT COUNT(*) FROM foods WHERE deleted_at IS NULL");
    }

    Json::Value page(const std::string& host, std::int64_t limit, std::int64_t offset) {
        Json::Value result(Json::arrayValue);
        sqlite3_bind_int64(page_, 1, limit);
        sqlite3_bind_int64(page_, 2, offset);
        while (sqlite3_step(page_) == SQLITE_ROW) result.append(food(page_));
        sqlite3_reset(page_);
        sqlite3_step(total_);
        const std::int64_t total = sqlite3_column_int64(total_, 0);
        sqlite3_reset(total_);

        const auto link = [&](std::int64_t to) {
            return Json::Value("http://" + host + "/foods/?limit=" + std::to_string(limit) +
                               "&offset=" + std::to_string(to));
        };
        Json::Value whole;
        whole["count"] = result.size();
        whole["total_count"] = Json::Int64(total);
        whole["limit"] = Json::Int64(limit);
        whole["offset"] = Json::Int64(offset);
        whole["next"] = offset + limit < total ? link(offset + limit) : Json::Value();
        whole["prev"] =
            offset > 0 ? link(std::max<std::int64_t>(0, offset - limit)) : Json::Value();
        whole["result"] = std::move(result);
        return whole;
    }

private:
    static void check(int code) {
        if (code == SQLITE_OK) return;
        std::fprintf(stderr, "SQLite: %s\n", sqlite3_errstr(code));
        std::exit(1);
    }

    sqlite3_stmt* prepare(const char* sql) {
        sqlite3_stmt* statement = nullptr;
        check(sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr));
        return statement;
    }

    static Json::Value food(sqlite3_stmt* row) {
        const auto integer = [&](int column) {
            return Json::Value(Json::Int64(sqlite3_column_int64(row, column)));
        };
        const auto is_null = [&](int column) {
            return sqlite3_column_type(row, column) == SQLITE_NULL;
        };
        Json::Value food;
        food["id"] = integer(0);
        food["name"] = text(row, 1);
        food["description"] = text(row, 2);
        food["price"] = integer(3);
        food["currency"] = "NGN";
        food["image_url"] = is_null(4) ? Json::Value() : Json::Value(text(row, 4));
        food["category"] = text(row, 5);
        food["available_quantity"] = is_null(6) ? Json::Value() : integer(6);
        food["is_available"] = sqlite3_column_int(row, 7) == 1;
        food["tags"] = parsed(text(row, 8));
        food["side_rules"] = parsed(text(row, 9));
        const double count = sqlite3_column_double(row, 10);
        food["rating"]["average"] =
            count > 0 ? Json::Value(sqlite3_column_double(row, 11) / count) : Json::Value();
        food["rating"]["count"] = integer(10);
        food["version"] = integer(12);
        food["created_at"] = rfc3339(sqlite3_column_int64(row, 13));
        food["updated_at"] = rfc3339(sqlite3_column_int64(row, 14));
        return food;
    }

    sqlite3* db_ = nullptr;
    sqlite3_stmt *page_ = nullptr, *total_ = nullptr;
};

std::int64_t number(const HttpRequestPtr& request, const char* name, std::int64_t otherwise) {
    const std::string& sent = request->getParameter(name);
    return sent.empty() ? otherwise : std::atoll(sent.c_str());
}

}  // namespace

int main() {
    drogon::app().registerHandler(
        "/",
        [](const HttpRequestPtr&, Callback&& respond) { respond(HttpResponse::newHttpResponse()); },
        {drogon::Get});
    drogon::app().registerHandler("/constant/",
                                  [](const HttpRequestPtr&, Callback&& respond) {
                                      std::string body(1900, '.');
                                      body.front() = body.back() = '"';
                                      const HttpResponsePtr response =
                                          HttpResponse::newHttpResponse();
                                      response->setContentTypeCode(drogon::CT_APPLICATION_JSON);
                                      response->setBody(std::move(body));
                                      respond(response);
                                  },
                                  {drogon::Get});
    if (const char* path = std::getenv("DATABASE")) {
        static Menu menu(path);
        drogon::app().registerHandler(
            "/foods/",
            [](const HttpRequestPtr& request, Callback&& respond) {
                respond(HttpResponse::newHttpJsonResponse(menu.page(request->getHeader("host"),
                                                                    number(request, "limit", 10),
                                                                    number(request, "offset", 0))));
            },
            {drogon::Get});
    }
    drogon::app()
        .setLogLevel(trantor::Logger::kWarn)
        .addListener("127.0.0.1", static_cast<std::uint16_t>(std::atoi(std::getenv("PORT"))))
        .setThreadNum(1)
        .run();
}

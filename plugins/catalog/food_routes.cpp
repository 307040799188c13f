#include "food_routes.h"

#include "food_body.h"
#include "food_rules.h"
#include "kitchen/http/page.h"
#include "kitchen/text.h"

namespace kitchen::catalog {

using http::BodyFields;
using http::Request;
using http::Response;
using http::Route;
using http::Schema;

namespace {

struct SortWord {
    const char* word;
    FoodOrder order;
};
constexpr SortWord sort_words[] = {{"name", FoodOrder::name},
                                   {"price", FoodOrder::price},
                                   {"created_at", FoodOrder::created_at},
                                   {"rating", FoodOrder::rating}};

std::vector<std::string> sort_choices() {
    std::vector<std::string> choices;
    for (const SortWord& sort : sort_words)
        for (const char* sign : {"", "-"}) choices.push_back(std::string(sign) + sort.word);
    return choices;
}

/// A filter left empty, as forms send it, is no filter.
std::optional<std::string> filter(const Request& request, std::string_view name) {
    const std::optional<std::string_view> value = request.query(name);
    if (!value || trimmed(*value).empty()) return std::nullopt;
    return std::string(*value);
}

FoodQuery query_of(const Request& request) {
    FoodQuery query;
    query.category = filter(request, "category");
    query.search = filter(request, "search");
    query.tag = filter(request, "tag");
    query.min_price = request.query_integer("min_price");
    query.max_price = request.query_integer("max_price");
    if (const auto available = request.query("available")) query.available = *available == "true";
    if (auto sort = request.query("sort")) {
        query.descending = sort->starts_with('-');
        if (query.descending) sort->remove_prefix(1);
        for (const SortWord& known : sort_words)
            if (*sort == known.word) query.order = known.order;
    }
    return query;
}

struct Category {
    std::string_view name;
    std::int64_t count;

    static void describe(BodyFields<Category>& field) {
        field("name", &Category::name);
        field("count", &Category::count).min(1);
    }
};

struct Categories {
    std::vector<Category> result;

    static void describe(BodyFields<Categories>& field) {
        field.named("Categories");
        field("result", &Categories::result);
        field("count", [](const Categories& all) { return std::ssize(all.result); }).min(0);
    }
};

CachedResponsePtr content_response(std::string body) {
    std::string etag = content_etag(body);
    return std::make_shared<const CachedResponse>(CachedResponse{std::move(body), std::move(etag)});
}

Route list_route() {
    Route route = Route::get("/foods/");
    route.summary("The menu")
        .describe(
            "Foods in the order they were added, unless `sort` says otherwise; ties in that order "
            "too.")
        .query({"category", Schema::string().max(max_category),
                "Whole name of a category, in any case."})
        .query({"search", Schema::string().max(max_search),
                "Part of the name or the description, in any case."})
        .query({"tag", Schema::string().max(max_tag), "A tag, in any case."})
        .query({"min_price", Schema::integer().min(0), "Lowest price, minor units."})
        .query({"max_price", Schema::integer().min(0), "Highest price, minor units."})
        .query({"available", Schema::boolean(),
                "true: only what can be ordered now; false: only what cannot."})
        .query({"sort", Schema::string().one_of(sort_choices()),
                "One key; a leading - for descending."})
        .answers_page<Food>("A page of foods; its ETag stands for these bytes", "FoodPage")
        .answers(304, "If-None-Match has its ETag")
        .answers(422, "A parameter is not valid");
    return route;
}

Route read_route() {
    Route route = Route::get("/foods/{id:id}/");
    route.summary("One food")
        .describe("As it is now; in lists its count and version may be a little older.")
        .answers<Food>(200, "The food; its ETag begins with its version")
        .answers(304, "If-None-Match has its ETag")
        .answers(404, "Unknown or deleted");
    return route;
}

/// What is wrong with a food beyond its shape.
Status check_food(const Json& body) {
    FoodDraft draft;
    read_draft(body, draft);
    return normalise(draft);
}

Route create_route() {
    Route route = Route::post("/foods/");
    route.summary("Put a food on the menu")
        .roles({"admin"})
        .body<FoodDraft>()
        .check(check_food)
        .changes("food", newest_food_row)
        .answers<Food>(201, "The food; Location is where it lives")
        .answers(409, "The name is taken (food_name_taken)")
        .answers(422, "Some values are not valid");
    return route;
}

void describe_change(Route& route) {
    route.roles({"admin"})
        .changes("food", food_row)
        .if_match()
        .check(check_food)
        .answers<Food>(200, "The food as it is now")
        .answers(404, "Unknown or deleted")
        .answers(409, "The name is taken (food_name_taken)")
        .answers(422, "Some values are not valid")
        .answers(428, "A new available_quantity without If-Match (if_match_required)");
}

Route remove_route() {
    Route route = Route::del("/foods/{id:id}/");
    route.summary("Take a food off the menu")
        .describe("It stays in orders that hold it; its name is free again.")
        .roles({"admin"})
        .changes("food", food_row)
        .if_match()
        .answers(204, "Gone")
        .answers(404, "Unknown or already deleted");
    return route;
}

Route restore_route() {
    Route route = Route::post("/foods/{id:id}/restore/");
    route.summary("Put a deleted food back on the menu")
        .describe("As it was when it was deleted, with its count and its ratings.")
        .roles({"admin"})
        .changes("food", food_row)
        .answers<Food>(200, "The food as it is now")
        .response_header("ETag", "Its version")
        .answers(404, "There is no deleted food with this id")
        .answers(409, "Its name is another food's by now (food_name_taken)");
    return route;
}

}  // namespace

FoodRoutes::FoodRoutes(Setup& setup, FoodService& service, ResponseCache* cache)
    : service_(service), cache_(cache) {
    setup.add_route(list_route().handle([this](Request& r) { return list(r); }));
    setup.add_route(read_route().handle([this](Request& r) { return read(r); }));
    setup.add_route(create_route().handle([this](Request& r) { return create(r); }));

    Route patch = Route::patch("/foods/{id:id}/");
    patch.summary("Change some of a food")
        .describe(
            "What the body leaves out stays. If-Match asks for the version, which sales do not "
            "move; for a new available_quantity it is required, and asks for the whole ETag.")
        .body(food_change_schema());
    describe_change(patch);
    setup.add_route(patch.handle([this](Request& r) { return change(r, false); }));

    Route put = Route::put("/foods/{id:id}/");
    put.summary("Replace a food")
        .describe(
            "What the body leaves out gets its default; a new available_quantity needs an If-Match "
            "with the whole ETag.")
        .body<FoodDraft>();
    describe_change(put);
    setup.add_route(put.handle([this](Request& r) { return change(r, true); }));

    setup.add_route(remove_route().handle([this](Request& r) { return remove(r); }));
    setup.add_route(restore_route().handle([this](Request& r) { return restore(r); }));
    setup.add_route(Route::get("/categories/")
                        .summary("Categories that have foods, with how many")
                        .answers<Categories>(200, "All categories, by name")
                        .answers(304, "If-None-Match has its ETag")
                        .handle([this](Request& r) { return categories(r); }));
}

Result<Response> FoodRoutes::list(const Request& request) const {
    // The target as it was written and the address it was asked at: the links repeat both, so
    // no client's spelling ends up with another.
    return response(request, "foods " + request.base_url + request.target,
                    [&]() -> Result<CachedResponsePtr> {
                        Result<Response> page = http::page_response(
                            request,
                            [&](const http::Page& asked) {
                                return service_.list(query_of(request), asked.limit, asked.offset);
                            },
                            [&](JsonWriter& out, const Row& row) {
                                http::write_body(out, service_.view(row));
                            });
                        if (!page) return std::move(page).error();
                        return content_response(std::move(page->body));
                    });
}

Result<Response> FoodRoutes::read(const Request& request) const {
    const Result<Rows> rows = service_.read(request.path_id("id"));
    if (!rows) return rows.error();
    const FoodView food = service_.view(rows->front());
    return Response::json(200, food).with_header("ETag", etag_of(food));
}

Result<Response> FoodRoutes::create(const Request& request) const {
    FoodDraft draft;
    read_draft(request.json, draft);
    const Result<Food> food = service_.create(draft, request.who().user_id);
    if (!food) return food.error();
    return food_response(201, *food).with_location("/foods/" + std::to_string(food->id) + "/");
}

Result<Response> FoodRoutes::change(const Request& request, bool whole) const {
    const Edit edit = [&](FoodDraft& draft) {
        if (whole) draft = {};
        read_draft(request.json, draft);
    };
    const CountCheck seen = [&](const Food& now) -> Status {
        if (request.header("if-match")) return if_match(request, count_tag_of(now));
        return Error(Errc::precondition_required, "if_match_required",
                     "Portions of '" + now.name +
                         "' may be sold meanwhile. Read it, and send its ETag as If-Match with a "
                         "new available_quantity; or add and take away with POST " +
                         request.path + "/stock/.");
    };
    const Result<Food> food = service_.change(request.path_id("id"), edit, if_match(request),
                                              request.who().user_id, seen);
    if (!food) return food.error();
    return food_response(200, *food);
}

Result<Response> FoodRoutes::remove(const Request& request) const {
    if (Status done = service_.remove(request.path_id("id"), if_match(request)); !done)
        return std::move(done).error();
    return Response::no_content();
}

Result<Response> FoodRoutes::restore(const Request& request) const {
    const Result<Food> food = service_.restore(request.path_id("id"));
    if (!food) return food.error();
    return food_response(200, *food);
}

Result<Response> FoodRoutes::categories(const Request& request) const {
    return response(request, "categories", [&]() -> Result<CachedResponsePtr> {
        const Result<Rows> rows = service_.categories();
        if (!rows) return rows.error();
        Categories found;
        for (const Row row : *rows) found.result.push_back({row.text(0), row.integer(1)});
        return content_response(http::body_json(found));
    });
}

Result<Response> FoodRoutes::response(const Request& request, const std::string& key,
                                      const ResponseCache::Read& read) const {
    const Result<CachedResponsePtr> found =
        cache_ ? cache_->get(key, request.deadline, read) : read();
    if (!found) return found.error();
    return Response::raw_json(200, (*found)->body).with_header("ETag", (*found)->etag);
}

Response food_response(int status, const Food& food) {
    return Response::json(status, food).with_header("ETag", etag_of(food));
}

}  // namespace kitchen::catalog

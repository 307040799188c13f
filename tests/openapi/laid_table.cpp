#include "laid_table.h"

#include <string_view>

#include "every_plugin.h"
#include "sample_images.h"

namespace kitchen::tests {

using testkit::HttpResponse;

LaidTable::LaidTable()
    : restaurant(with_every_plugin({}, {})),
      document(restaurant.client().get("/openapi.json").json),
      customer(restaurant.customer()),
      admin(restaurant.admin()) {
    values_["/users/{id}"] = std::to_string(restaurant.sign_up().id);
}

void LaidTable::use(const char* parameter, const HttpResponse& response) {
    if (response.status < 300 && response.json["id"].is_integer())
        values_[parameter] = std::to_string(response.json["id"].as_integer());
}

void LaidTable::place_order() {
    customer.del("/cart/");
    customer.post("/cart/", Json::object({{"food_id", food}}));
    use("/orders/{id}", customer.post("/orders/", Json::object({{"fulfillment_type", "pickup"}})));
}

void LaidTable::lay() {
    ++count;
    admin.del("/store/pause/");
    food = restaurant.food("Set " + std::to_string(count), 1000, 50);
    const std::string path = "/foods/" + std::to_string(food);
    values_["/foods/{id}"] = std::to_string(food);

    place_order();
    for (const char* status : {"confirmed", "preparing", "ready", "completed"})
        admin.post("/orders/" + values_["/orders/{id}"] + "/status/",
                   Json::object({{"status", status}}));
    if (count % 2 == 0)
        use("/ratings/{rating_id}",
            customer.post(path + "/ratings/", Json::object({{"rating", 4}})));
    place_order();
    use("/cart/{item_id}", customer.post("/cart/", Json::object({{"food_id", food}})));
    use("/me/addresses/{id}",
        customer.post(
            "/me/addresses/",
            Json::object({{"line1", "1 Set Street"}, {"city", "Ikeja"}, {"state", "Lagos"}})));
    promo_code = "SET-" + std::to_string(count);
    use("/admin/promotions/{id}",
        admin.post("/admin/promotions/",
                   Json::object({{"code", promo_code}, {"basis_points", 1000}})));
    const HttpResponse image = admin.send("POST", path + "/image/", images::samples::jpeg(8, 8),
                                          {{"Content-Type", "image/jpeg"}});
    if (image.status == 201)
        values_["/images/{name}"] =
            image.header("location").substr(std::string_view("/images/").size());
}

std::optional<std::string> LaidTable::value(const std::string& path,
                                            const std::string& parameter) const {
    const std::string slot = "{" + parameter + "}";
    const std::string until = path.substr(0, path.find(slot) + slot.size());
    for (const auto& [pattern, value] : values_)
        if (until.ends_with(pattern)) return value;
    return std::nullopt;
}

std::string LaidTable::path_of(const Operation& operation) const {
    std::string path = operation.path;
    for (std::size_t open; (open = path.find('{')) != std::string::npos;) {
        const std::size_t close = path.find('}', open);
        const std::string name = path.substr(open + 1, close - open - 1);
        path.replace(open, close - open + 1, value(operation.path, name).value_or("1"));
    }
    return path;
}

}  // namespace kitchen::tests

#include "image_routes.h"

#include <string>

#include "kitchen/http/body.h"
#include "kitchen/http/files.h"

namespace kitchen::images {

using http::BodyFields;
using http::Request;
using http::Response;
using http::Route;

void describe(BodyFields<AddedImage>& field) {
    field.named("FoodImage");
    field("food_id", &AddedImage::food_id).min(1);
    field("image_url", &AddedImage::image_url).describe("Where the image is, as the food says too");
    field("width", &AddedImage::width).min(1).describe("Pixels, before it is turned");
    field("height", &AddedImage::height).min(1).describe("Pixels, before it is turned");
    field("size", &AddedImage::size).min(1).describe("Bytes, as they are sent");
    field("version", &AddedImage::version).min(1).describe("Of the food; also the ETag");
}

namespace {

constexpr std::string_view folder = "/images/";

Route add_route(std::size_t max_bytes) {
    Route route = Route::post("/foods/{id:id}/image/");
    route.summary("Give a food an image")
        .describe(
            "The body is the image. Its bytes decide what it is, whatever Content-Type says. It is "
            "stored without the data that cameras and programs add, such as the place, and the "
            "food's image_url leads to it. The same image again changes nothing. The one before "
            "stays readable for a while.")
        .roles({"admin"})
        .changes("image", food_image_row)
        .takes_file({"image/jpeg", "image/png", "image/webp"}, max_bytes)
        .if_match()
        .answers<AddedImage>(201,
                             "The image; Location is where it lives, and the food's version "
                             "is the ETag")
        .answers(404, "The food is unknown or deleted")
        .answers(413, "More than " + std::to_string(max_bytes) + " bytes")
        .answers(415, "No JPEG, PNG or WebP")
        .answers(422,
                 "The image is damaged (image_broken), moves (image_animated) or has too many "
                 "pixels (image_too_large)");
    return route;
}

Route remove_route() {
    Route route = Route::del("/foods/{id:id}/image/");
    route.summary("Take a food's image away")
        .describe("The image stays readable for a while.")
        .roles({"admin"})
        .changes("image", food_image_row)
        .if_match()
        .answers(204, "Gone")
        .answers(404,
                 "The food is unknown or deleted (food_not_found), or no image was uploaded "
                 "for it (image_not_found)");
    return route;
}

Route read_route() {
    Route route = Route::get(std::string(folder) + "{name}");
    route.summary("An image")
        .describe("What is at this address never changes; another image has another address.")
        .answers(200, "The image", "image/*")
        .answers(206, "The range of it that was asked for", "image/*")
        .response_header("Content-Range", "Which part of the image a 206 is, as in bytes 0-99/1234")
        .response_header("Last-Modified", "When it was stored")
        .response_header("Accept-Ranges", "bytes")
        .answers(304, "If-None-Match has its ETag")
        .answers(404, "There is no such image, or not any more")
        .answers(412, "It is not the one of If-Match")
        .answers(416, "The range begins behind its end");
    return route;
}

}  // namespace

ImageRoutes::ImageRoutes(Setup& setup, ImageService& service, std::size_t max_bytes)
    : service_(service) {
    setup.add_route(add_route(max_bytes).handle([this](Request& r) { return add(r); }));
    setup.add_route(remove_route().handle([this](Request& r) { return remove(r); }));
    setup.add_route(read_route().handle([this](Request& r) { return read(r); }));
}

Result<Response> ImageRoutes::add(const Request& request) const {
    const Result<AddedImage> added = service_.add(request.path_id("id"), request.file()->path,
                                                  request.base_url + std::string(folder),
                                                  http::if_match(request), request.who().user_id);
    if (!added) return added.error();
    return Response::json(201, *added)
        .with_version(added->version)
        .with_location(added->image_url.substr(request.base_url.size()));
}

Result<Response> ImageRoutes::remove(const Request& request) const {
    if (Status done =
            service_.remove(request.path_id("id"), http::if_match(request), request.who().user_id);
        !done)
        return std::move(done).error();
    return Response::no_content();
}

Result<Response> ImageRoutes::read(Request& request) const {
    const Result<StoredImage> image = service_.find(request.path_text("name"));
    if (!image) return image.error();
    http::Content content;
    content.tag = image->name.substr(0, image->name.find('.'));
    content.modified = image->created_at / 1000;
    content.size = static_cast<std::uint64_t>(image->size);
    content.media_type = http::media_type_of(image->name);
    // Menus of other sites may show it, so it is for every origin.
    content.headers = {{"Cache-Control", "public, max-age=31536000, immutable"},
                       {"Cross-Origin-Resource-Policy", "cross-origin"},
                       {"X-Content-Type-Options", "nosniff"}};
    content.open = [&](std::uint64_t first, std::uint64_t length) {
        return service_.open(*image, {first, length});
    };
    return http::content_response(request, content);
}

}  // namespace kitchen::images

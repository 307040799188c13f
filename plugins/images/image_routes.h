// The HTTP side of images: /foods/{id}/image/ and /images/{name}.
//
// Thread-safety: handlers run on many threads at once; they keep no state.
#pragma once

#include "image_service.h"
#include "kitchen/plugin.h"

namespace kitchen::images {

class ImageRoutes {
public:
    /// Adds the routes, which call back into this object: it must stay where it is. `service` must
    /// outlive them. `max_bytes` of one upload.
    ImageRoutes(Setup& setup, ImageService& service, std::size_t max_bytes);
    ImageRoutes(const ImageRoutes&) = delete;
    ImageRoutes& operator=(const ImageRoutes&) = delete;

private:
    Result<http::Response> add(const http::Request& request) const;
    Result<http::Response> remove(const http::Request& request) const;
    Result<http::Response> read(http::Request& request) const;

    ImageService& service_;
};

}  // namespace kitchen::images

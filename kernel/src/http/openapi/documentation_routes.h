// GET /openapi.json, GET /docs/ and its style sheet: answered from memory, made once at start.
//
// Thread-safety: publish() before the routes are called; those from any thread.
#pragma once

#include <memory>
#include <vector>

#include "kitchen/http/route.h"
#include "kitchen/json.h"

namespace kitchen::http {

class Documentation {
public:
    Documentation();

    /// To be put into the table that the document is made from, so that it lists them too. The
    /// routes share ownership of what is published.
    std::vector<Route> routes() const;
    void publish(const Json& openapi);

private:
    struct Published;
    std::shared_ptr<Published> published_;
};

}  // namespace kitchen::http

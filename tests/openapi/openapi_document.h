// The published OpenAPI document: its operations and their schemas.
//
// Thread-safety: immutable once built.
#pragma once

#include <string>
#include <vector>

#include "kitchen/json.h"

namespace kitchen::tests {

struct Operation {
    std::string method;  ///< upper-case
    std::string path;    ///< with {parameters}
    Json description;    ///< the operation object

    /// The schema of the JSON body; null when it takes none, or a file.
    const Json& body_schema() const {
        static const Json none;
        const Json& schema = description["requestBody"]["content"]["application/json"]["schema"];
        return schema["format"] == Json("binary") ? none : schema;
    }
    bool takes_file() const {
        return description["requestBody"].is_object() && body_schema().is_null();
    }
    /// Whether it may answer so, by itself or under the general rule of its `default` response.
    bool lists(int status) const;
    bool is_open() const { return description["security"].size() == 0; }
};

class OpenApiDocument {
public:
    explicit OpenApiDocument(Json document) : document_(std::move(document)) {}

    std::vector<Operation> operations() const;
    const Json& schemas() const { return document_["components"]["schemas"]; }
    /// Follows $ref, also through components/responses.
    const Json& resolve(const Json& value) const;

private:
    Json document_;
};

}  // namespace kitchen::tests

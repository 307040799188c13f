// The published OpenAPI document, as what a client may rely on: the operations, and whether a value
// has the shape that was promised.
//
// Knows the part of JSON Schema 2020-12 that the kernel writes; any other keyword is reported as a
// deviation, so that the check cannot quietly grow blind.
//
// Thread-safety: immutable once built.
#pragma once

#include <string>
#include <vector>

#include "kitchen/json.h"
#include "kitchen/testkit/http_client.h"

namespace kitchen::tests {

struct Operation {
    std::string method;  ///< upper-case
    std::string path;    ///< with {parameters}
    Json description;    ///< the operation object

    /// The schema of the JSON body; null when it takes none.
    const Json& body_schema() const {
        return description["requestBody"]["content"]["application/json"]["schema"];
    }
    bool is_open() const { return description["security"].size() == 0; }
};

class OpenApiDocument {
public:
    explicit OpenApiDocument(Json document) : document_(std::move(document)) {}

    std::vector<Operation> operations() const;
    /// Follows $ref, also through components/responses.
    const Json& resolve(const Json& value) const;
    /// What a response to that operation is not, compared with the document: one sentence each;
    /// empty when it is as promised.
    std::vector<std::string> deviations(const Operation& operation,
                                        const testkit::HttpResponse& response) const;
    /// The same for a value and a schema.
    void validate(const Json& schema, const Json& value, const std::string& where,
                  std::vector<std::string>& out) const;

private:
    void validate_type(const Json& type, const Json& value, const std::string& where,
                       std::vector<std::string>& out) const;
    void validate_object(const Json& schema, const Json& value, const std::string& where,
                         std::vector<std::string>& out) const;
    void validate_array(const Json& schema, const Json& value, const std::string& where,
                        std::vector<std::string>& out) const;

    Json document_;
};

}  // namespace kitchen::tests

#include "openapi_document.h"

#include <algorithm>
#include <iterator>

namespace kitchen::tests {
namespace {

// What any operation may answer under the general rule of the document, its `default` response.
constexpr int general_statuses[] = {400, 401, 404, 405, 413, 415, 422, 429, 503};

}  // namespace

bool Operation::lists(int status) const {
    return description["responses"].has(std::to_string(status)) ||
           std::find(std::begin(general_statuses), std::end(general_statuses), status) !=
               std::end(general_statuses);
}

std::vector<Operation> OpenApiDocument::operations() const {
    std::vector<Operation> all;
    for (const auto& [path, item] : document_["paths"].as_object()) {
        for (const auto& [method, operation] : item.as_object()) {
            std::string upper = method;
            for (char& c : upper)
                c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
            all.push_back({upper, path, operation});
        }
    }
    return all;
}

const Json& OpenApiDocument::resolve(const Json& value) const {
    const Json* reference = value.find("$ref");
    if (!reference) return value;
    const Json* at = &document_;
    std::string rest = reference->as_string().substr(2);  // "#/"
    while (!rest.empty()) {
        const std::size_t slash = std::min(rest.find('/'), rest.size());
        at = &(*at)[rest.substr(0, slash)];
        rest.erase(0, std::min(slash + 1, rest.size()));
    }
    return *at;
}

}  // namespace kitchen::tests

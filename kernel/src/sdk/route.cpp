#include "kitchen/http/route.h"

namespace kitchen::http {

std::vector<std::string> Route::scopes() const {
    std::vector<std::string> names;
    if (!scope_name.empty())
        names = {scope_name};
    else if (access == Access::roles)
        names = allowed_roles;
    else
        names = {access == Access::operators ? "operator" : plugin};
    if (method == "GET")
        for (std::size_t i = names.size(); i > 0; --i) names.push_back(names[i - 1] + ":read");
    return names;
}

}  // namespace kitchen::http

// What the kernel responds by itself, whatever route is asked: documented once, under
// components/responses, and beside what a route declares.
//
// Thread-safety: pure functions.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "kitchen/http/route.h"

namespace kitchen::http {

struct ImpliedResponse {
    int status;
    const char* name;  ///< under components/responses
    const char* text;
    std::vector<std::string> codes = {};   ///< of the problem; empty: plugins have more
    std::vector<std::string> fields = {};  ///< header fields that always come

    bool applies_to(const Route& route, bool has_path_parameters) const;
};

std::span<const ImpliedResponse> implied_responses();
/// nullptr: the kernel never responds with this status.
const ImpliedResponse* find_implied(int status);

}  // namespace kitchen::http

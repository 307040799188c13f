// The query of a request against the parameters that its route declares.
//
// Thread-safety: pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "kitchen/http/route.h"

namespace kitchen::http {

/// Decodes "a=1&b=2" ('+' is a space) and checks each value like a JSON value of its parameter's
/// type. Appends the declared parameters to `out`, in the order declared, defaults filled in, and
/// one fault (pointer "?name") for each that is unknown, repeated, missing or not valid. Errors:
/// malformed when an escape is no escape, or the bytes are not UTF-8.
Status read_query(std::string_view query, const Route& route, Fields& out,
                  std::vector<Fault>& faults);

/// Appends a sentence for each query parameter that could never work: declared twice, of a type
/// that has no text form, or with a default that its own schema refuses.
void check_query_parameters(const Route& route, std::vector<std::string>& problems);

/// The value that a text of a query or a form stands for: booleans as clients spell them (true,
/// True, 1, yes, on), a time whose '+' was sent unencoded and became a space. The text itself,
/// which the schema then refuses, when it stands for none of that type.
Json value_of(std::string text, const Schema& schema);

}  // namespace kitchen::http

// Values for a schema, and values that miss it narrowly or by far: what the API fuzz sends. The
// same seed makes the same values.
//
// Thread-safety: one thread.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>

#include "openapi_document.h"

namespace kitchen::tests {

class ValueMaker {
public:
    /// `document` must outlive it.
    ValueMaker(const OpenApiDocument& document, std::uint64_t seed)
        : document_(document), random_(seed) {}

    /// For members of this name, wherever they stand, a value that means something to the server
    /// now.
    void use(const std::string& name, Json value) { known_[name] = std::move(value); }

    /// 0 to `bound` - 1.
    std::size_t pick(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }
    bool chance(unsigned percent) { return random_() % 100 < percent; }

    /// A value that the schema accepts; with `sparse`, optional members are left out.
    Json valid(const Json& schema, const std::string& name = {}, bool sparse = false);
    /// A value that differs from what the schema accepts in one place or altogether.
    Json spoiled(const Json& schema);
    /// Any value of any type.
    Json anything(int depth = 0);
    /// Text of a body that no JSON reader should take, or hardly.
    std::string noise();
    /// Letters, marks, controls, what has a meaning elsewhere; at most `most` characters.
    std::string text(std::size_t most);

private:
    Json valid_text(const Json& schema);
    std::int64_t edge(const Json& schema);
    void spoil(const Json& schema, Json& value, int depth);

    const OpenApiDocument& document_;
    std::mt19937_64 random_;
    std::map<std::string, Json> known_;
    int serial_ = 0;
};

}  // namespace kitchen::tests

// The bodies of requests and responses for carts.
//
// Thread-safety: plain values and pure functions. A view lives no longer than what it shows.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cart_service.h"
#include "kitchen/http/body.h"

namespace kitchen::cart {

struct NewItem : NewLine {
    std::vector<std::int64_t> side_protein_ids, extra_side_ids;
    /// One id in place of a list, as the original clients send it.
    std::optional<std::int64_t> side_protein_id, extra_side_id;

    static void describe(http::BodyFields<NewItem>& field);
};

void describe(http::BodyFields<LineChange>& field);

/// One item: foods as the catalogue shows them; the pointers of its problems are relative to the
/// item.
struct LineView {
    const CartLine& line;
    const Catalog& catalog;

    static void describe(http::BodyFields<LineView>& field);
};

/// The whole cart; its own `problems` repeats those of the items, with pointers from the cart
/// ("/items/2/food").
struct CartBody {
    const CartContents& contents;
    const Catalog& catalog;

    static void describe(http::BodyFields<CartBody>& field);
};

/// A number that changes whenever the catalogue changes anything a client sees of the items: a food
/// has another version then, or another quantity or rating. The same on every machine and in every
/// build.
std::int64_t fingerprint(const CartContents& contents);

}  // namespace kitchen::cart

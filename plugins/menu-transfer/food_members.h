// Which members of two drafts differ, and those members alone.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <tuple>

#include "kitchen/catalog.h"

namespace kitchen::transfer {

inline constexpr std::tuple food_members = {
    &FoodDraft::name,         &FoodDraft::description, &FoodDraft::price,
    &FoodDraft::image_url,    &FoodDraft::category,    &FoodDraft::available_quantity,
    &FoodDraft::is_available, &FoodDraft::tags,        &FoodDraft::side_protein,
    &FoodDraft::extra_side};

/// A bit for each of food_members.
using FoodMembers = std::uint32_t;
inline constexpr FoodMembers all_members =
    (FoodMembers{1} << std::tuple_size_v<decltype(food_members)>)-1;

inline FoodMembers differing(const FoodDraft& a, const FoodDraft& b) {
    FoodMembers members = 0, bit = 1;
    const auto look = [&](auto member) {
        if (a.*member != b.*member) members |= bit;
        bit <<= 1;
    };
    std::apply([&](auto... member) { (look(member), ...); }, food_members);
    return members;
}

inline void copy_members(FoodMembers members, const FoodDraft& from, FoodDraft& to) {
    const auto copy = [&](auto member) {
        if (members & 1) to.*member = from.*member;
        members >>= 1;
    };
    std::apply([&](auto... member) { (copy(member), ...); }, food_members);
}

}  // namespace kitchen::transfer

#include "food_draft.h"

namespace kitchen::catalog {

FoodDraft draft_of(const Food& food) {
    FoodDraft draft;
    draft.name = food.name;
    draft.description = food.description;
    draft.price = food.price;
    draft.image_url = food.image_url;
    draft.category = food.category;
    draft.available_quantity = food.available_quantity;
    draft.is_available = food.is_available;
    draft.tags = food.tags;
    draft.side_protein = food.side_protein;
    draft.extra_side = food.extra_side;
    return draft;
}

void assign(Food& food, const FoodDraft& draft) {
    food.name = draft.name;
    food.description = draft.description;
    food.price = draft.price;
    food.image_url = draft.image_url;
    food.category = draft.category;
    food.available_quantity = draft.available_quantity;
    food.is_available = draft.is_available;
    food.tags = draft.tags;
    food.side_protein = draft.side_protein;
    food.extra_side = draft.extra_side;
}

}  // namespace kitchen::catalog

// The dishes of the demo menu, in the order the menu shows them, and which sides go with which
// course.
#include "demo_menu.h"

namespace kitchen::catalog {
namespace {

using enum DemoCourse;

constexpr DemoFood foods[] = {
    {"Smoky Party Jollof Rice",
     "Long-grain rice cooked in tomato, pepper and onion until the bottom of the pot catches.",
     2800, "Rice", "spicy popular", rice},
    {"Nigerian Fried Rice",
     "Curry-scented rice tossed with carrots, green beans, sweetcorn and diced liver.", 3000,
     "Rice", "mild", rice},
    {"Ofada Rice and Ayamase",
     "Unpolished rice from Ogun State, wrapped in leaves, with a hot green-pepper sauce, "
     "locust beans and assorted meat.",
     4500, "Rice", "spicy local popular", rice, 30},
    {"Coconut Rice", "Rice simmered in coconut milk with sweet peppers and ground crayfish.", 3200,
     "Rice", "mild seafood", rice},
    {"White Rice and Stew", "Plain boiled rice under a fried tomato and pepper stew.", 2300, "Rice",
     "vegan", rice},
    {"Native Palm Oil Rice",
     "Rice cooked in palm oil with smoked fish, crayfish, locust beans and scent leaf.", 3300,
     "Rice", "spicy seafood local", rice},

    {"Egusi Soup",
     "Ground melon seeds fried in palm oil with pumpkin leaves, stockfish and crayfish.", 3500,
     "Soups", "popular seafood", soup},
    {"Efo Riro", "Yoruba spinach stew with red peppers, locust beans and smoked fish.", 3200,
     "Soups", "spicy seafood", soup},
    {"Ogbono Soup", "Wild mango seeds make it draw; with ugu leaves, crayfish and dried fish.",
     3400, "Soups", "seafood", soup},
    {"Afang Soup",
     "Shredded afang and waterleaf from Akwa Ibom, with periwinkles, cow skin and palm oil.", 4200,
     "Soups", "seafood", soup, 25},
    {"Banga Soup",
     "Delta palm-fruit soup spiced with oburunbebe stick and dried bitter leaf, with fresh "
     "catfish.",
     4300, "Soups", "spicy seafood", soup, 20},
    {"Oha Soup", "Tender oha leaves in a light cocoyam-thickened soup with uziza.", 3800, "Soups",
     "seafood", soup},
    {"Okra Soup",
     "Fresh okra, quickly cooked so that it keeps its crunch and its draw, with prawns and uziza "
     "leaf.",
     3600, "Soups", "seafood", soup},
    {"Gbegiri and Ewedu",
     "Smooth bean soup beside whipped jute leaves, with a spoon of pepper stew.", 3000, "Soups",
     "vegetarian", soup},
    {"Catfish Pepper Soup",
     "Point and kill: a thick cut of catfish in a thin, fiery broth of ehuru and scent leaf.", 5500,
     "Soups", "spicy seafood", snack, 18},
    {"Goat Meat Pepper Soup", "Goat on the bone in a hot, aromatic broth of uda, ehuru and utazi.",
     4800, "Soups", "spicy popular", snack},

    {"Pounded Yam", "White yam boiled and pounded until smooth and stretchy.", 1500, "Swallow",
     "vegan popular", swallow},
    {"Eba", "Yellow garri stirred into hot water until firm.", 800, "Swallow", "vegan", swallow},
    {"Amala", "Dark, soft swallow of dried yam flour.", 1000, "Swallow", "vegan", swallow},
    {"Fufu", "Fermented cassava, cooked and turned until smooth.", 900, "Swallow", "vegan",
     swallow},
    {"Tuwo Shinkafa", "Soft short-grain rice, beaten with a wooden spoon and moulded.", 1000,
     "Swallow", "vegan northern", swallow},
    {"Tuwo Shinkafa with Miyan Kuka",
     "Moulded soft rice with the northern soup of ground baobab leaves, dawadawa and beef.", 3600,
     "Swallow", "northern", soup},

    {"Ewa Agoyin", "Beans cooked until they fall apart, under a dark, slow-fried pepper sauce.",
     1800, "Beans and Yam", "spicy vegan popular", beans},
    {"Asaro", "Yam pottage in palm oil, tomato and pepper, with smoked fish.", 2400,
     "Beans and Yam", "spicy seafood", beans},
    {"Akara", "Six crisp fritters of peeled black-eyed beans, pepper and onion.", 900,
     "Beans and Yam", "vegan breakfast", snack},
    {"Okpa", "Enugu's steamed pudding of bambara-nut flour and palm oil, wrapped in leaves.", 800,
     "Beans and Yam", "vegan breakfast", snack, 40},
    {"Abacha", "Shredded cassava salad in palm-oil sauce with garden eggs, ugba and smoked fish.",
     2500, "Beans and Yam", "spicy seafood", snack},
    {"Boli", "Ripe plantain roasted over charcoal, with groundnuts and pepper sauce.", 1500,
     "Beans and Yam", "spicy vegan street-food", snack},
    {"Masa", "Four sour-sweet griddled rice cakes from the north, dusted with yaji.", 1200,
     "Beans and Yam", "vegetarian northern", snack},

    {"Beef Suya",
     "Thin skewered beef in groundnut and pepper spice, grilled over charcoal, with onion and "
     "tomato.",
     3000, "Grills", "spicy northern popular street-food", snack},
    {"Asun", "Smoked goat, chopped and fried again with scotch bonnet and onions.", 4000, "Grills",
     "spicy popular", snack, 25},
    {"Kilishi", "Sun-dried sheets of beef in a hot groundnut paste, flame-finished. 100 g.", 3500,
     "Grills", "spicy northern", alone, 40},
    {"Nkwobi", "Cow foot in a thick palm-oil sauce with ugba and utazi, served in a wooden bowl.",
     5000, "Grills", "spicy", snack, 15},
    {"Isi Ewu",
     "Goat head, cooked tender and tossed in spiced palm-oil sauce with utazi. Serves two.", 9500,
     "Grills", "spicy sharing", snack, 10},

    {"Fried Beef", "Two pieces of beef, boiled with spices and fried.", 1000, "Proteins", "side",
     alone},
    {"Fried Chicken", "A chicken quarter, marinated and fried crisp.", 2200, "Proteins",
     "side popular", alone},
    {"Fried Titus", "A thick cut of mackerel, seasoned and fried.", 1800, "Proteins",
     "side seafood", alone},
    {"Stewed Goat Meat", "Goat on the bone in pepper stew.", 2000, "Proteins", "side spicy", alone},
    {"Peppered Turkey", "Fried turkey wing in a hot pepper and onion sauce.", 3200, "Proteins",
     "side spicy", alone, 30},
    {"Ponmo", "Soft cow skin in pepper sauce.", 700, "Proteins", "side spicy", alone},
    {"Boiled Egg", "One hen's egg, hard-boiled.", 400, "Proteins", "side vegetarian", alone},

    {"Dodo", "Ripe plantain, sliced and fried golden.", 1000, "Sides", "side vegan popular", alone},
    {"Moi Moi", "Steamed pudding of ground beans, pepper and onion, with egg and flaked fish.",
     1200, "Sides", "side seafood", alone},
    {"Coleslaw", "Shredded cabbage and carrot in salad cream.", 800, "Sides", "side vegetarian",
     alone},
    {"Agege Bread", "A soft, slightly sweet, unsliced loaf for one.", 500, "Sides",
     "side vegetarian", alone},

    {"Puff-Puff", "Ten balls of sweet yeast dough, fried until brown.", 800, "Small Chops",
     "vegetarian street-food", alone},
    {"Chin Chin", "A cup of crunchy fried dough cubes with nutmeg.", 700, "Small Chops",
     "vegetarian", alone},
    {"Meat Pie", "Short pastry filled with minced beef, potato and carrot.", 1200, "Small Chops",
     "popular", alone, 60},

    {"Zobo", "Chilled hibiscus drink with ginger, cloves and pineapple. 50 cl.", 800, "Drinks",
     "vegan cold", alone},
    {"Kunu", "Millet drink with ginger and a little chilli, from the north. 50 cl.", 800, "Drinks",
     "vegan cold northern", alone},
    {"Chapman", "Orange and lemon soda with blackcurrant, bitters, cucumber and ice. 50 cl.", 1500,
     "Drinks", "cold popular", alone},
    {"Palm Wine", "Fresh from the tree that morning, slightly sparkling. Contains alcohol. 50 cl.",
     1500, "Drinks", "vegan cold alcohol", alone, 24},
};

constexpr std::string_view proteins[] = {"Fried Beef",       "Fried Chicken",   "Fried Titus",
                                         "Stewed Goat Meat", "Peppered Turkey", "Ponmo",
                                         "Boiled Egg"};
constexpr std::string_view soup_proteins[] = {"Fried Beef", "Fried Chicken", "Fried Titus",
                                              "Stewed Goat Meat", "Ponmo"};
constexpr std::string_view rice_sides[] = {"Dodo", "Moi Moi", "Coleslaw"};
constexpr std::string_view swallows[] = {"Pounded Yam", "Eba", "Amala", "Fufu", "Tuwo Shinkafa"};
constexpr std::string_view soups[] = {"Egusi Soup", "Efo Riro", "Ogbono Soup", "Afang Soup",
                                      "Banga Soup", "Oha Soup", "Okra Soup",   "Gbegiri and Ewedu"};
constexpr std::string_view bean_sides[] = {"Agege Bread", "Dodo"};
constexpr std::string_view snack_sides[] = {"Agege Bread", "Dodo", "Coleslaw"};

}  // namespace

std::span<const DemoFood> demo_foods() noexcept { return foods; }

DemoSides demo_side_proteins(DemoCourse course) noexcept {
    switch (course) {
        case rice: return {2, proteins};
        case soup:
        case swallow: return {3, soup_proteins};
        case beans: return {1, proteins};
        case snack:
        case alone: break;
    }
    return {};
}

DemoSides demo_extra_sides(DemoCourse course) noexcept {
    switch (course) {
        case rice: return {2, rice_sides};
        case soup: return {2, swallows};
        case swallow: return {1, soups};
        case beans: return {2, bean_sides};
        case snack: return {1, snack_sides};
        case alone: break;
    }
    return {};
}

}  // namespace kitchen::catalog

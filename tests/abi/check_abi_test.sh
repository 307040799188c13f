#!/usr/bin/env bash
# scripts/check-abi sees what would break a plugin, and nothing else.
set -euo pipefail
cd "$(dirname "$0")/../.."
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir "$tree/kernel"
cp -r kernel/include "$tree/kernel/"
cp -r --parents plugins/*/include "$tree/"
headers=$tree/kernel/include/kitchen

sed -i '1i // A comment and a function that is not virtual change no layout.' "$headers/principal.h"
sed -i 's|^    virtual void drain() {}|&\n    void pause() {}|' "$headers/plugin.h"
scripts/check-abi "$tree"

sed -i 's|^    std::int64_t user_id = 0;|&\n    std::int64_t shift = 0;|' "$headers/principal.h"
sed -i 's|^    virtual ~Carts() = default;|&\n    virtual void count() = 0;|' "$tree/plugins/cart/include/kitchen/cart.h"
if difference=$(scripts/check-abi "$tree"); then echo "not seen"; exit 1; fi
grep -q " shift'" <<<"$difference"
grep -q "Carts::count()" <<<"$difference"

sed -i 's|^#define KITCHEN_API .*|#define KITCHEN_API 1|' "$headers/build.h"
scripts/check-abi "$tree"

// The transaction of a step that reads nothing.
//
// Thread-safety: none needed.
#pragma once

#include <stdexcept>

#include "kitchen/store.h"

namespace kitchen::tests {

struct NoTransaction final : Transaction {
    Status run(Statement, std::span<const Param>, Rows&) override {
        throw std::logic_error("a statement was run");
    }
    void after_commit(std::function<void()>) override {
        throw std::logic_error("a hook was added");
    }
};

}  // namespace kitchen::tests

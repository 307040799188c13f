#include "plugin/running.h"

#include <utility>

namespace kitchen::plugin {

namespace {

thread_local const char* current = nullptr;

}  // namespace

Running::Running(std::string where) : where_(std::move(where)), before_(current) {
    current = where_.c_str();
}

Running::~Running() { current = before_; }

const char* running() noexcept { return current; }

}  // namespace kitchen::plugin

// What auth.so has in place of phone_tables.cpp.
#include <dlfcn.h>

#include <filesystem>
#include <stdexcept>

#include "accounts/phone_tables.h"

namespace kitchen::auth {
namespace {

const PhoneTables& load() {
    Dl_info here{};
    ::dladdr(reinterpret_cast<const void*>(&load), &here);
    const auto file = std::filesystem::path(here.dli_fname).parent_path() / "auth/phone-tables.so";
    void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    void* symbol = library ? ::dlsym(library, "kitchen_phone_tables_1") : nullptr;
    if (!symbol) {
        const char* reason = ::dlerror();
        throw std::runtime_error(std::string("phone numbers cannot be read: ") +
                                 (reason ? reason : file.c_str()));
    }
    return *reinterpret_cast<decltype(&kitchen_phone_tables_1)>(symbol)();
}

}  // namespace

const PhoneTables& phone_tables() {
    static const PhoneTables& loaded = load();
    return loaded;
}

}  // namespace kitchen::auth

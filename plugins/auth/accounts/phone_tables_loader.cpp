// What auth.so has in place of phone_tables.cpp.
#include <dlfcn.h>

#include <filesystem>
#include <stdexcept>

#include "accounts/phone_tables.h"

namespace kitchen::auth {
namespace {

std::filesystem::path file() {
    Dl_info plugin{};
    ::dladdr(reinterpret_cast<const void*>(&file), &plugin);
    return std::filesystem::path(plugin.dli_fname).parent_path() / "auth/phone-tables.so";
}

const PhoneTables& load() {
    void* library = ::dlopen(file().c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    void* symbol = library ? ::dlsym(library, "kitchen_phone_tables_1") : nullptr;
    if (!symbol)
        throw std::runtime_error(std::string("phone numbers cannot be read: ") + ::dlerror());
    return *reinterpret_cast<decltype(&kitchen_phone_tables_1)>(symbol)();
}

}  // namespace

void check_phone_tables() {
    if (!std::filesystem::exists(file()))
        throw std::runtime_error("there is no file " + file().string() +
                                 ", which is installed with auth.so");
}

const PhoneTables& phone_tables() {
    static const PhoneTables& loaded = load();
    return loaded;
}

}  // namespace kitchen::auth

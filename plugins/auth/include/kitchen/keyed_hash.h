// keyed-hash/1: hashes under the server's own secret, for what must be recognised again without
// being kept, and for keys that are derived from it. The same on every replica that has the same
// secret.
//
// Thread-safety: all calls, from any thread, once the provider has started. Ownership: the
// provider's plugin.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace kitchen {

class KeyedHash {
public:
    using Interface = KeyedHash;
    static constexpr std::string_view interface_name = "keyed-hash/1";
    virtual ~KeyedHash() = default;
    /// 256 bits as 64 lower-case hexadecimal digits. Another purpose gives another hash; and each
    /// field goes in with its length, so that ("ab", "c") and ("a", "bc") differ.
    virtual std::string mac(std::string_view purpose,
                            std::initializer_list<std::string_view> fields) const = 0;
};

}  // namespace kitchen

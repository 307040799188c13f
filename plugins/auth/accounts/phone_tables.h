// What libphonenumber knows of the numbering plans of all countries. With protobuf and ICU it takes
// 8.5 MB of a process, so a server has it from the first number that is written: the plugin
// loads auth/phone-tables.so, which lies beside it, then.
//
// Thread-safety: immutable; all calls, from any thread.
#pragma once

#include <optional>
#include <string>

namespace kitchen::auth {

class PhoneTables {
public:
    /// E.164 of a number that is written with digits and '+' alone, by the rules of `country`; ""
    /// when it is none. For `region` it is enough that it is written in full and as long as a
    /// mobile number.
    virtual std::string e164(const std::string& digits, const std::string& country,
                             const std::string& region) const = 0;

    /// 234; 0 when the country has no numbering plan.
    virtual int country_code(const std::string& country) const = 0;

    struct Example {
        std::string national, international;
    };
    /// Of a mobile number; nothing when there is none.
    virtual std::optional<Example> example(const std::string& country) const = 0;

protected:
    ~PhoneTables() = default;
};

/// Those of this process. The first call takes 20 ms. Throws std::runtime_error when they cannot be
/// loaded, which is a broken installation.
const PhoneTables& phone_tables();

/// Throws std::runtime_error when there is no file to load them from, so that this is known when
/// the server starts. Of the plugin alone.
void check_phone_tables();

}  // namespace kitchen::auth

/// What phone-tables.so exports: phone_tables(), by a name that changes when PhoneTables does.
extern "C" __attribute__((visibility("default"))) const kitchen::auth::PhoneTables*
kitchen_phone_tables_1();

// JSON from a client: what is accepted is written back to the same value, and validation by a schema never fails on it.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "kitchen/http/schema.h"
#include "kitchen/json.h"

using namespace kitchen;

namespace {

const http::Schema& body_schema() {
    using http::Schema;
    static const Schema schema = Schema::object({
        {"email", Schema::string().format(http::Format::email).max(254)},
        {"password", Schema::string().format(http::Format::password).min(8).max(128)},
        {"quantity", Schema::integer().min(1).max(99), http::optional},
        {"price", Schema::number().or_null(), http::optional},
        {"at", Schema::string().format(http::Format::date_time), http::optional},
        {"url", Schema::string().format(http::Format::http_url), http::optional},
        {"otp", Schema::string().format(http::Format::digits).min(6).max(6), http::optional},
        {"kind", Schema::string().one_of({"delivery", "pickup"}), http::optional},
        {"ids", Schema::array(Schema::integer().min(1)).max(8).unique_items(), http::optional},
        {"nested", Schema::object({{"deep", Schema::array(Schema::any())}}), http::optional},
    });
    return schema;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    JsonError error;
    const auto value = parse_json(text, &error);
    if (!value) {
        if (error.detail.empty() || error.offset > size) std::abort();
        return 0;
    }
    const std::string written = value->dump();
    const auto again = parse_json(written);
    if (!again || !(*again == *value)) std::abort();
    std::vector<Fault> faults;
    body_schema().validate(*value, "", faults);
    if (faults.size() > 100) std::abort();
    for (const Fault& fault : faults)
        if (fault.code.empty() || fault.detail.empty()) std::abort();
    return 0;
}

// Who we are to a service of AWS, or to one like it: settings that a plugin's settings derive from,
// and requests signed by libcurl (Signature Version 4, CURLOPT_AWS_SIGV4).
//
// Thread-safety: plain values.
#pragma once

#include <string>
#include <string_view>

#include "curl_handle.h"
#include "kitchen/settings.h"

namespace kitchen {

struct AwsKeys {
    std::string access_key_id, secret_access_key;
    std::string session_token;  ///< "": the keys are lasting ones
    std::string region;         ///< "": the plugin knows it from elsewhere

    /// `rights` says what the key may do, `of_region` where the region comes from when it is empty.
    template <class S>
    static void describe(Fields<S>& field, std::string_view rights, std::string_view of_region) {
        field("access_key_id", &S::access_key_id, rights).secret().required();
        field("secret_access_key", &S::secret_access_key, "See access_key_id").secret().required();
        field("session_token", &S::session_token,
              "With temporary keys; read at the start, so they must outlast the process")
            .secret();
        field("region", &S::region, of_region);
    }
    static void check(const AwsKeys& keys, Problems& problems);

    /// Adds what goes with a signature by these keys. libcurl signs every header of the list, the
    /// host and the date; also one that it only removes ("Expect:"), which is then refused.
    void add_token(CurlList& headers) const;
    /// Has libcurl sign the next request of the handle for that service, such as "s3".
    void sign(CURL* handle, std::string_view service) const;
};

}  // namespace kitchen

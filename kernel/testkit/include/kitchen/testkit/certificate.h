// A certificate that vouches for itself, made with the openssl command: for servers of a test that
// speak TLS.
//
// Thread-safety: from any thread.
#pragma once

#include <filesystem>
#include <string>

namespace kitchen::testkit {

struct Certificate {
    std::filesystem::path certificate, key;  ///< PEM
};

/// Writes certificate.pem and key.pem into `directory`, good for two days and that DNS name. Throws
/// std::runtime_error with what openssl said.
Certificate make_certificate(const std::filesystem::path& directory, const std::string& name);

}  // namespace kitchen::testkit

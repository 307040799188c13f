#include "kitchen/testkit/certificate.h"

#include <stdexcept>

#include "kitchen/testkit/child_process.h"

namespace kitchen::testkit {

Certificate make_certificate(const std::filesystem::path& directory, const std::string& name) {
    Certificate made{directory / "certificate.pem", directory / "key.pem"};
    ChildProcess openssl({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                          "ec_paramgen_curve:P-256", "-nodes", "-keyout", made.key.string(), "-out",
                          made.certificate.string(), "-days", "2", "-subj", "/CN=" + name,
                          "-addext", "subjectAltName=DNS:" + name});
    if (openssl.wait() != 0)
        throw std::runtime_error("openssl (Debian package openssl) made no certificate:\n" +
                                 openssl.output());
    return made;
}

}  // namespace kitchen::testkit

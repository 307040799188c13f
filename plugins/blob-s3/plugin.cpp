#include "kitchen/jobs.h"
#include "kitchen/plugin.h"
#include "s3_blobs.h"

namespace kitchen::s3 {

class BlobS3Plugin final : public Plugin {
public:
    using Settings = Options;

    BlobS3Plugin(const Settings& settings, Setup& setup, Random& random, Jobs& jobs)
        : blobs_(settings, random, setup.log()), jobs_(jobs) {
        setup.provide<Blobs>(blobs_);
        setup.add_periodic("blob-s3: health", settings.check_interval, [this] { blobs_.look(); });
        setup.add_health_check("blobs", false, [this] { return blobs_.check(); });
    }
    void start() override {
        // At once, so that /health/ tells of a wrong key; not here, so that a start does not wait
        // for S3.
        (void)jobs_.post("blob-s3: health", [this] { blobs_.look(); });
    }

private:
    S3Blobs blobs_;
    Jobs& jobs_;
};

}  // namespace kitchen::s3

KITCHEN_PLUGIN(kitchen::s3::BlobS3Plugin, "blob-s3", "1.0.0", "blob/1 on Amazon S3 and its like",
               kitchen::Random, kitchen::Jobs, kitchen::Provides<kitchen::Blobs>)

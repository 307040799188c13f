#include <filesystem>
#include <stdexcept>

#include "file_blobs.h"
#include "kitchen/plugin.h"

namespace kitchen {

struct BlobFileSettings {
    std::filesystem::path folder;

    static void describe(Fields<BlobFileSettings>& field) {
        field("folder", &BlobFileSettings::folder,
              "Where the files go; made when missing. Several servers need one that they share")
            .required();
    }
    static void check(const BlobFileSettings& settings, Problems& problems) {
        if (settings.folder.empty() || settings.folder.native().find('\0') != std::string::npos)
            problems.at(settings.folder, "must name a folder");
    }
};

class BlobFilePlugin final : public Plugin {
public:
    using Settings = BlobFileSettings;

    BlobFilePlugin(const Settings& settings, Setup& setup, Random& random)
        : folder_(settings.folder), blobs_(settings.folder, random) {
        setup.provide<Blobs>(blobs_);
        setup.add_health_check("blobs", false, [this] { return blobs_.check(); });
    }
    void start() override {
        if (Status started = blobs_.start(); !started)
            throw std::runtime_error("cannot use the folder " + folder_.string() + ": " +
                                     started.error().subject);
    }

private:
    const std::filesystem::path folder_;
    FileBlobs blobs_;
};

}  // namespace kitchen

KITCHEN_PLUGIN(kitchen::BlobFilePlugin, "blob-file", "1.0.0", "blob/1 in a folder", kitchen::Random,
               kitchen::Provides<kitchen::Blobs>)

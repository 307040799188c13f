#include "kitchen/testkit/traffic.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>

#include <unistd.h>

#include "kitchen/bytes.h"
#include "kitchen/text.h"

namespace kitchen::testkit {
namespace {

class TrafficFile {
public:
    static TrafficFile& of_this_process() {
        static TrafficFile file(std::getenv("KITCHEN_TRAFFIC"));
        return file;
    }

    bool is_open() const { return lines_.is_open(); }

    void write(const Json& line) {
        const std::string text = line.dump() + "\n";
        std::lock_guard lock(mutex_);
        lines_ << text << std::flush;
    }

    /// Documents are long and many servers have the same.
    std::string keep_document(const std::string& text) {
        std::string name = hex(fnv1a64(text));
        std::lock_guard lock(mutex_);
        if (kept_.insert(name).second) {
            const std::filesystem::path file = folder_ / (name + ".openapi.json");
            const std::filesystem::path written = file.string() + '.' + std::to_string(getpid());
            std::ofstream(written) << text;
            std::filesystem::rename(written, file);
        }
        return name;
    }

private:
    explicit TrafficFile(const char* folder) {
        if (!folder || !*folder) return;
        folder_ = folder;
        std::filesystem::create_directories(folder_);
        lines_.open(folder_ / (std::to_string(getpid()) + ".jsonl"), std::ios::app);
    }

    std::filesystem::path folder_;
    std::ofstream lines_;
    std::mutex mutex_;
    std::set<std::string> kept_;
};

bool is_text(std::string_view type) {
    return type.find("json") != std::string_view::npos || type.starts_with("text/event-stream");
}

}  // namespace

bool is_traffic_recorded() { return TrafficFile::of_this_process().is_open(); }

void record_traffic(std::uint16_t port, std::string_view method, std::string_view target,
                    std::string_view body, const HeaderList& headers, const HttpResponse& response,
                    bool is_whole) {
    TrafficFile& file = TrafficFile::of_this_process();
    Json line = Json::object({{"port", static_cast<std::int64_t>(port)},
                              {"method", std::string(method)},
                              {"target", std::string(target)},
                              {"status", response.status},
                              {"is_whole", is_whole},
                              {"size", static_cast<std::int64_t>(response.body.size())}});
    Json fields = Json::object();
    for (const auto& [name, value] : response.headers) fields.set(name, value);
    line.set("headers", std::move(fields));
    // A body that was refused need not be as described, nor be text.
    if (response.status < 300 && !body.empty())
        for (const auto& [name, value] : headers)
            if (ascii_lower(name) == "content-type") {
                line.set("request_type", value);
                if (is_text(value)) line.set("request", std::string(body));
            }
    if (method == "GET" && target == "/openapi.json" && response.status == 200)
        line.set("document", file.keep_document(response.body));
    else if (is_text(response.header("content-type")))
        line.set("response", response.body);
    file.write(line);
}

void record_begin(std::uint16_t port) {
    if (!is_traffic_recorded()) return;
    TrafficFile::of_this_process().write(
        Json::object({{"port", static_cast<std::int64_t>(port)}, {"begins", true}}));
}

void record_document(HttpClient client) {
    if (!is_traffic_recorded()) return;
    try {
        client.get("/openapi.json");
    } catch (const std::exception&) {}
}

}  // namespace kitchen::testkit

#include "compression.h"

#include <algorithm>
#include <stdexcept>

#include <zlib.h>

#include "framing/character_classes.h"
#include "kitchen/http/route.h"
#include "kitchen/text.h"

namespace kitchen::http {
namespace {

constexpr std::size_t worth_it = 1024;
constexpr std::size_t keep_at_most = 8 * 1024 * 1024;

/// "q=0", "q=0.000": not acceptable.
bool is_refused(std::string_view parameters) noexcept {
    while (!parameters.empty()) {
        const std::size_t end = std::min(parameters.find(';'), parameters.size());
        const std::string_view one = without_blanks(parameters.substr(0, end));
        parameters.remove_prefix(std::min(end + 1, parameters.size()));
        if (one.size() < 3 || ascii_lower(one[0]) != 'q' || one[1] != '=') continue;
        return one.find_first_not_of("0.", 2) == std::string_view::npos;
    }
    return false;
}

bool is_text(std::string_view type) noexcept {
    type = without_blanks(type.substr(0, type.find(';')));
    return type.starts_with("text/") || type == "application/json" || type.ends_with("+json") ||
           type.ends_with("+xml");
}

std::string gzip(const std::string& text) {
    constexpr int gzip_format = 15 + 16, memory = 8, level = 6;
    z_stream stream{};
    if (deflateInit2(&stream, level, Z_DEFLATED, gzip_format, memory, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc();
    std::string out(deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int end = deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    out.shrink_to_fit();  // it may be kept, and the bound is as large as the text
    deflateEnd(&stream);
    if (end != Z_STREAM_END) throw std::logic_error("zlib did not finish");
    return out;
}

}  // namespace

bool accepts_gzip(const Fields& request) noexcept {
    bool any = false, any_refused = false;
    for (const auto& [name, value] : request) {
        if (name != "accept-encoding") continue;
        std::string_view list = value;
        while (!list.empty()) {
            const std::size_t end = std::min(list.find(','), list.size());
            const std::string_view one = list.substr(0, end);
            list.remove_prefix(std::min(end + 1, list.size()));
            const std::size_t semicolon = std::min(one.find(';'), one.size());
            const std::string_view coding = without_blanks(one.substr(0, semicolon));
            const bool refused = is_refused(one.substr(std::min(semicolon + 1, one.size())));
            if (characters::equal_ignoring_case(coding, "gzip") ||
                characters::equal_ignoring_case(coding, "x-gzip"))
                return !refused;
            if (coding == "*") (refused ? any_refused : any) = true;
        }
    }
    return any && !any_refused;
}

bool is_compressible(const Request& request, const Response& response) {
    if (response.status != 200 || response.stream || response.file ||
        response.body.size() < worth_it || response.body.size() > keep_at_most)
        return false;
    if (request.route->access != Access::anyone || request.route->method != "GET" ||
        !request.route->cookies.empty() || request.header("authorization"))
        return false;
    const std::string* type = response.header("content-type");
    return type && is_text(*type) && !response.header("content-encoding") &&
           !response.header("set-cookie");
}

std::string gzip_tag(std::string_view tag) {
    if (!tag.ends_with('"')) return std::string(tag);
    return std::string(tag.substr(0, tag.size() - 1)) + "-gzip\"";
}

void Compressor::compress(const Request& request, std::string_view tag, Response& response) {
    response.headers.emplace_back("Content-Encoding", "gzip");
    const std::string key =
        tag.empty() ? std::string()
                    : (request.route->query_parameters.empty() ? request.path : request.target) +
                          ' ' + request.base_url + ' ' + std::string(tag);
    std::shared_ptr<const std::string> found;
    if (!key.empty()) {
        const std::lock_guard lock(mutex_);
        if (const auto kept = kept_.find(key); kept != kept_.end()) found = kept->second;
    }
    if (!found) {
        found = std::make_shared<const std::string>(gzip(response.body));
        const std::size_t size = key.size() + found->size();
        if (!key.empty()) {
            const std::lock_guard lock(mutex_);
            // Old versions are never asked for again; what still is, is there again at once.
            if (kept_bytes_ + size > keep_at_most) {
                kept_.clear();
                kept_bytes_ = 0;
            }
            if (kept_.emplace(key, found).second) kept_bytes_ += size;
        }
    }
    response.body = *found;
}

}  // namespace kitchen::http

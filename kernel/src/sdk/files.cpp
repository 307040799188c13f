#include "kitchen/http/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "byte_range.h"
#include "entity_tag.h"
#include "http_date.h"
#include "kitchen/bytes.h"
#include "kitchen/text.h"
#include "kitchen/unique_fd.h"

namespace kitchen::http {
namespace {

Error no_such_file() { return Error(Errc::not_found, "no_such_file", "There is no such file."); }

std::string message_of(int error) { return std::generic_category().message(error); }

/// `reason`: for the log.
Error unreadable(std::string reason) {
    return Error(Errc::unavailable, "file_unreadable", "The file cannot be read now.")
        .with_subject(std::move(reason));
}

Error open_error(int error) {
    if (error == ENOENT || error == ENOTDIR || error == ELOOP || error == ENAMETOOLONG)
        return no_such_file();
    return unreadable(message_of(error));
}

// Without O_NONBLOCK, opening a pipe would wait for a writer.
constexpr int open_flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;

struct Version {
    std::string tag;  ///< with quotes
    std::time_t modified;
};

std::uint64_t nanoseconds(const timespec& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000u +
           static_cast<std::uint64_t>(time.tv_nsec);
}

std::string tag_of(const struct stat& status) {
    // A program that copies a file can set the first of the times, but not the second: it also
    // tells the file from one whose inode was freed and is used again.
    const std::uint64_t time = nanoseconds(status.st_mtim), changed = nanoseconds(status.st_ctim);
    return hex(time) + '-' + hex(static_cast<std::uint64_t>(status.st_size)) + '-' +
           hex(static_cast<std::uint64_t>(status.st_ino)) + '-' + hex(changed);
}

/// Any of the fields of that name lists the tag; nothing when there is no such field.
std::optional<bool> lists(const Request& request, std::string_view name, const std::string& tag,
                          TagComparison comparison) {
    std::optional<bool> listed;
    for (const auto& [key, value] : request.headers)
        if (key == name)
            listed = listed.value_or(false) || entity_tag_listed(value, tag, comparison);
    return listed;
}

std::optional<std::time_t> date_of(const Request& request, std::string_view name) {
    const std::string* field = request.header(name);
    return field ? parse_http_date(*field) : std::nullopt;
}

enum class Outcome { go_on, not_modified, failed };

/// RFC 9110 section 13.2.2.
Outcome check_conditions(const Request& request, const Version& version) {
    if (auto listed = lists(request, "if-match", version.tag, TagComparison::version)) {
        if (!*listed) return Outcome::failed;
    } else if (auto date = date_of(request, "if-unmodified-since")) {
        if (version.modified > *date) return Outcome::failed;
    }
    if (auto listed = lists(request, "if-none-match", version.tag, TagComparison::weak)) {
        if (*listed) return Outcome::not_modified;
    } else if (auto date = date_of(request, "if-modified-since")) {
        if (version.modified <= *date) return Outcome::not_modified;
    }
    return Outcome::go_on;
}

/// RFC 9110 section 13.1.5. A date of this very second does not tell two versions apart.
bool range_applies(const Request& request, const Version& version) {
    const std::string* field = request.header("if-range");
    if (!field || *field == version.tag) return true;
    return parse_http_date(*field) == version.modified && version.modified + 1 < std::time(nullptr);
}

Result<Response> respond(Request& request, UniqueFd file, std::string_view media_type,
                         const FileOptions& options) {
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return open_error(errno);
    if (!S_ISREG(status.st_mode)) return no_such_file();
    Content content;
    content.tag = tag_of(status);
    content.modified = status.st_mtim.tv_sec;
    content.size = static_cast<std::uint64_t>(status.st_size);
    content.media_type = media_type;
    content.headers = options.headers;
    content.open = [&](std::uint64_t first, std::uint64_t length) {
        return std::make_shared<const FileBody>(file.release(), first, length);
    };
    return content_response(request, content);
}

/// Step by step, so that no symbolic link is followed on the way.
Result<Response> respond_below(Request& request, const std::filesystem::path& folder,
                               std::string_view path, const FileOptions& options) {
    if (path.find('\0') != std::string_view::npos) return no_such_file();
    UniqueFd at(::open(folder.c_str(), open_flags | O_DIRECTORY));
    if (at.get() < 0) return unreadable(folder.native() + ": " + message_of(errno));
    std::string name;
    while (at.get() >= 0 && !path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        name = path.substr(0, end);
        path.remove_prefix(std::min(end + 1, path.size()));
        if (name.empty() || name.front() == '.') return no_such_file();
        const int kind = path.empty() ? 0 : O_DIRECTORY;
        at = UniqueFd(::openat(at.get(), name.c_str(), open_flags | O_NOFOLLOW | kind));
    }
    if (at.get() < 0) return open_error(errno);
    return respond(request, std::move(at),
                   options.media_type.empty() ? media_type_of(name) : options.media_type, options);
}

}  // namespace

FileBody::~FileBody() { ::close(descriptor_); }

Result<Response> content_response(Request& request, const Content& content) {
    // RFC 9110 section 8.8.2.1: never later than the response.
    const Version version{'"' + content.tag + '"',
                          std::min<std::time_t>(content.modified, std::time(nullptr))};
    const Outcome outcome = check_conditions(request, version);
    if (outcome == Outcome::failed)
        return Error(Errc::precondition_failed, "stale_version", "The file is another one now.");

    const std::string* range_field = request.method == "GET" ? request.header("range") : nullptr;
    ByteRange range;
    if (range_field && outcome == Outcome::go_on && range_applies(request, version))
        range = parse_byte_range(*range_field, content.size);
    const std::string of_size = '/' + std::to_string(content.size);
    if (range.kind == ByteRange::Kind::unsatisfiable) {
        request.response_fields.emplace_back("Content-Range", "bytes *" + of_size);
        return Error(Errc::range_not_satisfiable, "range_not_satisfiable",
                     "The range begins behind the end of the file.");
    }

    const bool is_part = range.kind == ByteRange::Kind::part;
    Response response(outcome == Outcome::not_modified ? 304 : is_part ? 206 : 200);
    response.headers = content.headers;
    response.headers.emplace_back("ETag", version.tag);
    response.headers.emplace_back("Last-Modified", text_of(format_http_date(version.modified)));
    if (outcome == Outcome::not_modified) return response;
    response.headers.emplace_back("Content-Type", content.media_type);
    response.headers.emplace_back("Accept-Ranges", "bytes");
    if (is_part)
        response.headers.emplace_back("Content-Range",
                                      "bytes " + std::to_string(range.first) + '-' +
                                          std::to_string(range.first + range.length - 1) + of_size);
    Result<std::shared_ptr<const FileBody>> opened =
        is_part ? content.open(range.first, range.length) : content.open(0, content.size);
    if (!opened) return std::move(opened).error();
    response.file = *std::move(opened);
    return response;
}

Result<Response> file_response(Request& request, const std::filesystem::path& file,
                               const FileOptions& options) {
    UniqueFd opened(::open(file.c_str(), open_flags));
    if (opened.get() < 0) return open_error(errno);
    return respond(
        request, std::move(opened),
        options.media_type.empty() ? media_type_of(file.filename().native()) : options.media_type,
        options);
}

Route files(std::string pattern, std::filesystem::path folder, FileOptions options) {
    if (!pattern.ends_with("*}"))
        throw std::logic_error("files(): the pattern " + pattern + " does not end in {path*}");
    Route route = Route::get(std::move(pattern));
    route.summary("A file")
        .answers(200, "The file", "*/*")
        .answers(206, "The range of it that was asked for", "*/*")
        .response_header("Last-Modified", "When the file was changed")
        .response_header("Accept-Ranges", "bytes")
        .response_header("Content-Range", "Which part of the file a 206 is, as in bytes 0-99/1234")
        .answers(404, "There is no such file")
        .answers(412, "It is not the version of If-Match")
        .answers(416, "The range begins behind its end")
        .handle([folder = std::move(folder), options = std::move(options)](Request& request) {
            return respond_below(request, folder, request.path_parameters.back().second, options);
        });
    return route;
}

std::string_view media_type_of(std::string_view file_name) noexcept {
    constexpr std::pair<std::string_view, std::string_view> known[] = {
        {"avif", "image/avif"},
        {"css", "text/css; charset=utf-8"},
        {"csv", "text/csv; charset=utf-8"},
        {"gif", "image/gif"},
        {"html", "text/html; charset=utf-8"},
        {"ico", "image/vnd.microsoft.icon"},
        {"jpeg", "image/jpeg"},
        {"jpg", "image/jpeg"},
        {"js", "text/javascript; charset=utf-8"},
        {"json", "application/json"},
        {"mjs", "text/javascript; charset=utf-8"},
        {"mp4", "video/mp4"},
        {"pdf", "application/pdf"},
        {"png", "image/png"},
        {"svg", "image/svg+xml"},
        {"txt", "text/plain; charset=utf-8"},
        {"wasm", "application/wasm"},
        {"webmanifest", "application/manifest+json"},
        {"webp", "image/webp"},
        {"woff", "font/woff"},
        {"woff2", "font/woff2"},
        {"xml", "application/xml"},
    };
    const std::size_t dot = file_name.rfind('.');
    const std::string_view given =
        dot == std::string_view::npos ? std::string_view() : file_name.substr(dot + 1);
    for (const auto& [extension, type] : known)
        if (std::equal(extension.begin(), extension.end(), given.begin(), given.end(),
                       [](char a, char b) { return a == ascii_lower(b); }))
            return type;
    return "application/octet-stream";
}

}  // namespace kitchen::http

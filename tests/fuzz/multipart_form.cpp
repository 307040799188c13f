// Forms (multipart/form-data). However a form is split, the same parts are found or it is refused
// for the same reason; what was found, written again, is found again; a client's name for a file
// has no folder in it; and any bytes arrive as they are between boundaries that do not occur in
// them.
//
// Input: the first line says how the rest is split, as for request_framing; the rest is a form with
// the boundary "X".
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "http/multipart/field_value.h"
#include "http/multipart/multipart_parser.h"
#include "lines.h"
#include "require.h"

namespace {

using namespace kitchen;
using namespace kitchen::http;
using kitchen::fuzz::require;

struct Found {
    MultipartPart part;
    std::string data;
    bool has_ended = false;

    bool operator==(const Found& other) const {
        return part.name == other.part.name && part.is_file == other.part.is_file &&
               part.file_name == other.part.file_name && part.media_type == other.part.media_type &&
               data == other.data && has_ended == other.has_ended;
    }
};

class Recorder final : public MultipartSink {
public:
    Status on_part(MultipartPart part) override {
        require(parts.empty() || parts.back().has_ended, "a part ends before the next begins");
        require(!part.name.empty(), "a part has a name");
        require(part.file_name.find_first_of("/\\") == std::string::npos &&
                    part.file_name != ".." && part.file_name != ".",
                "a file's name has no folder");
        require(part.file_name.find('\0') == std::string::npos, "a file's name has no NUL");
        parts.push_back({std::move(part), {}});
        return {};
    }
    Status on_data(std::string_view bytes) override {
        require(!bytes.empty(), "data is some");
        require(!parts.empty() && !parts.back().has_ended, "data belongs to a part");
        parts.back().data += bytes;
        return {};
    }
    Status on_part_end() override {
        require(!parts.empty() && !parts.back().has_ended, "a part ends once");
        parts.back().has_ended = true;
        return {};
    }
    std::vector<Found> parts;
};

struct Reading {
    std::vector<Found> parts;
    std::string error;
    bool operator==(const Reading&) const = default;
};

template <class NextPortion>
Reading read_all(std::string_view form, std::string_view boundary, NextPortion next_portion) {
    Recorder recorder;
    MultipartParser parser(boundary, recorder);
    Status status;
    while (status && !form.empty()) {
        const std::string_view portion = form.substr(0, next_portion());
        form.remove_prefix(portion.size());
        status = parser.feed(portion);
    }
    if (status) status = parser.finish();
    require(recorder.parts.size() <= MultipartParser::max_parts, "parts are limited");
    if (status)
        require(recorder.parts.empty() || recorder.parts.back().has_ended,
                "a form that is complete has complete parts");
    else
        require(status.error().kind == Errc::malformed, "a refusal is malformed");
    return {std::move(recorder.parts), status ? "" : status.error().code};
}

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

/// One that does not occur in what it separates.
std::string boundary_for(const std::vector<Found>& parts) {
    std::string boundary = "b";
    for (const Found& found : parts)
        while (found.data.find(boundary) != std::string::npos) boundary += 'b';
    return boundary;
}

void check_written_again(const std::vector<Found>& parts) {
    const std::string boundary = boundary_for(parts);
    if (boundary.size() > 70) return;
    std::string form;
    for (const Found& found : parts) {
        form +=
            "--" + boundary + "\r\nContent-Disposition: form-data; name=" + quoted(found.part.name);
        if (found.part.is_file) form += "; filename=" + quoted(found.part.file_name);
        if (!found.part.media_type.empty()) form += "\r\nContent-Type: " + found.part.media_type;
        form += "\r\n\r\n" + found.data + "\r\n";
    }
    form += "--" + boundary + "--";
    const Reading again = read_all(form, boundary, [] { return std::string_view::npos; });
    // Escapes can make a head longer than is allowed.
    if (again.error == "part_head_too_large") return;
    require(again.error.empty() && again.parts == parts, "parts written again are the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view form = kitchen::fuzz::text_of(data, size);
    const std::string_view sizes = kitchen::fuzz::take_line(form);
    std::size_t next = 0;
    const auto by_sizes = [&]() -> std::size_t {
        return sizes.empty() ? 3 : 1 + (sizes[next++ % sizes.size()] & 31);
    };

    const Reading whole = read_all(form, "X", [] { return std::string_view::npos; });
    require(whole == read_all(form, "X", [] { return std::size_t{1}; }),
            "byte by byte means the same as at once");
    require(whole == read_all(form, "X", by_sizes), "in portions means the same as at once");
    if (whole.error.empty()) check_written_again(whole.parts);

    // Anything at all as the data of a part.
    Found any{{"a", true, "b", ""}, std::string(form), true};
    check_written_again({any});

    if (const auto value = parse_field_value(sizes)) {
        if (const auto boundary = boundary_of(*value))
            require(!boundary->empty() && boundary->size() <= 70 &&
                        boundary->find_first_of("\r\n\"") == std::string::npos,
                    "a boundary is one");
    }
    return 0;
}

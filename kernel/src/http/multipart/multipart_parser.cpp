#include "multipart_parser.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "field_value.h"
#include "http/framing/character_classes.h"
#include "kitchen/text.h"
#include "kitchen/utf8.h"

namespace kitchen::http {
namespace {

Error malformed(const char* code, std::string detail) {
    return Error(Errc::malformed, code, std::move(detail));
}
Error bad_head() {
    return malformed("bad_part_head", "A part of the form has a malformed header field.");
}

/// A client's name for a file is no path here: of "../../etc/passwd" and "C:\x" the last part is
/// kept, and of ".." nothing.
std::string without_folders(std::string_view name) {
    name.remove_prefix(std::min(name.find_last_of("/\\") + 1, name.size()));
    return name == "." || name == ".." ? std::string() : std::string(name);
}

}  // namespace

MultipartParser::MultipartParser(std::string_view boundary, MultipartSink& sink)
    : delimiter_("\r\n--" + std::string(boundary)), sink_(sink) {}

Status MultipartParser::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        Status status;
        switch (phase_) {
            case Phase::preamble:
            case Phase::data: status = read_data(bytes); break;
            case Phase::head: status = read_head(bytes); break;
            case Phase::epilogue: return {};
            default: status = read_delimiter_end(bytes.front()); bytes.remove_prefix(1);
        }
        if (!status) return status;
    }
    return {};
}

Status MultipartParser::finish() {
    if (phase_ == Phase::epilogue) return {};
    return malformed("incomplete_form", "The form ends before its last boundary.");
}

// A CR can only be the first character of the delimiter, so that a match that fails begins again at
// the character that did not fit, and nothing is looked at twice.
Status MultipartParser::read_data(std::string_view& bytes) {
    const bool is_data = phase_ == Phase::data;
    const auto give = [&](std::string_view found) {
        return is_data && !found.empty() ? sink_.on_data(found) : Status();
    };
    if (matched_ == 0) {
        const void* found = std::memchr(bytes.data(), '\r', bytes.size());
        const auto length =
            found ? static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data())
                  : bytes.size();
        if (Status status = give(bytes.substr(0, length)); !status) return status;
        bytes.remove_prefix(length);
        if (bytes.empty()) return {};
    }
    std::size_t at = 0;
    while (at < bytes.size() && matched_ < delimiter_.size() && bytes[at] == delimiter_[matched_]) {
        ++at;
        ++matched_;
    }
    bytes.remove_prefix(at);
    if (matched_ == delimiter_.size()) {
        phase_ = Phase::after_delimiter;
        borrowed_ = 0;
        padded_ = false;
        return is_data ? sink_.on_part_end() : Status();
    }
    if (bytes.empty()) return {};
    const std::string_view matched = std::string_view(delimiter_).substr(0, matched_);
    matched_ = 0;
    return give(matched.substr(std::exchange(borrowed_, 0)));
}

Status MultipartParser::read_delimiter_end(char c) {
    if (phase_ == Phase::last_dash && c == '-') {
        phase_ = Phase::epilogue;
        return {};
    }
    if (phase_ == Phase::delimiter_lf && c == '\n') {
        if (++parts_ > max_parts)
            return malformed("too_many_parts",
                             "The form has more than " + std::to_string(max_parts) + " parts.");
        phase_ = Phase::head;
        head_size_ = 0;
        line_.clear();
        part_ = {};
        has_disposition_ = has_type_ = false;
        return {};
    }
    if (phase_ == Phase::after_delimiter) {
        if (c == '\r') {
            phase_ = Phase::delimiter_lf;
            return {};
        }
        if (c == ' ' || c == '\t') {
            padded_ = true;
            return {};
        }
        if (c == '-' && !padded_) {
            phase_ = Phase::last_dash;
            return {};
        }
    }
    return malformed("bad_boundary", "A boundary in the form is followed by something else.");
}

Status MultipartParser::read_head(std::string_view& bytes) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    head_size_ += std::min(end + 1, bytes.size());
    if (head_size_ > max_head)
        return malformed("part_head_too_large",
                         "The header fields of a part of the form are too large.");
    line_ += bytes.substr(0, end);
    if (end == bytes.size()) {
        bytes = {};
        return {};
    }
    bytes.remove_prefix(end + 1);
    if (!line_.ends_with('\r')) return bad_head();
    line_.pop_back();
    Status status = line_.empty() ? end_head() : read_field(line_);
    line_.clear();
    return status;
}

Status MultipartParser::read_field(std::string_view line) {
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string_view name = line.substr(0, colon);
    if (colon == line.size() || !characters::all(name, characters::token)) return bad_head();
    const std::string_view value = without_blanks(line.substr(colon + 1));
    if (!std::all_of(value.begin(), value.end(),
                     [](char c) { return characters::is(c, characters::field_text); }) ||
        !utf8::is_valid(value))
        return bad_head();
    using characters::equal_ignoring_case;
    if (equal_ignoring_case(name, "content-disposition")) {
        const auto parsed = parse_field_value(value);
        if (std::exchange(has_disposition_, true) || !parsed || parsed->value != "form-data")
            return bad_head();
        if (const std::string* given = parsed->parameter("name")) part_.name = *given;
        if (const std::string* given = parsed->parameter("filename")) {
            part_.is_file = true;
            part_.file_name = without_folders(*given);
        }
    } else if (equal_ignoring_case(name, "content-type")) {
        const auto parsed = parse_field_value(value);
        if (std::exchange(has_type_, true) || !parsed) return bad_head();
        if (parsed->value.starts_with("multipart/"))
            return malformed("nested_multipart", "A part of the form is multipart itself.");
        part_.media_type = parsed->value;
    } else if (equal_ignoring_case(name, "content-transfer-encoding")) {
        if (!equal_ignoring_case(value, "binary") && !equal_ignoring_case(value, "8bit") &&
            !equal_ignoring_case(value, "7bit"))
            return malformed("encoded_part", "Send the parts of the form as they are.");
    }
    return {};
}

Status MultipartParser::end_head() {
    if (part_.name.empty())
        return malformed("part_without_name", "A part of the form has no name.");
    phase_ = Phase::data;
    matched_ = borrowed_ = 2;
    return sink_.on_part(std::move(part_));
}

}  // namespace kitchen::http

#include "json_items.h"

#include "file_text.h"

namespace kitchen::transfer {
namespace {

Error bad_json(std::string detail) {
    return Error(Errc::unprocessable, "json_malformed", std::move(detail));
}

bool is_space(int byte) { return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r'; }

}  // namespace

JsonItems::JsonItems(std::istream& in, std::size_t max_item)
    : in_(*in.rdbuf()), max_item_(max_item) {
    skip_byte_order_mark(in_);
}

int JsonItems::take() {
    const int byte = in_.sbumpc();
    if (byte == '\n') ++next_line_;
    return byte;
}

int JsonItems::peek() {
    while (is_space(in_.sgetc())) take();
    line_ = next_line_;
    return in_.sgetc();
}

Result<Json> JsonItems::value() {
    std::string text;
    int depth = 0;
    bool in_text = false;
    for (peek();;) {
        const int byte = in_.sgetc();
        if (byte == end_of_file) break;
        const bool is_plain = depth == 0 && !in_text;
        if (is_plain &&
            (byte == ',' || byte == ':' || byte == ']' || byte == '}' || is_space(byte)))
            break;
        text += static_cast<char>(take());
        if (in_text && byte == '\\' && in_.sgetc() != end_of_file) {
            text += static_cast<char>(take());
        } else if (byte == '"') {
            in_text = !in_text;
        } else if (!in_text && (byte == '{' || byte == '[')) {
            ++depth;
        } else if (!in_text && (byte == '}' || byte == ']')) {
            --depth;
        }
        if (text.size() > max_item_) return bad_json("This is too long.");
    }
    JsonError why;
    std::optional<Json> json = parse_json(text, &why);
    if (!json) return bad_json("This is not JSON: " + why.detail);
    return *std::move(json);
}

Result<std::string> JsonItems::name() {
    if (peek() != '"') return bad_json("The name of a member is missing here.");
    Result<Json> json = value();
    if (!json) return std::move(json).error();
    if (!json->is_string() || peek() != ':') return bad_json("A colon is missing here.");
    take();
    return json->as_string();
}

Status JsonItems::open() {
    int byte = peek();
    if (byte == '{') {
        do {
            take();
            const Result<std::string> member = name();
            if (!member) return member.error();
            in_result_ = *member == "result";
            if (in_result_) break;
            if (const Result<Json> skipped = value(); !skipped) return skipped.error();
            byte = peek();
        } while (byte == ',');
        byte = peek();
    }
    if (byte != '[')
        return bad_json("Foods must come as a list, or as a list that is the member 'result'.");
    take();
    return {};
}

Status JsonItems::close() {
    take();
    if (in_result_) {
        while (peek() == ',') {
            take();
            const Result<std::string> member = name();
            if (!member) return member.error();
            if (*member == "result") return bad_json("Duplicate key 'result'.");
            if (const Result<Json> skipped = value(); !skipped) return skipped.error();
        }
        if (peek() != '}') return bad_json("A } is missing here.");
        take();
    }
    if (peek() != end_of_file) return bad_json("Something follows the end of the list.");
    return {};
}

Result<bool> JsonItems::next(Json& item) {
    if (is_done_) return false;
    if (!is_open_)
        if (Status opened = open(); !opened) return std::move(opened).error();
    is_open_ = true;
    if (!is_first_ && peek() == ',') {
        take();
    } else if (peek() == ']') {
        if (Status closed = close(); !closed) return std::move(closed).error();
        is_done_ = true;
        return false;
    } else if (!is_first_) {
        return bad_json("A comma or a ] is missing here.");
    }
    is_first_ = false;
    peek();
    const std::int64_t begin = line_;
    Result<Json> read = value();
    line_ = begin;
    if (!read) return std::move(read).error();
    item = *std::move(read);
    return true;
}

}  // namespace kitchen::transfer

#include "receive_upload.h"

#include <algorithm>
#include <utility>

#include "http/multipart/field_value.h"
#include "http/multipart/multipart_parser.h"
#include "http/routing/query.h"
#include "kitchen/utf8.h"

namespace kitchen::http {
namespace {

/// As a fault of a JSON body would: "/caption".
std::string pointer_to(const std::string& name) { return '/' + name; }

/// Makes files, and lists them in the request when they are complete.
class Files {
public:
    Files(Request& request, const UploadStorage& storage, UploadedFiles& files)
        : request_(request), storage_(storage), files_(files) {}

    Status begin(std::string field, std::string client_name, std::string media_type) {
        auto file = storage_.folder.create();
        if (!file) return std::move(file).error();
        files_.push_back(*std::move(file));
        request_.files.push_back({std::move(field), std::move(client_name), std::move(media_type),
                                  files_.back()->path()});
        return {};
    }
    Status write(std::string_view bytes) { return files_.back()->write(bytes); }
    Status end() {
        request_.files.back().size = files_.back()->size();
        return files_.back()->close();
    }

private:
    Request& request_;
    const UploadStorage& storage_;
    UploadedFiles& files_;
};

class FormReader final : public MultipartSink {
public:
    FormReader(Request& request, const UploadStorage& storage, Files& files)
        : route_(*request.route),
          request_(request),
          storage_(storage),
          files_(files),
          counts_(route_.upload->files.size()) {}

    Status on_part(MultipartPart part) override {
        part_ = std::move(part);
        text_.clear();
        is_open_ = false;
        member_ = nullptr;
        const auto& declared = route_.upload->files;
        const auto file = std::find_if(declared.begin(), declared.end(),
                                       [&](const FileField& f) { return f.name == part_.name; });
        if (file != declared.end()) {
            file_ = &*file;
            if (!part_.is_file)
                return invalid_field(pointer_to(part_.name), "type", "Must be a file.");
            return {};
        }
        const auto& members = route_.body_schema->members;
        const auto member =
            std::find_if(members.begin(), members.end(),
                         [&](const Schema::Member& m) { return m.name == part_.name; });
        if (member == members.end())
            return invalid_field(pointer_to(part_.name), "unknown_field",
                                 "This form has no such field.");
        if (part_.is_file)
            return invalid_field(pointer_to(part_.name), "type", "Must not be a file.");
        member_ = &*member;
        if (member_->schema.type != Schema::Type::array && fields_.find(part_.name))
            return given_twice();
        return {};
    }

    Status on_data(std::string_view bytes) override {
        if (!member_) {
            if (Status status = open_file(); !status) return status;
            return files_.write(bytes);
        }
        text_bytes_ += bytes.size();
        if (text_bytes_ > storage_.max_text)
            return Error(Errc::payload_too_large, "form_text_too_large",
                         "The form holds more text than is allowed here.");
        text_ += bytes;
        return {};
    }

    Status on_part_end() override {
        if (!member_) {
            // What a browser sends for a file that its user has not chosen.
            if (!is_open_ && part_.file_name.empty()) return {};
            if (Status status = open_file(); !status) return status;
            return files_.end();
        }
        if (!utf8::is_valid(text_))
            return Error(Errc::malformed, "bad_form_text", "A text of the form is not UTF-8.");
        const Schema& schema = member_->schema;
        const Schema& one = schema.type == Schema::Type::array ? *schema.items : schema;
        // A field of the form that was left empty.
        if (text_.empty() && one.type != Schema::Type::string) return {};
        if (schema.type != Schema::Type::array) {
            fields_.set(part_.name, value_of(text_, schema));
            return {};
        }
        Json list = fields_.find(part_.name) ? fields_[part_.name] : Json::array();
        list.as_array().push_back(value_of(text_, one));
        fields_.set(part_.name, std::move(list));
        return {};
    }

    void finish(std::vector<Fault>& faults) {
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            const FileField& field = route_.upload->files[i];
            if (counts_[i] < field.min)
                faults.push_back(
                    {pointer_to(field.name), "required",
                     field.min == 1 ? "A file is required."
                                    : std::to_string(field.min) + " files at least are required."});
        }
        route_.body_schema->validate(fields_, "", faults);
        request_.json = std::move(fields_);
    }

private:
    Error given_twice() const {
        return Error(Errc::malformed, "duplicate_field",
                     "The form has the field '" + part_.name + "' more often than is allowed.");
    }

    /// At its first byte, or at its end when it has none.
    Status open_file() {
        if (std::exchange(is_open_, true)) return {};
        std::size_t& count = counts_[static_cast<std::size_t>(file_ - route_.upload->files.data())];
        if (++count > file_->max) return given_twice();
        std::string type = std::move(part_.media_type);
        if (type.empty()) type = "application/octet-stream";
        if (!is_listed(type, file_->media_types))
            return Error(Errc::unsupported_media_type, "unsupported_media_type",
                         "The file '" + part_.name + "' is of a type that is not taken here.");
        return files_.begin(part_.name, part_.file_name, std::move(type));
    }

    const Route& route_;
    Request& request_;
    const UploadStorage& storage_;
    Files& files_;
    std::vector<std::size_t> counts_;  ///< of the files, as in Upload::files
    MultipartPart part_;
    const Schema::Member* member_ = nullptr;  ///< of a text; else it is a file
    const FileField* file_ = nullptr;
    bool is_open_ = false;  ///< the file
    std::string text_;
    std::size_t text_bytes_ = 0;  ///< of all texts
    Json fields_ = Json::object({});
};

/// Gives each portion to `take`.
template <class Take>
std::optional<UploadFailure> read_all(Exchange& exchange, std::size_t& size, Take take) {
    std::string bytes;
    for (;;) {
        if (auto error = exchange.read_body(bytes)) return UploadFailure{*error};
        if (bytes.empty()) return std::nullopt;
        size += bytes.size();
        if (Status status = take(bytes); !status)
            return UploadFailure{std::nullopt, std::move(status).error()};
    }
}

std::optional<UploadFailure> failure_of(Status status) {
    if (status) return std::nullopt;
    return UploadFailure{std::nullopt, std::move(status).error()};
}

const std::string& content_type_of(const Request& request) {
    static const std::string none;
    const std::string* type = request.header("content-type");
    return type ? *type : none;
}

std::optional<UploadFailure> receive_form(Request& request, Exchange& exchange,
                                          const UploadStorage& storage, Files& files,
                                          std::vector<Fault>& faults) {
    const auto type = parse_field_value(content_type_of(request));
    const auto boundary = type ? boundary_of(*type) : std::nullopt;
    FormReader reader(request, storage, files);
    MultipartParser parser(boundary.value_or(""), reader);
    std::size_t size = 0;
    auto failure = read_all(exchange, size, [&](std::string_view b) { return parser.feed(b); });
    if (failure) return failure;
    if (size == 0) {
        faults.push_back({"", "required", "A form is required."});
        return std::nullopt;
    }
    if (failure = failure_of(parser.finish()); !failure) reader.finish(faults);
    return failure;
}

std::optional<UploadFailure> receive_file(Request& request, Exchange& exchange, Files& files,
                                          std::vector<Fault>& faults) {
    const auto type = parse_field_value(content_type_of(request));
    std::size_t size = 0;
    if (auto failure = failure_of(files.begin("", "", type ? type->value : ""))) return failure;
    auto failure = read_all(exchange, size, [&](std::string_view b) { return files.write(b); });
    if (failure) return failure;
    if (size == 0) faults.push_back({"", "required", "A file is required."});
    return failure_of(files.end());
}

}  // namespace

bool is_listed(std::string_view media_type, const std::vector<std::string>& patterns) noexcept {
    return std::any_of(patterns.begin(), patterns.end(), [media_type](std::string_view pattern) {
        if (pattern == "*/*" || pattern == media_type) return true;
        if (!pattern.ends_with("/*")) return false;
        pattern.remove_suffix(1);
        return media_type.starts_with(pattern);
    });
}

std::optional<UploadFailure> receive_upload(Request& request, Exchange& exchange,
                                            const UploadStorage& storage, UploadedFiles& files,
                                            std::vector<Fault>& faults) {
    Files made(request, storage, files);
    return request.route->upload->is_form ? receive_form(request, exchange, storage, made, faults)
                                          : receive_file(request, exchange, made, faults);
}

}  // namespace kitchen::http

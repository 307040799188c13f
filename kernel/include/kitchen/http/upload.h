// Bodies that are not JSON: what a route takes (Route::takes_file(), Route::takes_form()), and what
// the handler gets (Request::files).
//
// Such a body goes to a disk while it arrives, and never into memory as a whole. It is read after
// the route has authorised the client and checked the query, so that no stranger fills the disk.
//
// Thread-safety: plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace kitchen::http {

/// A part of a form that is a file. A form with another file is refused (422), and so is one
/// without a required file.
struct FileField {
    std::string name;
    /// "image/png", "image/*", "*/*": what clients may say that it is, or 415. They may lie.
    std::vector<std::string> media_types;
    std::size_t min = 1, max = 1;  ///< how many of that name
    std::string description = {};
};

/// What Route::takes_file() and takes_form() have said.
struct Upload {
    bool is_form = false;
    std::vector<FileField> files;  ///< one without name when it is no form
};

/// A file that came with a request: temporary, mode 0600, and deleted when the handler has
/// returned. To keep it, the handler renames it to a place on the same file system
/// (server.uploads.folder says which that is), and syncs it when it must survive a power cut.
struct UploadedFile {
    std::string field;        ///< its name in the form; "" when it is the whole body
    std::string client_name;  ///< as the client calls it, without folders; may be empty or equal to
                              ///< others: for people to read, never part of a path
    std::string media_type;   ///< as the client says, lower-case, without parameters
    std::filesystem::path path;
    std::uint64_t size = 0;
};

}  // namespace kitchen::http

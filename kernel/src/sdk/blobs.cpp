#include "kitchen/blobs.h"

#include <sys/stat.h>

#include <algorithm>

namespace kitchen {

Status check_blob_name(std::string_view name) {
    const auto is_word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    const auto is_good = [&](char c) { return is_word(c) || c == '.' || c == '_' || c == '-'; };
    if (name.empty() || name.size() > Blobs::longest_name || !is_word(name.front()) ||
        !std::all_of(name.begin(), name.end(), is_good))
        return Error(Errc::unprocessable, "blob_name_refused",
                     "The name of a blob has 1 to 200 characters, a-z, 0-9, '.', '_' and '-', and "
                     "begins with a letter or a digit.");
    return {};
}

Result<std::uint64_t> blob_size_of(int descriptor) {
    struct stat status {};
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode))
        return Error(Errc::internal, "blob_source_unreadable",
                     "The file that is to be kept cannot be read.");
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (size > Blobs::largest)
        return Error(Errc::unprocessable, "blob_too_large", "A blob has 5 GiB at most.");
    return size;
}

Result<BlobRange> part_of_blob(BlobRange range, std::uint64_t size) {
    if (range.first > 0 && range.first >= size)
        return Error(Errc::range_not_satisfiable, "blob_range_refused",
                     "The range begins behind the end of the blob.");
    return BlobRange{range.first, std::min(range.most, size - range.first)};
}

}  // namespace kitchen

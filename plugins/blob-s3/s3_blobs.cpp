#include "s3_blobs.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <thread>
#include <utility>
#include <vector>

#include "kitchen/backoff.h"
#include "kitchen/bytes.h"
#include "kitchen/unique_fd.h"
#include "s3_response.h"

namespace kitchen::s3 {
namespace {

constexpr std::chrono::seconds longest_pause{10};

Error unreadable_source() {
    return Error(Errc::internal, "blob_source_unreadable",
                 "The file that is to be kept cannot be read.");
}

/// SHA-256 as hexadecimal digits.
class Sha256 {
public:
    Sha256() { crypto_hash_sha256_init(&state_); }
    void add(const char* bytes, std::size_t size) {
        crypto_hash_sha256_update(&state_, reinterpret_cast<const unsigned char*>(bytes), size);
    }
    std::string finish() {
        std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
        crypto_hash_sha256_final(&state_, hash.data());
        std::string text;
        for (const unsigned char byte : hash) append_hex(text, byte);
        return text;
    }

private:
    crypto_hash_sha256_state state_{};
};

Result<std::string> hash_of(int file) {
    Sha256 hash;
    std::vector<char> portion(128 * 1024);
    for (off_t at = 0;;) {
        const ssize_t got = ::pread(file, portion.data(), portion.size(), at);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return unreadable_source();
        if (got == 0) return hash.finish();
        hash.add(portion.data(), static_cast<std::size_t>(got));
        at += got;
    }
}

/// A file that libcurl sends, from its beginning for each try.
struct Sent {
    int file;
    off_t at = 0;

    static std::size_t read(char* target, std::size_t size, std::size_t count, void* self) {
        auto& [file, at] = *static_cast<Sent*>(self);
        const ssize_t got = ::pread(file, target, size * count, at);
        if (got < 0) return CURL_READFUNC_ABORT;
        at += got;
        return static_cast<std::size_t>(got);
    }
    static int seek(void* self, curl_off_t offset, int origin) {
        if (origin != SEEK_SET) return CURL_SEEKFUNC_FAIL;
        static_cast<Sent*>(self)->at = offset;
        return CURL_SEEKFUNC_OK;
    }
};

/// Where libcurl puts a response: a blob into the file, what is none into `error`.
struct Fetched {
    static constexpr std::size_t longest_error = 64 * 1024;
    int file;
    CURL* curl = nullptr;
    std::uint64_t size = 0;
    int failure = 0;  ///< of the file
    std::string error{};

    static std::size_t write(char* bytes, std::size_t, std::size_t size, void* self) {
        auto& to = *static_cast<Fetched*>(self);
        long status = 0;
        curl_easy_getinfo(to.curl, CURLINFO_RESPONSE_CODE, &status);
        if (status != 200 && status != 206) {
            to.error.append(bytes, std::min(size, longest_error - to.error.size()));
            return size;
        }
        if (size > Blobs::largest - to.size) return 0;
        for (std::size_t done = 0; done < size;) {
            const ssize_t written =
                ::pwrite(to.file, bytes + done, size - done, static_cast<off_t>(to.size + done));
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) {
                to.failure = errno;
                return 0;
            }
            done += static_cast<std::size_t>(written);
        }
        to.size += size;
        return size;
    }
};

/// In the system's temporary directory, without a name: gone when it is closed.
UniqueFd temporary_file() {
    std::error_code failure;
    std::string name = std::filesystem::temp_directory_path(failure) / "kitchen-blob-XXXXXX";
    UniqueFd file(::mkostemp(name.data(), O_CLOEXEC));
    if (file) ::unlink(name.c_str());
    return file;
}

Error no_room() {
    return Error(Errc::unavailable, "blob_no_temporary_file",
                 "The system's temporary directory takes no file. Check its permissions and room.");
}

}  // namespace

S3Blobs::S3Blobs(Options options, Random& random, Logger& log)
    : options_(completed(std::move(options))),
      url_(url_before_names(options_)),
      random_(random),
      log_(log) {}

Status S3Blobs::put(std::string_view name, const std::filesystem::path& path) {
    if (Status good = check_blob_name(name); !good) return good;
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    const Result<std::uint64_t> size = blob_size_of(file.get());
    if (!size) return size.error();
    const Result<std::string> hash = hash_of(file.get());
    if (!hash) return hash.error();
    Sent sent{file.get()};
    const Result<ServiceResponse> response = call(
        name,
        {[&](CURL* curl) {
             sent.at = 0;
             curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
             curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(*size));
             curl_easy_setopt(curl, CURLOPT_READFUNCTION, &Sent::read);
             curl_easy_setopt(curl, CURLOPT_READDATA, &sent);
             curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, &Sent::seek);
             curl_easy_setopt(curl, CURLOPT_SEEKDATA, &sent);
         },
         [](CurlList& headers) { headers.add("Content-Type: application/octet-stream"); }, *hash});
    if (!response) return response.error();
    return {};
}

Result<std::shared_ptr<const http::FileBody>> S3Blobs::open(std::string_view name,
                                                            BlobRange range) {
    if (Status good = check_blob_name(name); !good) return good.error();
    const bool whole = range.first == 0 && range.most == UINT64_MAX;
    UniqueFd file = temporary_file();
    if (!file) return no_room();
    Fetched fetched{file.get()};
    const Result<ServiceResponse> response =
        call(name, {[&](CURL* curl) {
                        fetched = Fetched{file.get(), curl};
                        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Fetched::write);
                        curl_easy_setopt(curl, CURLOPT_WRITEDATA, &fetched);
                    },
                    [&](CurlList& headers) {
                        if (whole) return;
                        std::string text = "Range: bytes=" + std::to_string(range.first) + '-';
                        if (range.most <= UINT64_MAX - range.first)
                            text += std::to_string(range.first + range.most - 1);
                        headers.add(text);
                    },
                    Sha256().finish(), &fetched.error});
    if (fetched.failure) return no_room();
    if (!response) {
        // S3 has no range of an empty object, not even from its beginning.
        if (response.error().code == "blob_range_refused" && range.first == 0)
            return std::make_shared<const http::FileBody>(file.release(), 0, 0);
        return response.error();
    }
    const bool is_part = response->status == 206;
    const Result<BlobRange> part = part_of_blob(is_part ? BlobRange{} : range, fetched.size);
    if (!part) return part.error();
    return std::make_shared<const http::FileBody>(file.release(), part->first, part->most);
}

Status S3Blobs::remove(std::string_view name) {
    if (Status good = check_blob_name(name); !good) return good;
    const Result<ServiceResponse> response =
        call(name, {[](CURL* curl) { curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "DELETE"); },
                    {},
                    Sha256().finish()});
    if (!response && response.error().kind != Errc::not_found) return response.error();
    return {};
}

void S3Blobs::look() { (void)open("is-s3-there"); }

Status S3Blobs::check() const {
    std::lock_guard lock(mutex_);
    if (failure_) return *failure_;
    return {};
}

Result<ServiceResponse> S3Blobs::call(std::string_view name, const Call& call) {
    // What is known to be away keeps no request waiting for a second try.
    const int tries_now = check() ? most_tries : 1;
    for (int tries = 1;; ++tries) {
        Result<ServiceResponse> response = exchange(name, call);
        if (response || tries == tries_now || !may_pass(response.error())) {
            note(response ? nullptr : &response.error());
            return response;
        }
        std::this_thread::sleep_for(
            Backoff{options_.retry_wait, longest_pause}.full_jitter(tries, random_));
    }
}

Result<ServiceResponse> S3Blobs::exchange(std::string_view name, const Call& call) {
    CurlList headers;
    headers.add("x-amz-content-sha256: " + call.payload_hash);
    if (call.headers) call.headers(headers);
    options_.add_token(headers);
    HttpService service{options_, url_ + std::string(name), options_.proxy};
    service.cut_response = true;
    ServiceResponse response;
    const CURLcode failure = http_exchange(pool_, service, headers, response, [&](CURL* curl) {
        // A transfer may take as long as it goes on.
        curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 0L);
        curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1024L);
        curl_easy_setopt(
            curl, CURLOPT_LOW_SPEED_TIME,
            static_cast<long>(std::chrono::ceil<std::chrono::seconds>(options_.timeout).count()));
        options_.sign(curl, "s3");
        call.options(curl);
    });
    if (failure != CURLE_OK) return unreachable(failure, "blob", "S3");
    if (call.error) response.body = *call.error;
    const bool is_success =
        response.status == 200 || response.status == 204 || response.status == 206;
    if (!is_success) return error_of(response);
    return response;
}

// Told when it begins, changes and ends; a service that is away for an hour is not a line a second.
void S3Blobs::note(const Error* failure) {
    if (failure && failure->kind != Errc::unavailable && failure->kind != Errc::storage_full)
        failure = nullptr;  // S3 is well
    std::string before;
    {
        std::lock_guard lock(mutex_);
        if (failure_) before = failure_->code;
        failure_.reset();
        if (failure) failure_ = *failure;
    }
    if (failure && failure->code != before)
        log_.warn(
            "S3 cannot be used",
            {{"code", failure->code}, {"reason", failure->subject}, {"detail", failure->detail}});
    else if (!failure && !before.empty())
        log_.info("S3 can be used again");
}

}  // namespace kitchen::s3

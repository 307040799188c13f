// What several plugins need around libcurl: owners of its global state, handles, URLs and lists,
// and a pool of open connections.
//
// Thread-safety: a handle belongs to one thread at a time. CurlLibrary: libcurl 7.84 and later
// count their users under a lock of their own, so many plugins and kernels may live in one process.
#pragma once

#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <curl/curl.h>

namespace kitchen {

/// libcurl is ready while one of these lives.
class CurlLibrary {
public:
    CurlLibrary() {
        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw std::bad_alloc();
    }
    ~CurlLibrary() { curl_global_cleanup(); }
    CurlLibrary(const CurlLibrary&) = delete;
    CurlLibrary& operator=(const CurlLibrary&) = delete;
};

struct CurlFree {
    void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
    void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using CurlEasy = std::unique_ptr<CURL, CurlFree>;
using CurlUrl = std::unique_ptr<CURLU, CurlFree>;

/// A list of lines for libcurl.
class CurlList {
public:
    void add(const std::string& line) {
        curl_slist* longer = curl_slist_append(list_.get(), line.c_str());
        if (!longer) throw std::bad_alloc();
        (void)list_.release();
        list_.reset(longer);
    }
    curl_slist* get() const noexcept { return list_.get(); }

private:
    std::unique_ptr<curl_slist, CurlFree> list_;
};

/// Handles that are not in use, each with its open connection: the next request need not shake
/// hands again.
class CurlPool {
public:
    static constexpr std::size_t most_kept = 4;

    /// All options at their defaults, and no signals: libcurl is called on many threads.
    CurlEasy take() {
        CurlEasy handle;
        {
            std::lock_guard lock(mutex_);
            if (!idle_.empty()) {
                handle = std::move(idle_.back());
                idle_.pop_back();
            }
        }
        if (handle)
            curl_easy_reset(handle.get());
        else
            handle.reset(curl_easy_init());
        if (!handle) throw std::bad_alloc();
        curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
        return handle;
    }
    void give_back(CurlEasy handle) {
        std::lock_guard lock(mutex_);
        if (idle_.size() < most_kept) idle_.push_back(std::move(handle));
    }

private:
    std::mutex mutex_;
    std::vector<CurlEasy> idle_;
};

}  // namespace kitchen

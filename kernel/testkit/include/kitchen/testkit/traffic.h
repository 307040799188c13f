// What HttpClient has sent and received, for tests/openapi, which compares it with the OpenAPI
// document: with KITCHEN_TRAFFIC=FOLDER in the environment, a line of JSON an exchange, in a file
// of this process. A response to GET /openapi.json ends what went to that port before it: it says
// what was promised there.
//
// Thread-safety: any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "kitchen/testkit/http_client.h"

namespace kitchen::testkit {

bool is_traffic_recorded();
/// `is_whole`: no part of the response was left unread.
void record_traffic(std::uint16_t port, std::string_view method, std::string_view target,
                    std::string_view body, const HeaderList& headers, const HttpResponse& response,
                    bool is_whole);

/// A server of ours begins on this port. What went there before belongs to no document: it was to
/// one that was killed, or to one of another make that had the port before.
void record_begin(std::uint16_t port);

/// The last request to a server (or to what stands before servers) that is about to stop, so that
/// its document is recorded. What goes wrong is ignored: the server may be the broken one of a
/// test.
void record_document(HttpClient client);

}  // namespace kitchen::testkit

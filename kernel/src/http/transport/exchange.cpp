#include "exchange.h"

namespace kitchen::http {

void ConnectionExchange::reply(Response response) {
    if (!replied_.exchange(true)) connection_->respond(response, AfterResponse::keep);
}

// Any thread may drop it, and only workers may call the handler, so the text is fixed here.
ConnectionExchange::~ConnectionExchange() {
    if (replied_.exchange(true)) return;
    Response response(500);
    response.headers = {{"Content-Type", "application/problem+json"}};
    response.body = R"({"type":"about:blank","title":"Internal Server Error","status":500})";
    connection_->respond(response, AfterResponse::close);
}

}  // namespace kitchen::http

#include "exchange.h"

namespace kitchen::http {

void ConnectionExchange::reply(WireResponse response) {
    if (!replied_.exchange(true)) connection_->answer(response);
}

// Any thread may drop it, and only workers may call the handler, so the words are fixed here.
ConnectionExchange::~ConnectionExchange() {
    if (replied_.exchange(true)) return;
    WireResponse response;
    response.status = 500;
    response.headers = {{"Content-Type", "application/problem+json"}};
    response.body = R"({"type":"about:blank","title":"Internal Server Error","status":500})";
    response.close = true;
    connection_->answer(response);
}

}  // namespace kitchen::http

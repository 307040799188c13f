#include "events/event_text.h"

#include <gtest/gtest.h>

namespace kitchen::orders {
namespace {

OrderEvent confirmed_event() {
    return {31,
            7,
            2,
            OrderState::pending,
            OrderState::confirmed,
            *parse_rfc3339("2026-01-01T12:00:00Z"),
            "",
            Fulfillment::pickup};
}

}  // namespace

TEST(EventText, IsOneEventWithItsIdAndOneLineOfData) {
    EXPECT_EQ(
        event_text(31, confirmed_event(), Actor::staff),
        "id: 31\nevent: order\n"
        R"(data: {"order_id":7,"version":2,"status":"confirmed","from":"pending","to":"confirmed","at":"2026-01-01T12:00:00.000Z",)"
        R"("reason":null,"fulfillment_type":"pickup","allowed_transitions":["preparing","cancelled"]})"
        "\n\n");
}

TEST(EventText, SaysWhatTheOneWhoWatchesMayDo) {
    EXPECT_NE(event_text(2, confirmed_event(), Actor::customer)
                  .find(R"("allowed_transitions":["cancelled"])"),
              std::string::npos);
}

TEST(EventText, ATextCannotEndTheEventOrBeginAnother) {
    OrderEvent event = confirmed_event();
    event.from.reset();
    event.reason = "No gas\n\nid: 99\r\ndata: \"x\"";
    const std::string text = event_text(2, event, Actor::staff);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4) << text;
    EXPECT_EQ(text.find('\r'), std::string::npos);
    EXPECT_NE(text.find(R"("from":null)"), std::string::npos);
    EXPECT_NE(text.find(R"("reason":"No gas\n\nid: 99\r\ndata: \"x\"")"), std::string::npos)
        << text;
}

TEST(EventText, LastEventId) {
    const auto id = [](std::string_view text) { return parse_last_event_id(text); };
    EXPECT_EQ(parse_last_event_id(std::nullopt).value(), std::nullopt);
    EXPECT_EQ(id("").value(), std::nullopt);
    EXPECT_EQ(id("0").value(), 0);
    EXPECT_EQ(id("9223372036854775807").value(), INT64_MAX);
    for (const char* bad :
         {"-1", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "abc", "9223372036854775808", "1\xff"}) {
        const auto parsed = id(bad);
        ASSERT_FALSE(parsed) << bad;
        EXPECT_EQ(parsed.error().kind, Errc::malformed);
    }
}

}  // namespace kitchen::orders

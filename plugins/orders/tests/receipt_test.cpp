#include "receipt.h"

#include <gmock/gmock.h>

namespace kitchen::orders {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(Receipt, SaysAllForPrintAndEscapesIt) {
    Order order;
    order.id = 7;
    order.created_at = parse_rfc3339("2026-01-01T23:30:00Z").value();
    order.fulfillment = Fulfillment::delivery;
    order.items = {{1,
                    "Jollof & <rice>",
                    400'000,
                    2,
                    {{2, "Suya", 120'000}},
                    {},
                    "<script>alert('x')</script>",
                    800'000,
                    0}};
    order.price = {800'000, 50'000, 0, 0, 10'000, 100'000, 760'000};
    order.amounts = {{PricePart::discount, "\"NEW\"", 100'000},
                     {PricePart::delivery_fee, "Delivery", 50'000}};
    order.currency = "NGN";
    order.contact_name = "Ada <Obi>";
    order.contact_phone = "+2348031000001";
    order.address = parse_json(R"({"line1": "12 Allen & Co", "city": "Ikeja", "state": "Lagos",
        "line2": null})")
                        .value();
    const std::string html = receipt_html(order, Zone::find("Africa/Lagos").value());
    EXPECT_THAT(html,
                AllOf(HasSubstr("Order 7, Fri 2 Jan 2026, 00:30"),
                      HasSubstr("It is waiting for the kitchen, and unpaid."),
                      HasSubstr("2 &times; Jollof &amp; &lt;rice&gt;, Suya<br>"),
                      HasSubstr("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"),
                      HasSubstr("&quot;NEW&quot;</td><td class=\"sum\">&minus;NGN 1,000.00"),
                      HasSubstr("Ada &lt;Obi&gt;<br>12 Allen &amp; Co<br>Ikeja<br>Lagos"),
                      HasSubstr("<th class=\"sum\">NGN 7,600.00</th>"), Not(HasSubstr("<script"))));
}

TEST(Receipt, IsHtmlForThoseWhoAskForIt) {
    for (const char* html :
         {"text/html", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
          "application/json;q=0.5, TEXT/HTML; q=0.8", "text/html;q=0.001", "text/html;q=1.000"})
        EXPECT_TRUE(prefers_html(html)) << html;
    for (const char* json : {"", "*/*", "application/json", "text/html;q=0", "text/*",
                             "text/html;q=0.2, application/json", "text/html;q=x", ",;,"})
        EXPECT_FALSE(prefers_html(json)) << json;
}

}  // namespace
}  // namespace kitchen::orders

#include "low_stock_mails.h"

#include <array>
#include <utility>

#include "low_stock_templates.gen.h"

namespace kitchen::low_stock {
namespace {

constexpr MailTemplate low_stock_mail[] = {
    {"low_stock", low_stock_subject, low_stock_text, low_stock_html, "name left"}};

// This plugin was off, or is new.
constexpr std::chrono::hours max_age(24);

}  // namespace

MailTemplates LowStockMails::read_templates(const std::filesystem::path& folder) {
    return MailTemplates(low_stock_mail, folder);
}

LowStockMails::LowStockMails(std::string to, const std::filesystem::path& templates,
                             Catalog& catalog, Outbox& outbox, Mailer& mailer, const Clock& clock)
    : to_(std::move(to)),
      catalog_(catalog),
      outbox_(outbox),
      mailer_(mailer),
      clock_(clock),
      templates_(read_templates(templates)) {}

Status LowStockMails::changed(Transaction& tx, const FoodChanged& event) const {
    if (event.what != "low" || !event.left || clock_.now() - event.at > max_age) return {};
    const Result<std::vector<Food>> found = catalog_.foods(tx, std::array{event.food_id});
    if (!found) return found.error();
    if (found->empty() || found->front().deleted) return {};
    const std::string id = std::to_string(event.food_id), left = std::to_string(*event.left);
    return outbox_.enqueue(
        tx, channel,
        {"catalog/" + id + '/' + std::to_string(to_millis(event.at)), to_,
         "Food " + id + ": " + left + " left",
         Json::object({{"name", found->front().name}, {"left", *event.left}}).dump()});
}

Status LowStockMails::send(const Outgoing& delivery) const {
    Mail mail = templates_.render("low_stock", parse_json(delivery.payload).value());
    mail.to = delivery.to;
    mail.idempotency_key = delivery.id;
    return mailer_.send(mail);
}

}  // namespace kitchen::low_stock

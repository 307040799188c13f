#include "handover.h"

#include <algorithm>
#include <utility>

#include "mail_message.h"

namespace kitchen::outbox {

void Handover::note(std::int64_t mail_id) { keep({{mail_id, clock_.steady_now()}}); }

bool Handover::run() {
    std::vector<Noted> noted;
    {
        std::lock_guard lock(mutex_);
        noted.swap(noted_);
    }
    if (noted.empty()) return true;

    std::vector<Noted> unseen;
    std::vector<std::int64_t> waiting;
    const Status looked = store_.read([&](Transaction& tx) -> Status {
        unseen.clear();
        waiting.clear();
        for (const Noted& mail : noted) {
            const Result<std::optional<OutgoingMail>> found = mails_.find(tx, mail.id);
            if (!found) return found.error();
            if (!*found) unseen.push_back(mail);
            else if ((*found)->state == MailState::waiting) waiting.push_back(mail.id);
        }
        return {};
    });
    if (!looked) {
        log_.warn("the outgoing mails cannot be read", {{"code", looked.error().code}});
        keep(noted);
        return true;
    }
    // Not committed yet, or rolled back.
    const auto now = clock_.steady_now();
    std::erase_if(unseen, [&](const Noted& mail) { return now - mail.at >= patience; });
    keep(unseen);
    return std::all_of(waiting.begin(), waiting.end(), [this](std::int64_t id) { return send(id); });
}

bool Handover::send(std::int64_t id) {
    if (clock_.steady_now() < left_alone_until_) return false;
    const Status sent = queue_.send(to_message(id));
    if (sent) return true;
    left_alone_until_ = clock_.steady_now() + queue_left_alone;
    log_.warn("the queue took no mail; sending without it", {{"mail_id", id}, {"code", sent.error().code}});
    return false;
}

void Handover::keep(const std::vector<Noted>& noted) {
    std::lock_guard lock(mutex_);
    for (const Noted& mail : noted)
        if (noted_.size() < most_noted) noted_.push_back(mail);
}

}  // namespace kitchen::outbox

#include "mail_writers.h"

#include <stdexcept>
#include <utility>

namespace kitchen::outbox {

void MailWriters::add(std::string name, MailWriter& writer) {
    const auto [added, is_new] = writers_.try_emplace(std::move(name), writer);
    if (!is_new) throw std::logic_error("two writers of mails are called " + added->first);
}

Result<Mail> MailWriters::write(std::string_view name, std::string_view key) const {
    const auto found = writers_.find(name);
    if (found == writers_.end())
        return Error(Errc::unavailable, "mail_writer_missing",
                     "The plugin that writes this mail is switched off.")
            .with_subject(std::string(name));
    return found->second.get().write(key);
}

}  // namespace kitchen::outbox

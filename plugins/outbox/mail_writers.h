// Who writes the mails that were put into the outbox unwritten, by name.
//
// Thread-safety: add() while plugins are constructed; the rest from any thread, afterwards.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "kitchen/outbox.h"

namespace kitchen::outbox {

class MailWriters {
public:
    /// Throws std::logic_error when the name is taken.
    void add(std::string name, MailWriter& writer);
    bool has(std::string_view name) const { return writers_.contains(name); }
    /// Errors: those of the writer; unavailable "mail_writer_missing" when its plugin is switched
    /// off.
    Result<Mail> write(std::string_view name, std::string_view key) const;

private:
    std::map<std::string, std::reference_wrapper<MailWriter>, std::less<>> writers_;
};

}  // namespace kitchen::outbox

// A channel whose payload is the text of a mail, for tests through the real loader.
#include "kitchen/mailer.h"
#include "kitchen/outbox.h"
#include "kitchen/plugin.h"

namespace kitchen::tests {

class PlainMails final : public Plugin {
public:
    PlainMails(Setup& setup, Outbox& outbox, Mailer& mailer) {
        outbox.add_channel(setup, "plain-mails", {[&mailer](const Outgoing& mail) {
                               return mailer.send({mail.to, mail.subject, mail.payload,
                                                   "<p>" + mail.payload + "</p>", mail.id});
                           }});
    }
};

}  // namespace kitchen::tests

KITCHEN_PLUGIN(kitchen::tests::PlainMails, "plain-mails", "1.0.0", "Mails of a test",
               kitchen::Outbox, kitchen::Mailer)

#include "file_sms_sender.h"

#include <utility>

#include "idempotency_keys.h"
#include "sms_rules.h"

namespace kitchen {

FileSmsSender::FileSmsSender(std::filesystem::path directory, const Clock& clock, Logger& log)
    : clock_(clock), files_(std::move(directory), "sms", ".txt", log) {}

Status FileSmsSender::send(const Sms& sms) {
    if (Status good = check_sms(sms); !good) return good;
    return files_.write(key_digest(sms.idempotency_key), clock_.now(),
                        "To: " + sms.to + "\n\n" + sms.text + "\n");
}

}  // namespace kitchen

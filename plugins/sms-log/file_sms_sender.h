// sms/1 that writes each message into a directory as one .txt file (MessageFiles), for development
// and for tests.
//
// Thread-safety: send() and check() from any thread, once open() has succeeded.
#pragma once

#include <filesystem>

#include "kitchen/clock.h"
#include "kitchen/sms.h"
#include "message_files.h"

namespace kitchen {

class FileSmsSender : public SmsSender {
public:
    /// The clock and the logger must outlive the sender. Touches no file.
    FileSmsSender(std::filesystem::path directory, const Clock& clock, Logger& log);

    /// As MessageFiles says.
    Status open() { return files_.open(); }
    Status check() const { return files_.check(); }

    /// Beyond the errors of sms.h: those of check_sms() and of MessageFiles.
    Status send(const Sms& sms) override;

private:
    const Clock& clock_;
    MessageFiles files_;
};

}  // namespace kitchen

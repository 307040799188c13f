#include "sqs_response.h"

#include <gtest/gtest.h>

namespace kitchen::sqs {
namespace {

Error error_of(long status, const std::string& type, const std::string& message = "") {
    return read_response(
               {status, "{\"__type\": \"" + type + "\", \"message\": \"" + message + "\"}", {}})
        .error();
}

TEST(SqsResponse, ErrorsHaveTheirWords) {
    struct Case {
        long status;
        const char *type, *message, *code;
        Errc kind;
        bool may_pass;
    };
    const Case table[] = {
        {400, "com.amazonaws.sqs#QueueDoesNotExist", "", "queue_missing", Errc::unavailable, false},
        {400, "AWS.SimpleQueueService.NonExistentQueue", "", "queue_missing", Errc::unavailable,
         false},
        {400, "com.amazon.coral.availability#ThrottlingException", "", "queue_throttled",
         Errc::too_many_requests, true},
        {403, "com.amazonaws.sqs#RequestThrottled", "", "queue_throttled", Errc::too_many_requests,
         true},
        {403, "com.amazonaws.sqs#OverLimit", "", "queue_throttled", Errc::too_many_requests, true},
        {500, "com.amazon.coral.service#InternalFailure", "", "queue_failed", Errc::unavailable,
         true},
        {503, "ServiceUnavailable", "", "queue_failed", Errc::unavailable, true},
        {403, "com.amazon.coral.service#InvalidSignatureException",
         "The request signature we calculated does not match", "queue_signature_refused",
         Errc::unavailable, false},
        {403, "SignatureDoesNotMatch", "Signature expired: 20220127T001427Z is now earlier than …",
         "queue_clock_wrong", Errc::unavailable, false},
        {400, "InvalidSignatureException", "Signature not yet current: …", "queue_clock_wrong",
         Errc::unavailable, false},
        {403, "com.amazon.coral.service#UnrecognizedClientException", "", "queue_key_refused",
         Errc::unavailable, false},
        {403, "InvalidClientTokenId", "", "queue_key_refused", Errc::unavailable, false},
        {403, "com.amazon.coral.service#ExpiredTokenException", "", "queue_token_expired",
         Errc::unavailable, false},
        {403, "com.amazon.coral.service#AccessDeniedException", "", "queue_access_denied",
         Errc::unavailable, false},
        {400, "com.amazonaws.sqs#ReceiptHandleIsInvalid", "", "queue_receipt_stale", Errc::conflict,
         false},
        {400, "com.amazonaws.sqs#MessageNotInflight", "", "queue_receipt_stale", Errc::conflict,
         false},
        {400, "InvalidParameterValue",
         "Value AQEB for parameter ReceiptHandle is invalid. Reason: Message does not exist",
         "queue_receipt_stale", Errc::conflict, false},
        {400, "com.amazonaws.sqs#InvalidMessageContents", "", "queue_body_refused",
         Errc::unprocessable, false},
        {400, "Whatever", "", "queue_unknown", Errc::unavailable, false},
        {302, "", "", "queue_unknown", Errc::unavailable, false},
    };
    for (const Case& c : table) {
        const Error error = error_of(c.status, c.type, c.message);
        EXPECT_EQ(error.code, c.code) << c.type;
        EXPECT_EQ(error.kind, c.kind) << c.type;
        EXPECT_EQ(may_pass(error), c.may_pass) << c.type;
    }
}

TEST(SqsResponse, TheSubjectIsAWordOfTheServiceOrTheStatus) {
    EXPECT_EQ(error_of(400, "com.amazonaws.sqs#QueueDoesNotExist").subject, "QueueDoesNotExist");
    EXPECT_EQ(error_of(403, "x#a word\\nwith a secret").subject, "403");
    EXPECT_EQ(read_response({502, "<html>", {}}).error().subject, "502");
}

TEST(SqsResponse, MessagesWithTheirCounts) {
    const auto messages = messages_of(*parse_json(R"({"Messages": [
        {"MessageId": "1", "ReceiptHandle": "r1", "Body": "b1", "Attributes": {"ApproximateReceiveCount": "3"}},
        {"ReceiptHandle": "r2", "Body": "b2"}, {"ReceiptHandle": "r3", "Body": "", "Attributes": {"ApproximateReceiveCount": "many"}}]})"));
    ASSERT_EQ(messages->size(), 3u);
    EXPECT_EQ((*messages)[0].received, 3);
    EXPECT_EQ((*messages)[1].received, 1);
    EXPECT_EQ((*messages)[2].received, 1);
    EXPECT_TRUE(messages_of(Json::object())->empty());
    EXPECT_EQ(depth_of(Json::object()).error().code, "queue_unknown");
}

}  // namespace
}  // namespace kitchen::sqs

#include "redis_connection.h"

#include <hiredis.h>

#include <array>
#include <utility>

#include "failure.h"

namespace kitchen::redis {

namespace {

void append_command(std::string& out, const Arguments& arguments) {
    std::vector<const char*> words;
    std::vector<std::size_t> sizes;
    for (const std::string_view argument : arguments) {
        words.push_back(argument.data() ? argument.data() : "");
        sizes.push_back(argument.size());
    }
    char* formatted = nullptr;
    const int size = redisFormatCommandArgv(&formatted, static_cast<int>(words.size()),
                                            words.data(), sizes.data());
    if (size < 0) throw std::bad_alloc();
    const std::unique_ptr<char, void (*)(char*)> owner(formatted, redisFreeCommand);
    out.append(formatted, static_cast<std::size_t>(size));
}

Reply converted(const redisReply& from) {
    Reply out;
    switch (from.type) {
        case REDIS_REPLY_INTEGER:
            out.kind = Reply::Kind::integer;
            out.integer = from.integer;
            break;
        case REDIS_REPLY_STRING:
        case REDIS_REPLY_STATUS:
            out.kind = Reply::Kind::text;
            out.text.assign(from.str, static_cast<std::size_t>(from.len));
            break;
        case REDIS_REPLY_ERROR:
            out.kind = Reply::Kind::error;
            out.text.assign(from.str, static_cast<std::size_t>(from.len));
            break;
        case REDIS_REPLY_ARRAY:
            out.kind = Reply::Kind::array;
            out.elements.reserve(from.elements);
            for (std::size_t i = 0; i < from.elements; ++i)
                out.elements.push_back(converted(*from.element[i]));
            break;
        default: break;
    }
    return out;
}

}  // namespace

struct Connection::Reader {
    std::unique_ptr<redisReader, void (*)(redisReader*)> parser{redisReaderCreate(),
                                                                redisReaderFree};
    std::size_t bytes = 0;  // fed since the last whole reply
};

Connection::Connection(Socket socket, std::string address)
    : socket_(std::move(socket)),
      reader_(std::make_unique<Reader>()),
      address_(std::move(address)) {
    if (!reader_->parser) throw std::bad_alloc();
}

Connection::~Connection() = default;

Error Connection::broke(Error why) {
    broken_ = true;
    if (why.subject.find(address_) == std::string::npos)
        why.subject = address_ + ": " + why.subject;
    return why;
}

bool Connection::reusable() const { return !broken_ && socket_.quiet(); }

Status Connection::send(const Arguments& arguments, Deadline deadline) {
    std::string bytes;
    append_command(bytes, arguments);
    if (Status sent = socket_.send(bytes, deadline); !sent) return broke(std::move(sent).error());
    return {};
}

Result<std::optional<Reply>> Connection::receive(Deadline deadline, int wake_fd) {
    std::array<char, 16 * 1024> buffer;
    for (;;) {
        void* raw = nullptr;
        if (redisReaderGetReply(reader_->parser.get(), &raw) != REDIS_OK)
            return broke(failed(failure::unanswered, std::string("this is no Redis answer: ") +
                                                         reader_->parser->errstr));
        if (raw) {
            const std::unique_ptr<void, void (*)(void*)> owner(raw, freeReplyObject);
            reader_->bytes = 0;
            return std::optional(converted(*static_cast<const redisReply*>(raw)));
        }
        const auto got = socket_.receive(buffer.data(), buffer.size(), deadline, wake_fd);
        if (!got) return broke(got.error());
        if (*got == 0) return std::optional<Reply>();
        if ((reader_->bytes += *got) > max_reply_bytes)
            return broke(failed(failure::unanswered, "an answer is too large"));
        if (redisReaderFeed(reader_->parser.get(), buffer.data(), *got) != REDIS_OK)
            return broke(failed(failure::unanswered, std::string("this is no Redis answer: ") +
                                                         reader_->parser->errstr));
    }
}

Result<std::vector<Reply>> Connection::exchange(const std::vector<Arguments>& commands,
                                                Deadline deadline) {
    std::string bytes;
    for (const Arguments& command : commands) append_command(bytes, command);
    if (Status sent = socket_.send(bytes, deadline); !sent) return broke(std::move(sent).error());
    std::vector<Reply> replies;
    for (std::size_t i = 0; i < commands.size(); ++i) {
        auto reply = receive(deadline);
        if (!reply) return std::move(reply).error();
        if (!reply->has_value()) return broke(failed(failure::unanswered, "no answer in time"));
        replies.push_back(std::move(**reply));
    }
    return replies;
}

Result<Reply> Connection::call(const Arguments& arguments, Deadline deadline, bool asking) {
    auto replies =
        asking ? exchange({{"ASKING"}, arguments}, deadline) : exchange({arguments}, deadline);
    if (!replies) return std::move(replies).error();
    return std::move(replies->back());
}

Result<Reply> Connection::run(Script script, std::string_view key, const Arguments& arguments,
                              Deadline deadline, bool asking) {
    const auto index = static_cast<std::size_t>(script);
    Arguments command = {"EVALSHA", digests_[index], "1", key};
    command.insert(command.end(), arguments.begin(), arguments.end());
    auto reply = call(command, deadline, asking);
    if (!reply || !reply->is_error() || !reply->text.starts_with("NOSCRIPT")) return reply;
    auto loaded = call({"SCRIPT", "LOAD", script_texts[index]}, deadline);
    if (!loaded || loaded->is_error()) return loaded;
    return call(command, deadline, asking);
}

Status Connection::prepare(const Login& login, Use use, Deadline deadline) {
    const std::string database = std::to_string(login.database);
    std::vector<Arguments> commands;
    if (!login.password.empty()) {
        if (login.user.empty())
            commands.push_back({"AUTH", login.password});
        else
            commands.push_back({"AUTH", login.user, login.password});
    }
    if (use != Use::discovery) {
        if (login.database != 0) commands.push_back({"SELECT", database});
        if (use != Use::node) commands.push_back({"ROLE"});
    }
    const std::size_t scripts = commands.size();
    if (use == Use::commands || use == Use::node)
        for (const std::string_view text : script_texts)
            commands.push_back({"SCRIPT", "LOAD", text});
    if (commands.empty()) return {};

    const auto replies = exchange(commands, deadline);
    if (!replies) return replies.error();
    for (std::size_t i = 0; i < replies->size(); ++i)
        if ((*replies)[i].is_error())
            return broke(failed(failure::refused, std::string(commands[i].front()) +
                                                      " is refused: " + (*replies)[i].text));
    if (use == Use::commands || use == Use::messages) {
        const Reply& role = (*replies)[scripts - 1];
        if (role.elements.empty() || role.elements.front().text != "master")
            return broke(failed(failure::refused, "this server is not a master but a replica"));
    }
    for (std::size_t i = 0; scripts + i < replies->size(); ++i)
        digests_[i] = (*replies)[scripts + i].text;
    return {};
}

Result<std::unique_ptr<Connection>> Connection::open(const Address& address, const Login& login,
                                                     Use use, Deadline deadline) {
    auto socket = Socket::connect(address, deadline);
    if (!socket) return std::move(socket).error();
    std::unique_ptr<Connection> connection(new Connection(std::move(*socket), address.text));
    if (Status prepared = connection->prepare(login, use, deadline); !prepared) {
        Error why = std::move(prepared).error();
        if (why.code == failure::unanswered)
            why.code = failure::unreachable;  // no command of a caller was sent
        return why;
    }
    return connection;
}

}  // namespace kitchen::redis

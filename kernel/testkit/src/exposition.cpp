#include "kitchen/testkit/exposition.h"

#include <charconv>
#include <regex>
#include <set>
#include <stdexcept>

namespace kitchen::testkit {

namespace {

[[noreturn]] void refuse(std::string_view line, const std::string& why) {
    throw std::runtime_error("not the Prometheus text format: " + why + ": '" + std::string(line) +
                             "'");
}

double number(std::string_view line, std::string_view text) {
    double value = 0;
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size())
        refuse(line, "a value that is no number");
    return value;
}

/// A histogram's series without its bucket: name and labels but `le`.
struct Buckets {
    double last_bound = 0, last_count = 0;
    bool is_complete = false;
};

class Reader {
public:
    void take(const std::string& line) {
        static const std::regex comment(R"(# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+))");
        static const std::regex sample(
            R"-(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"(?:,[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*")*\})? (\S+))-");
        std::smatch part;
        if (std::regex_match(line, part, comment)) return describe(line, part[1], part[2], part[3]);
        if (!std::regex_match(line, part, sample)) refuse(line, "neither a comment nor a sample");
        add(line, part[1], part[2], part[3]);
    }
    Exposition finish() {
        for (const auto& [series, buckets] : buckets_) {
            if (!buckets.is_complete) refuse(series, "a histogram without +Inf");
            const auto brace = series.find('{');
            const std::string name = series.substr(0, brace),
                              labels = brace == std::string::npos ? "" : series.substr(brace);
            if (out_.value(name + "_count" + labels) != buckets.last_count)
                refuse(series, "a count that is not its last bucket's");
            if (!out_.has(name + "_sum" + labels)) refuse(series, "a histogram without sum");
        }
        return std::move(out_);
    }

private:
    void describe(const std::string& line, const std::string& what, const std::string& name,
                  const std::string& text) {
        if (what == "HELP") {
            if (!seen_.insert(name).second) refuse(line, "a family twice");
            family_ = name;
            return;
        }
        if (name != family_) refuse(line, "a TYPE that does not follow its HELP");
        if (text != "counter" && text != "gauge" && text != "histogram")
            refuse(line, "an unknown type");
        if (!out_.types.emplace(name, text).second) refuse(line, "a TYPE twice");
    }

    void add(const std::string& line, const std::string& name, const std::string& labels,
             const std::string& text) {
        const auto type = out_.types.find(family_);
        if (type == out_.types.end()) refuse(line, "a sample before any TYPE");
        const std::string suffix = name.starts_with(family_) ? name.substr(family_.size()) : "?";
        const bool is_part = suffix == "_count" || suffix == "_sum" || suffix == "_bucket";
        if (type->second == "histogram" ? !is_part : !suffix.empty())
            refuse(line, "a sample of another family");
        const double value = number(line, text);
        if (type->second == "counter" && value < 0) refuse(line, "a counter below zero");
        if (!out_.samples.emplace(name + labels, value).second) refuse(line, "a series twice");
        if (suffix == "_bucket") bucket(line, labels, value);
    }

    void bucket(const std::string& line, const std::string& labels, double count) {
        static const std::regex le(R"-((,?)le="([^"]*)"\}$)-");
        std::smatch part;
        if (!std::regex_search(labels, part, le)) refuse(line, "a bucket without le");
        const std::string rest = part.prefix().str().size() > 1 ? part.prefix().str() + '}' : "";
        const auto [found, is_first] = buckets_.try_emplace(family_ + rest);
        const double bound = number(line, part[2].str() == "+Inf" ? "inf" : part[2].str());
        Buckets& buckets = found->second;
        if (!is_first && (bound <= buckets.last_bound || count < buckets.last_count))
            refuse(line, "buckets that do not ascend");
        buckets = {bound, count, part[2] == "+Inf"};
    }

    Exposition out_;
    std::string family_;
    std::set<std::string> seen_;
    std::map<std::string, Buckets> buckets_;
};

}  // namespace

Exposition Exposition::parse(std::string_view text) {
    if (!text.ends_with('\n')) refuse(text.substr(0, 80), "no newline at the end");
    Reader reader;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        reader.take(std::string(text.substr(0, end)));
        text.remove_prefix(end + 1);
    }
    return reader.finish();
}

}  // namespace kitchen::testkit

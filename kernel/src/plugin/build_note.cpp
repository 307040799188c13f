#include "plugin/build_note.h"

#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <vector>

#include <elf.h>

namespace kitchen::plugin {

namespace {

constexpr std::string_view note_owner = "Chuks Kitchen";
constexpr std::uint32_t note_type = 1;
/// More than any note of ours, and little enough to read whatever a header claims.
constexpr std::uint64_t largest_segment = 64 * 1024;
constexpr unsigned most_segments = 256;

Error note_refusal(std::string code, std::string detail) {
    return Error(Errc::precondition_failed, std::move(code), std::move(detail));
}

class Reader {
public:
    explicit Reader(const std::filesystem::path& file) : in_(file, std::ios::binary) {}

    template <class T>
    std::optional<T> read(std::uint64_t offset) {
        T value;
        const auto bytes = read(offset, sizeof value);
        if (!bytes) return std::nullopt;
        std::memcpy(&value, bytes->data(), sizeof value);
        return value;
    }
    std::optional<std::string> read(std::uint64_t offset, std::uint64_t size) {
        if (size > largest_segment || offset > INT64_MAX) return std::nullopt;
        std::string bytes(size, '\0');
        in_.clear();
        in_.seekg(static_cast<std::streamoff>(offset));
        in_.read(bytes.data(), static_cast<std::streamsize>(size));
        if (!in_) return std::nullopt;
        return bytes;
    }

private:
    std::ifstream in_;
};

#if defined(__x86_64__)
constexpr Elf64_Half this_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half this_machine = EM_AARCH64;
#else
constexpr Elf64_Half this_machine = EM_NONE;
#endif

std::string machine_name(Elf64_Half machine) {
    switch (machine) {
        case EM_X86_64: return "x86_64";
        case EM_AARCH64: return "aarch64";
        case EM_386: return "i386";
        case EM_ARM: return "arm";
        case EM_RISCV: return "riscv";
        default: return "machine " + std::to_string(machine);
    }
}

/// The text of our note among the notes of one segment.
std::optional<std::string> find_note(std::string_view segment) {
    const auto padded = [](std::uint64_t size) { return (size + 3) / 4 * 4; };
    while (segment.size() >= sizeof(Elf64_Nhdr)) {
        Elf64_Nhdr head;
        std::memcpy(&head, segment.data(), sizeof head);
        segment.remove_prefix(sizeof head);
        const std::uint64_t name_size = padded(head.n_namesz), text_size = padded(head.n_descsz);
        if (name_size > segment.size() || text_size > segment.size() - name_size)
            return std::nullopt;
        const std::string_view name(segment.data(), head.n_namesz);
        const std::string_view text(segment.data() + name_size, head.n_descsz);
        if (head.n_type == note_type && name.substr(0, name.find('\0')) == note_owner)
            return std::string(text.substr(0, text.find('\0')));
        segment.remove_prefix(name_size + text_size);
    }
    return std::nullopt;
}

/// "api=2 arch=x86_64" as a map.
std::map<std::string, std::string, std::less<>> fields_of(std::string_view text) {
    std::map<std::string, std::string, std::less<>> fields;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        if (const std::size_t equals = word.find('='); equals != std::string_view::npos)
            fields.emplace(word.substr(0, equals), word.substr(equals + 1));
    }
    return fields;
}

}  // namespace

Result<std::string> read_build_note(const std::filesystem::path& file) {
    Reader reader(file);
    const auto head = reader.read<Elf64_Ehdr>(0);
    if (!head || std::memcmp(head->e_ident, ELFMAG, SELFMAG) != 0 || head->e_type != ET_DYN)
        return note_refusal("not_a_library", file.string() + " is not a shared library");
    if (head->e_ident[EI_CLASS] != ELFCLASS64 || head->e_ident[EI_DATA] != ELFDATA2LSB ||
        head->e_machine != this_machine)
        return note_refusal("wrong_machine", "it was built for " + machine_name(head->e_machine) +
                                                 ", this kernel for " + machine_name(this_machine) +
                                                 ": rebuild it on this architecture");
    for (unsigned i = 0; i < head->e_phnum && i < most_segments; ++i) {
        const auto segment =
            reader.read<Elf64_Phdr>(head->e_phoff + std::uint64_t(i) * head->e_phentsize);
        if (!segment) return note_refusal("not_a_library", file.string() + " has been cut off");
        if (segment->p_type != PT_NOTE) continue;
        const auto bytes = reader.read(segment->p_offset, segment->p_filesz);
        if (!bytes) continue;
        if (auto text = find_note(*bytes)) return *std::move(text);
    }
    return note_refusal(
        "no_note",
        file.string() +
            " has no note of this program: it is not a plugin, or was built for API 1; "
            "export it with KITCHEN_PLUGIN, and build it with the headers of this kernel");
}

Status check_build(std::string_view theirs, std::string_view ours) {
    if (theirs == ours) return {};
    const auto their_fields = fields_of(theirs), our_fields = fields_of(ours);
    const auto value = [](const auto& fields, const std::string& key) {
        const auto found = fields.find(key);
        return found == fields.end() ? std::string("nothing") : found->second;
    };
    if (const std::string api = value(their_fields, "api"); api != value(our_fields, "api"))
        return note_refusal(
            "api_mismatch",
            "it was built for API " + api + ", this kernel has API " + value(our_fields, "api") +
                ": rebuild it with the headers of this kernel, or install the release of "
                "one that fits the other");
    for (const auto& [key, value_of_ours] : our_fields)
        if (const std::string found = value(their_fields, key); found != value_of_ours)
            return note_refusal("build_mismatch",
                                "it was built with " + key + '=' + found + ", this kernel with " +
                                    key + '=' + value_of_ours +
                                    ": rebuild it with the compiler and options of this kernel");
    return note_refusal("build_mismatch", "it was built for '" + std::string(theirs) +
                                              "', this kernel for '" + std::string(ours) +
                                              "': rebuild it with the headers of this kernel");
}

}  // namespace kitchen::plugin

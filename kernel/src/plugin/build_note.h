// Reads what a library was built for from the file itself, so that a misfit is refused before the
// dynamic linker runs any of its code. See kitchen/build.h for what the note says.
//
// Thread-safety: pure functions; read_build_note() reads one file.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "kitchen/result.h"

namespace kitchen::plugin {

/// The text of the file's note. Errors, each with a sentence that goes on after "plugin 'x': ":
/// "not_a_library" (not an ELF shared library of this machine), "no_note" (no plugin, or of API 1).
/// Any file may be given: no length or offset in it is trusted.
Result<std::string> read_build_note(const std::filesystem::path& file);

/// Whether a plugin that was built for `theirs` fits a kernel built for `ours`; the error says what
/// differs and how to make them fit.
Status check_build(std::string_view theirs, std::string_view ours);

}  // namespace kitchen::plugin

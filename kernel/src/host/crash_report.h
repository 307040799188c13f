// The last line of a process that ends by a fault: which signal or exception, and in the code of
// which plugin. An exception that a static initialiser throws cannot be caught (the dynamic linker
// is on the stack), so this line is all there is to say of it.
//
// Thread-safety: install once, before other threads start. The report itself allocates nothing.
#pragma once

namespace kitchen::host {

/// For std::terminate and SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT. The signal then does what it
/// does by default, a core dump included.
void report_crashes();

}  // namespace kitchen::host

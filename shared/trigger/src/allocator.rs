//! The memory allocator of statically linked triggers.

use dlmalloc::GlobalDlmalloc;

/// musl's own allocator returns freed memory to the operating system after every invocation, and requests it again in
/// the next one.
#[global_allocator]
static ALLOCATOR: GlobalDlmalloc = GlobalDlmalloc;

//! The allocator of statically linked triggers.

use dlmalloc::GlobalDlmalloc;

/// musl's own allocator hands memory back to the system as soon as it is free: after every invocation, and with the
/// next one it asks for it again.
#[global_allocator]
static ALLOCATOR: GlobalDlmalloc = GlobalDlmalloc;

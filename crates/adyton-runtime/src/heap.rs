//! What the C library's heap holds of memory that nobody uses any more, given back to the system.
//!
//! ONNX Runtime allocates from that heap, and what models leave there lies between what is still used: the heap gives back only
//! what is free at its end. Our own allocator gives back by itself.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
use std::num::NonZero;

/// Gives back all pages that are free. Takes milliseconds, and the heap's locks one after the other, so no gateway's core does it.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(
    unsafe_code,
    reason = "no library offers it, and nothing else makes the heap give back what lies between"
)]
pub(crate) fn give_back() {
    // SAFETY: `malloc_trim` takes a number, may be called by any thread at any time (`MT-Safe` in its manual), and changes nothing
    // that is allocated.
    let _given = unsafe { libc::malloc_trim(0) };
}

/// Other C libraries have nothing like it.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn give_back() {}

/// Has the C library make one heap for each core, in place of eight. Threads share them: what a model leaves in a heap of its
/// thread's own is hardly ever given back. Heaps that are there already stay, so it is called before there are threads.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(
    unsafe_code,
    reason = "no library offers it, and the variable of the environment would have to be there before the start"
)]
pub fn one_for_each_core() {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let most = libc::c_int::try_from(cores).unwrap_or(libc::c_int::MAX);
    // SAFETY: `mallopt` takes two numbers, and no other thread allocates yet.
    let _known = unsafe { libc::mallopt(libc::M_ARENA_MAX, most) };
}

/// Other C libraries have nothing like it.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn one_for_each_core() {}

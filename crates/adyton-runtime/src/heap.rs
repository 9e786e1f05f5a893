//! What the C library's heap holds of memory that nobody uses any more, given back to the system.
//!
//! ONNX Runtime allocates from that heap, and what models leave there lies between what is still used: the heap gives back only
//! what is free at its end. Our own allocator gives back by itself.

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

/// Has the C library make at most so many heaps for its threads, in place of eight for each core. What a model leaves in the heap of
/// the thread that loaded it is hardly ever given back: of twenty models, some ten megabytes stayed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(
    unsafe_code,
    reason = "no library offers it, and the variable of the environment would have to be there before the start"
)]
pub(crate) fn bound_heaps(most: usize) {
    let most = libc::c_int::try_from(most.max(1)).unwrap_or(libc::c_int::MAX);
    // SAFETY: `mallopt` takes two numbers, and is called once, before ONNX Runtime makes its threads.
    let _known = unsafe { libc::mallopt(libc::M_ARENA_MAX, most) };
}

/// Other C libraries have nothing like it.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn bound_heaps(_most: usize) {}

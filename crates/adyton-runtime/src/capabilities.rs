//! What root may do and programs, and processes in a sandbox, may not: programs keep no capability but the one to bind low ports.
//!
//! Capabilities pass by what else holds a program: some by file permissions (`DAC_OVERRIDE`), some by Landlock (`SYS_PTRACE`,
//! `PERFMON` and `SYS_ADMIN` show the environment and the memory map of any process), some by everything (`SYS_TIME`, `SYS_BOOT`,
//! `SYS_MODULE`, `SYS_RAWIO`, `MKNOD`). A program of root is then as one of any other user: it cannot change its user either.

use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, clear_ambient_capability_set,
    remove_capability_from_bounding_set, set_capabilities, set_no_new_privs,
};

/// What a program keeps, if its server has it.
pub(crate) const PORTS: CapabilitySet = CapabilitySet::NET_BIND_SERVICE;
/// What a process in a sandbox keeps, so that it reads a package whoever owns it; where it reads is what its fence decides.
pub(crate) const FILES: CapabilitySet = CapabilitySet::DAC_READ_SEARCH.union(CapabilitySet::DAC_OVERRIDE);

/// Takes from this process, and from all that it starts, what only root has, but for what is `kept`. Each step is one that a process without
/// privileges does not need, or a kernel does not know; what can be done is done.
pub(crate) fn drop_all_but(kept: CapabilitySet) {
    for bit in 0..u64::BITS {
        let capability = CapabilitySet::from_bits_retain(1 << bit);
        if !kept.contains(capability) {
            // First of all, because this needs one of them.
            let _ = remove_capability_from_bounding_set(capability);
        }
    }
    // Handed on past the bounding set, to servers that are no root.
    let _ = clear_ambient_capability_set();
    if let Ok(own) = capabilities(None) {
        let left = CapabilitySets {
            effective: own.effective & kept,
            permitted: own.permitted & kept,
            inheritable: CapabilitySet::empty(),
        };
        let _ = set_capabilities(None, left);
    }
    // No program that is setuid, or has capabilities of its own, gives anything back.
    let _ = set_no_new_privs(true);
}

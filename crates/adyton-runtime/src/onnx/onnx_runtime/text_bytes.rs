//! How many bytes the texts of a value have, asked before they are copied: `ort` asks only once it is to copy them, and a
//! process that finds no memory for a copy ends.

use std::ptr::{self, NonNull};

use adyton_core::graph_fault::GraphFault;
use ort::AsPointer;
use ort::memory::Allocator;
use ort::sys::OrtValue;
use ort::value::{DynMap, DynTensor, DynTensorRef};

/// Those of a tensor of texts.
///
/// # Errors
/// It holds none.
pub(super) fn of(texts: &DynTensorRef<'_>) -> ort::Result<u64> {
    of_value(texts.ptr())
}

/// Those of the keys of a map, which are texts.
///
/// # Errors
/// They are none, or the runtime finds no memory to show them.
#[expect(
    unsafe_code,
    reason = "`ort` gives the keys of a map only once they are copied"
)]
pub(super) fn of_keys(map: &DynMap) -> ort::Result<u64> {
    let allocator = Allocator::default();
    let mut keys = ptr::null_mut();
    // SAFETY: the map and the allocator live longer than the call, which writes the address of a new value or gives an error.
    let status = unsafe { (ort::api().GetValue)(map.ptr(), 0, allocator.ptr().cast_mut(), &raw mut keys) };
    // SAFETY: the status has just come from the runtime, and is looked at once.
    unsafe { ort::Error::result_from_status(status) }?;
    let keys = NonNull::new(keys).ok_or_else(|| ort::Error::new(GraphFault::MapWithoutKeys.kept()))?;
    // SAFETY: it is a tensor that the runtime has just made with this allocator, and belongs to nobody else.
    let keys: DynTensor = unsafe { DynTensor::from_ptr(keys, Some(&allocator)) };
    of_value(keys.ptr())
}

#[expect(unsafe_code, reason = "`ort` has no function for it")]
fn of_value(texts: *const OrtValue) -> ort::Result<u64> {
    let mut bytes = 0_usize;
    // SAFETY: both callers give the address of a value that they hold; of one that is no tensor of texts the runtime says so.
    let status = unsafe { (ort::api().GetStringTensorDataLength)(texts, &raw mut bytes) };
    // SAFETY: the status has just come from the runtime, and is looked at once.
    unsafe { ort::Error::result_from_status(status) }?;
    Ok(bytes as u64)
}

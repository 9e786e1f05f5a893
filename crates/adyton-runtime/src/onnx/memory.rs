//! The memory that ONNX models take in the server's process: how much it may be, and who has to end when it is too much.
//!
//! A graph may make tensors as large as its caller says, so two bounds stand before the server's death. The system refuses this
//! process more data than [`ModelMemory::most`] above what it held at its start: a runtime that asks for a tensor beyond that
//! gets none, and its run fails. Before it comes to that ([`ModelMemory::is_short`]), the watching thread of the inference
//! threads ends the run that has been growing longest, so that what the server itself needs is still there.

use adyton_core::graph_fault::GraphFault;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::ending::Ended;
use super::predictor::RunError;
use super::tensor::Label;
use crate::machine;

/// A run that grew less than this, in bytes, is not why memory is short; one that grew more gives its memory back at its end.
pub(crate) const GROWN: u64 = 128 << 20;
/// With less, in bytes, no model of a useful size is loaded.
const LEAST: u64 = 256 << 20;

/// What is asked for without a look, in bytes.
const LITTLE: u64 = 1 << 20;
/// The outputs of one call together, in bytes.
pub(crate) const OUTPUTS_MOST: u64 = 256 << 20;
/// A text takes this beside its letters, in bytes: where they are, and what the allocator keeps for each.
pub(super) const TEXT: u64 = size_of::<String>() as u64 + 16;

/// How much memory models may take, loaded and running.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ModelMemory {
    /// In bytes.
    pub most: u64,
    /// What the process had in use before it loaded any, in bytes.
    pub(super) before: u64,
}

impl ModelMemory {
    /// So many bytes (`onnx.memory`); `0` is three quarters of this machine's memory, or of its container's limit.
    pub fn new(most: u64) -> Self {
        let most = match most {
            0 => machine::memory() / 4 * 3,
            most => most,
        };
        Self {
            most: most.max(LEAST),
            before: machine::resident(),
        }
    }

    /// Has the system refuse this process more. Gives the limit that it had, for programs that it starts; `None` is no limit.
    pub fn enforce(self) -> Option<u64> {
        let limit = getrlimit(Resource::Data);
        let most = self.most.saturating_add(machine::taken());
        if limit.current.is_none_or(|current| current > most) {
            // Who may not lower a limit goes on without it.
            let _ = set(Some(most), limit.maximum);
        }
        limit.current
    }

    /// Whether runs have to end, by what the process has in use now, in bytes.
    pub(super) fn is_short(self, resident: u64) -> bool {
        resident.saturating_sub(self.before) > self.most / 8 * 7
    }
}

/// Whether so many bytes more leave the process three times as many: who copies what a model made asks first, for a process that gets
/// no memory ends, where a runtime that gets none says so.
pub(crate) fn has_room_for(bytes: u64) -> bool {
    let limit = getrlimit(Resource::Data).current;
    bytes <= LITTLE || limit.is_none_or(|limit| bytes <= limit.saturating_sub(machine::taken()) / 4)
}

/// What the outputs of one call may still take.
pub(crate) struct OutputBudget(u64);

impl OutputBudget {
    /// Before the first output.
    pub(super) const fn new() -> Self {
        Self(OUTPUTS_MOST)
    }

    /// Before the first output of a process of its own, which has counted them before: only what it did not count (the lists around
    /// scores) takes more here.
    pub(crate) const fn of_another_process() -> Self {
        Self(OUTPUTS_MOST * 2)
    }

    /// Takes room for `count` elements of so many bytes.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn take(&mut self, count: usize, each: usize) -> Result<(), RunError> {
        self.take_bytes((count as u64).saturating_mul(each as u64))
    }

    /// Takes room for `count` texts, whose letters have so many bytes together.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn take_texts(&mut self, count: usize, letters: u64) -> Result<(), RunError> {
        self.take_bytes((count as u64).saturating_mul(TEXT).saturating_add(letters))
    }

    /// Takes room for so many rows of scores by label. A label that is a text counts in each: rows may share it here, but
    /// neither in the answer nor on the way from a process of its own.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn take_scores<'l>(
        &mut self,
        rows: usize,
        labels: impl IntoIterator<Item = &'l Label>,
    ) -> Result<(), RunError> {
        let each = |label: &Label| match label {
            Label::Number(_) => 0,
            Label::Text(text) => text.len(),
        };
        let row = labels
            .into_iter()
            .map(|label| size_of::<(Label, f32)>() + each(label));
        self.take(rows, row.sum())
    }

    fn take_bytes(&mut self, bytes: u64) -> Result<(), RunError> {
        let Some(left) = self.0.checked_sub(bytes) else {
            let most = &OUTPUTS_MOST.to_string();
            return Err(RunError::new(GraphFault::AnswerLarge { most }.kept()));
        };
        self.0 = left;
        match has_room_for(bytes) {
            true => Ok(()),
            false => Err(Ended::TooLarge.into()),
        }
    }

    /// Copies numbers.
    ///
    /// # Errors
    /// There is no room for them.
    pub(super) fn copy<T: Copy>(&mut self, elements: &[T]) -> Result<Vec<T>, RunError> {
        self.take(elements.len(), size_of::<T>())?;
        let mut copied = Vec::new();
        copied
            .try_reserve_exact(elements.len())
            .map_err(|_| Ended::TooLarge)?;
        copied.extend_from_slice(elements);
        Ok(copied)
    }
}

/// Takes back what [`ModelMemory::enforce`] did, for a program of a model.
pub fn release(original: Option<u64>) {
    // Where it cannot be raised, the program has the server's limit.
    let _ = set(original, getrlimit(Resource::Data).maximum);
}

fn set(current: Option<u64>, maximum: Option<u64>) -> rustix::io::Result<()> {
    setrlimit(Resource::Data, Rlimit { current, maximum })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn outputs_of_one_call_have_a_bound_together() {
        let mut room = OutputBudget::new();
        assert_eq!(room.copy(&[1_i64, 2]), Ok(vec![1, 2]));
        let half = usize::try_from(OUTPUTS_MOST / 16).unwrap_or(usize::MAX);
        assert_eq!(room.take(half, 8), Ok(()));
        let problem = room.take(half, 8).unwrap_err();
        assert!(problem.to_string().contains("send less at once"), "{problem}");
        assert!(room.take(usize::MAX, 8).is_err());
    }

    #[test]
    fn texts_and_labels_are_counted_by_their_letters() {
        let mut room = OutputBudget::new();
        assert_eq!(room.take_texts(2, OUTPUTS_MOST - 2 * TEXT), Ok(()));
        assert!(room.take_texts(0, 1).is_err());
        assert!(room.take_texts(usize::MAX, u64::MAX).is_err());
        let labels = [Label::Number(1), Label::Text("l".repeat(1 << 20).into())];
        assert_eq!(OutputBudget::new().take_scores(255, &labels), Ok(()));
        assert!(OutputBudget::new().take_scores(256, &labels).is_err());
        assert_eq!(OutputBudget::new().take_scores(256, &labels[..1]), Ok(()));
    }

    #[test]
    fn memory_is_short_shortly_before_the_system_refuses_more() {
        let memory = ModelMemory {
            most: 800 << 20,
            before: 100 << 20,
        };
        assert!(!memory.is_short(50 << 20));
        assert!(!memory.is_short(800 << 20));
        assert!(memory.is_short(801 << 20));
        assert!(ModelMemory::new(1).most >= LEAST);
        assert!(ModelMemory::new(0).most > LEAST);
    }
}

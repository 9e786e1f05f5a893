//! What the process of a model, which a graph may have taken over, says of a run. What must hold: what is read and written again is
//! read as the same, and the answer of another number of outputs is none.

use adyton_runtime::fuzzing::process_answer;

use crate::choices::Choices;

/// The most outputs.
const OUTPUTS: usize = 4;

pub(crate) fn run(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let outputs = choices.below(OUTPUTS);
    let said = choices.rest();
    let Some(written) = process_answer(said, outputs) else {
        return;
    };
    assert_eq!(process_answer(&written, outputs).as_deref(), Some(&*written));
    // The first byte tells values from a failure, which has no number of them.
    if written.first() == Some(&0) {
        assert_eq!(process_answer(&written, outputs + 1), None);
    }
}

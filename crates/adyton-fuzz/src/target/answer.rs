//! An instance's answer: its head, and where its body ends. What must hold: it is the same answer in whatever pieces it comes.

use adyton_gateway::fuzzing::{AnswerRead, answer};

use crate::choices::Choices;

pub(crate) fn run(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let (bodiless, step) = (choices.byte() & 1 == 1, 1 + choices.below(32));
    let said = choices.rest();
    let at_once = answer([said], bodiless);
    let in_pieces = answer(said.chunks(step), bodiless);
    match (&at_once, &in_pieces) {
        (Ok(one), Ok(other)) => assert_eq!(one, other, "in pieces of {step}"),
        // What breaks the rules may be found out sooner or later, and with other words; not be taken for an answer.
        (Err(_), Err(_)) => {}
        (Ok(one), Err(_)) | (Err(_), Ok(one)) => {
            assert!(
                !matches!(one, AnswerRead::Answer { is_over: true, .. }),
                "in pieces of {step}: {one:?}"
            );
        }
    }
    if let Ok(AnswerRead::Answer { head, .. }) = at_once {
        for name in head.keys() {
            let name = name.as_str();
            assert!(
                !name.starts_with("x-adyton-") && !name.starts_with("x-apig-"),
                "{name}"
            );
            assert!(
                !matches!(name, "connection" | "transfer-encoding" | "upgrade"),
                "{name}"
            );
        }
    }
}

//! Answers of processes that a graph has taken over.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use serde::Serialize;

use super::*;

const MIB: usize = 1 << 20;

fn frame(content: &impl Serialize) -> Vec<u8> {
    postcard::to_stdvec(content).unwrap()
}

/// The bytes that stand for `count` items which are zeros: a length, and a byte or more for each.
fn list(count: usize, each: usize) -> Vec<u8> {
    let mut bytes = frame(&count);
    bytes.resize(bytes.len() + count * each, 0);
    bytes
}

/// An answer of one output: the tags of `Ok` and of the value, and what follows.
fn one_output(tag: u8, content: &[u8]) -> Vec<u8> {
    [&[0, 1, tag], content].concat()
}

fn tensor(elements: Elements) -> Value {
    Value::Tensor(Tensor {
        shape: Shape::from_slice(&[elements.len()]),
        elements,
    })
}

/// What is refused because there is no room is told the caller: the frame itself was whole.
fn has_no_room(frame: &[u8]) -> bool {
    match read(frame, 1) {
        Ok(Err(refused)) => refused.to_string().contains("send less at once"),
        Ok(Ok(_)) | Err(_) => false,
    }
}

#[test]
fn an_answer_takes_no_more_than_answers_may_whatever_its_bytes_stand_for() {
    let count = 30 * MIB;
    // Each of these is some ten to forty times as large in memory as in the frame.
    let empty_maps = one_output(1, &list(count, 1));
    let empty_tensors = one_output(2, &list(count / 3, 3));
    let empty_texts = one_output(0, &[frame(&vec![count]), vec![12], list(count, 1)].concat());
    let axes = one_output(0, &[list(count, 1), vec![0, 0]].concat());
    assert!(has_no_room(&empty_maps));
    assert!(has_no_room(&empty_tensors));
    assert!(has_no_room(&empty_texts));
    assert!(read(&axes, 1).is_err());
    // Numbers as they are.
    let honest = Ok::<_, RunError>(vec![tensor(Elements::Uint8(vec![1; count]))]);
    assert_eq!(read(&frame(&honest), 1).unwrap(), honest);
}

#[test]
fn no_length_is_believed() {
    for length in [u64::MAX, 1 << 40, 4096] {
        for tag in 0..13_u8 {
            let elements = [frame(&vec![length]), vec![tag], frame(&length), vec![0; 64]].concat();
            assert!(read(&one_output(0, &elements), 1).is_err(), "{tag}: {length}");
        }
        for tag in [1, 2] {
            assert!(
                read(&one_output(tag, &[frame(&length), vec![0; 64]].concat()), 1).is_err(),
                "{tag}: {length}"
            );
        }
        assert!(read(&[vec![0], frame(&length), vec![0; 64]].concat(), 1).is_err());
        assert!(read(&[vec![1, 0], frame(&length), vec![0; 64]].concat(), 1).is_err());
    }
}

#[test]
fn what_no_honest_process_sends_is_an_error() {
    let one = || tensor(Elements::Int64(vec![1, 2, 3]));
    let whole = |values: Vec<Value>| frame(&Ok::<_, RunError>(values));
    assert!(read(&whole(vec![one()]), 1).is_ok());
    // Another number of values than the model has outputs.
    assert!(read(&whole(vec![one()]), 2).is_err());
    assert!(read(&whole(vec![one(), one()]), 1).is_err());
    // More or fewer elements than the shape says, and a product that no number holds.
    for shape in [vec![2], vec![4], vec![], vec![usize::MAX, usize::MAX, 3]] {
        let lies = Value::Sequence(vec![Tensor {
            shape: Shape::from_vec(shape.clone()),
            elements: Elements::Int64(vec![1, 2, 3]),
        }]);
        assert!(read(&whole(vec![lies]), 1).is_err(), "{shape:?}");
    }
    // Deeper than anybody reads.
    let deep = |axes: usize| {
        let elements = Elements::Bool(vec![true]);
        let shape = Shape::from_elem(1, axes);
        whole(vec![Value::Tensor(Tensor { shape, elements })])
    };
    assert!(read(&deep(MOST_OUTPUT_AXES), 1).is_ok());
    assert!(read(&deep(MOST_OUTPUT_AXES + 1), 1).is_err());
    // Something after the end, nothing at all, unknown tags, a truth that is neither, text that is none.
    assert!(read(&[whole(vec![one()]), vec![0]].concat(), 1).is_err());
    for wrong in [
        &[][..],
        &[2],
        &[0, 1, 3],
        &[0, 1, 0, 1, 1, 13, 1, 0],
        &[0, 1, 0, 1, 1, 11, 1, 2],
        &[0, 1, 0, 1, 1, 12, 1, 1, 0xff],
        &[1, 2],
        &[1, 1, 2],
        &[1, 0, 1, 0xc0],
    ] {
        assert!(read(wrong, 1).is_err(), "{wrong:?}");
    }
}

#[test]
fn words_of_the_process_are_as_short_as_those_of_the_server() {
    let long = format!("{}\u{1b}[2J\nend", "word ".repeat(9_000));
    let read_back = read(&frame(&Err::<Vec<Value>, _>(RunError::Said(long.clone()))), 1).unwrap();
    assert_eq!(read_back, Err(RunError::new(long)));
    let too_long = "a ".repeat(LONGEST_WORDS);
    assert!(read(&frame(&Err::<Vec<Value>, _>(RunError::Said(too_long))), 1).is_err());
}

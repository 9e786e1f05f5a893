//! What goes between the server and a model's process: each frame is its length in eight bytes, little-endian, and its content in
//! the format of `postcard`. Neither side trusts the other's lengths.

use std::io::{self, ErrorKind, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::onnx::memory::has_room_for;
use crate::onnx::predictor::RunError;
use crate::onnx::tensor::{Tensor, Value};
use crate::sandbox::is_pause;

/// The longest frame, in bytes: far more than a body can ask for.
const LONGEST: u64 = 1 << 30;
/// So much is read at a time, in bytes: a length that is not true takes no memory.
const PIECE: usize = 1 << 20;

/// A run that is asked for, with its number: those of one connection count up from 1.
#[derive(Serialize, Deserialize)]
pub(super) struct AskedRun<T> {
    pub(super) number: u64,
    pub(super) inputs: T,
}

/// What the server sends, as the process reads it.
pub(super) type Run = AskedRun<Vec<Tensor>>;

/// What came of a run.
pub(super) type Answered = Result<Vec<Value>, RunError>;

/// Writes a frame. When the other side takes nothing for a while, `go_on` is asked.
pub(super) fn write(
    mut to: impl Write,
    content: &impl Serialize,
    mut go_on: impl FnMut() -> bool,
) -> io::Result<()> {
    let mut frame = vec![0; size_of::<u64>()];
    frame = postcard::to_extend(content, frame).map_err(wrong)?;
    let length = (frame.len() - size_of::<u64>()) as u64;
    if length > LONGEST {
        return Err(wrong("the frame is too long"));
    }
    frame[..size_of::<u64>()].copy_from_slice(&length.to_le_bytes());
    let mut left = frame.as_slice();
    while !left.is_empty() {
        match to.write(left) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => left = &left[written..],
            Err(problem) if is_pause(&problem) && go_on() => {}
            Err(problem) => return Err(problem),
        }
    }
    Ok(())
}

/// Reads a frame; `None` when the other side has closed before it. When nothing comes for a while, `go_on` is asked.
pub(super) fn read<T: DeserializeOwned>(
    mut from: impl Read,
    mut go_on: impl FnMut() -> bool,
) -> io::Result<Option<T>> {
    let mut content = Vec::new();
    if !fill(&mut from, &mut content, size_of::<u64>(), &mut go_on)? {
        return Ok(None);
    }
    let length = content.as_slice().try_into().map_err(wrong)?;
    let length = u64::from_le_bytes(length);
    if length > LONGEST || !has_room_for(length) {
        return Err(wrong("the frame is too long"));
    }
    let length = usize::try_from(length).map_err(wrong)?;
    content.clear();
    while content.len() < length {
        let next = (length - content.len()).min(PIECE);
        if !fill(&mut from, &mut content, next, &mut go_on)? {
            return Err(ErrorKind::UnexpectedEof.into());
        }
    }
    postcard::from_bytes(&content).map(Some).map_err(wrong)
}

/// Reads `count` bytes more; false when the other side had closed before the first.
fn fill(
    from: &mut impl Read,
    content: &mut Vec<u8>,
    count: usize,
    go_on: &mut impl FnMut() -> bool,
) -> io::Result<bool> {
    let begin = content.len();
    let (mut at, end) = (begin, begin + count);
    content.resize(end, 0);
    while at < end {
        match from.read(&mut content[at..end]) {
            Ok(0) if at == begin => return Ok(false),
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(read) => at += read,
            Err(problem) if is_pause(&problem) && go_on() => {}
            Err(problem) => return Err(problem),
        }
    }
    Ok(true)
}

fn wrong(problem: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, problem)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::sync::Arc;

    use half::f16;
    use smallvec::smallvec;

    use super::*;
    use crate::onnx::tensor::{Elements, Label};

    fn tensor(elements: Elements) -> Tensor {
        Tensor {
            shape: smallvec![elements.len()],
            elements,
        }
    }

    #[test]
    fn a_run_and_its_values_arrive_to_the_bit() {
        let all = [
            Elements::Float32(vec![-0.0, f32::MIN_POSITIVE / 2.0, f32::INFINITY]),
            Elements::Float64(vec![0.1, -f64::MAX]),
            Elements::Float16(vec![f16::from_bits(1), f16::NEG_INFINITY]),
            Elements::Int8(vec![i8::MIN]),
            Elements::Int16(vec![i16::MIN]),
            Elements::Int32(vec![i32::MIN, -1]),
            Elements::Int64(vec![i64::MIN, i64::MAX]),
            Elements::Uint8(vec![255]),
            Elements::Uint16(vec![u16::MAX]),
            Elements::Uint32(vec![u32::MAX]),
            Elements::Uint64(vec![u64::MAX]),
            Elements::Bool(vec![true, false]),
            Elements::Text(vec![String::new(), "花".to_owned()]),
        ];
        let tensors: Vec<Tensor> = all.into_iter().map(tensor).collect();
        let mut wire = Vec::new();
        let asked = AskedRun {
            number: 7,
            inputs: tensors.as_slice(),
        };
        write(&mut wire, &asked, || false).unwrap();
        let label = |text: &str| Label::Text(Arc::from(text));
        let values: Answered = Ok(vec![
            Value::Sequence(tensors.clone()),
            Value::Maps(vec![
                vec![(label("a"), 0.5), (Label::Number(-3), 0.25)],
                Vec::new(),
            ]),
        ]);
        write(&mut wire, &values, || false).unwrap();
        let refused: Answered = Err(RunError::new("too wide"));
        write(&mut wire, &refused, || false).unwrap();
        let mut from = wire.as_slice();
        let run: Run = read(&mut from, || false).unwrap().unwrap();
        assert_eq!((run.number, run.inputs), (7, tensors));
        assert_eq!(read::<Answered>(&mut from, || false).unwrap(), Some(values));
        assert_eq!(read::<Answered>(&mut from, || false).unwrap(), Some(refused));
        assert_eq!(read::<Answered>(&mut from, || false).unwrap(), None);
    }

    #[test]
    fn what_is_cut_or_lies_about_its_length_is_an_error() {
        let mut wire = Vec::new();
        let values: Answered = Ok(vec![Value::Tensor(tensor(Elements::Int64(vec![1, 2, 3])))]);
        write(&mut wire, &values, || false).unwrap();
        for cut in 1..wire.len() {
            assert!(read::<Answered>(&wire[..cut], || false).is_err(), "{cut}");
        }
        let mut long = u64::MAX.to_le_bytes().to_vec();
        long.extend(&wire[8..]);
        assert!(read::<Answered>(long.as_slice(), || false).is_err());
        // It says that far more follows than does.
        let mut short = (LONGEST - 1).to_le_bytes().to_vec();
        short.extend(&wire[8..]);
        assert!(read::<Answered>(short.as_slice(), || false).is_err());
    }
}

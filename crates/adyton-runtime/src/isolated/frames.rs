//! What goes between the server and a model's process: each frame is its length in eight bytes, little-endian, and its content in
//! the format of `postcard`. Neither side trusts the other's lengths; the server reads answers by `answer.rs`.

use std::io::{self, ErrorKind, Read, Write};

use serde::{Deserialize, Serialize};

use crate::onnx::memory::{OUTPUTS_MOST, has_room_for};
use crate::onnx::predictor::RunError;
use crate::onnx::tensor::{Tensor, Value};
use crate::sandbox::is_pause;

/// The longest frame that is written, and of what the server asks for, in bytes: far more than a body can hold.
pub(super) const LONGEST: u64 = 1 << 30;
/// The longest answer, in bytes: numbers of 16 bits take three bytes at most.
pub(super) const LONGEST_ANSWER: u64 = OUTPUTS_MOST / 2 * 3 + (1 << 20);
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

/// Writes a frame. Whenever the other side has not taken all of it, also when it takes nothing for a while, `go_on` is asked.
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
            Err(problem) if is_pause(&problem) => {}
            Err(problem) => return Err(problem),
        }
        // Also of who takes a byte at a time.
        if !left.is_empty() && !go_on() {
            return Err(ErrorKind::TimedOut.into());
        }
    }
    Ok(())
}

/// Reads a frame of at most `longest` bytes and what it says, by `parse`; `None` when the other side has closed before it. Whenever
/// not all of it has come, also when nothing comes for a while, `go_on` is asked.
pub(super) fn read<T, E>(
    mut from: impl Read,
    longest: u64,
    parse: impl FnOnce(&[u8]) -> Result<T, E>,
    mut go_on: impl FnMut() -> bool,
) -> io::Result<Option<T>>
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut content = Vec::new();
    if !fill(&mut from, &mut content, size_of::<u64>(), &mut go_on)? {
        return Ok(None);
    }
    let length = content.as_slice().try_into().map_err(wrong)?;
    let length = u64::from_le_bytes(length);
    if length > longest {
        return Err(wrong("the frame is too long"));
    }
    let length = usize::try_from(length).map_err(wrong)?;
    content.clear();
    while content.len() < length {
        let left = length - content.len();
        // Asked again and again: others take memory meanwhile.
        if !has_room_for(left as u64) {
            return Err(wrong("there is no room for the frame"));
        }
        if !fill(&mut from, &mut content, left.min(PIECE), &mut go_on)? {
            return Err(ErrorKind::UnexpectedEof.into());
        }
    }
    parse(&content).map(Some).map_err(wrong)
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
    content.try_reserve(count).map_err(io::Error::other)?;
    content.resize(end, 0);
    while at < end {
        match from.read(&mut content[at..end]) {
            Ok(0) if at == begin => return Ok(false),
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(read) => at += read,
            Err(problem) if is_pause(&problem) => {}
            Err(problem) => return Err(problem),
        }
        // Also of who sends a byte at a time.
        if at < end && !go_on() {
            return Err(ErrorKind::TimedOut.into());
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
    use crate::isolated::answer;
    use crate::onnx::tensor::{Elements, Label};

    fn tensor(elements: Elements) -> Tensor {
        Tensor {
            shape: smallvec![elements.len()],
            elements,
        }
    }

    fn answer_of(from: impl Read, outputs: usize) -> io::Result<Option<Answered>> {
        read(
            from,
            LONGEST_ANSWER,
            |frame| answer::read(frame, outputs),
            || false,
        )
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
        let run_of = |frame: &[u8]| postcard::from_bytes::<Run>(frame);
        let run = read(&mut from, LONGEST, run_of, || false).unwrap().unwrap();
        assert_eq!((run.number, run.inputs), (7, tensors));
        assert_eq!(answer_of(&mut from, 2).unwrap(), Some(values));
        assert_eq!(answer_of(&mut from, 2).unwrap(), Some(refused));
        assert_eq!(answer_of(&mut from, 2).unwrap(), None);
    }

    #[test]
    fn what_is_cut_or_lies_about_its_length_is_an_error() {
        let mut wire = Vec::new();
        let values: Answered = Ok(vec![Value::Tensor(tensor(Elements::Int64(vec![1, 2, 3])))]);
        write(&mut wire, &values, || false).unwrap();
        for cut in 1..wire.len() {
            assert!(answer_of(&wire[..cut], 1).is_err(), "{cut}");
        }
        // It says that far more follows than does, or than may.
        for length in [LONGEST_ANSWER, LONGEST_ANSWER + 1, LONGEST, u64::MAX] {
            let mut long = length.to_le_bytes().to_vec();
            long.extend(&wire[8..]);
            assert!(answer_of(long.as_slice(), 1).is_err(), "{length}");
        }
    }

    /// Gives and takes a byte at a time, for ever.
    struct Trickle(u64);

    impl Read for Trickle {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.0 += 1;
            into[0] = 1;
            Ok(1)
        }
    }

    impl Write for Trickle {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            self.0 += 1;
            Ok(1)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn who_sends_and_takes_a_byte_at_a_time_is_given_up_in_time_too() {
        let mut trickle = Trickle(0);
        let over = answer_of(&mut trickle, 1).unwrap_err();
        assert!(is_pause(&over) && trickle.0 == 1, "{over}");
        let (mut trickle, mut asked) = (Trickle(0), 0);
        let over = write(&mut trickle, &[1, 2, 3], || {
            asked += 1;
            asked < 3
        });
        assert!(is_pause(&over.unwrap_err()) && trickle.0 == 3);
    }
}

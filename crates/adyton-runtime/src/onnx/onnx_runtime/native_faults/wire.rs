//! Putting other messages in place of some of a message of Protocol Buffers, all else kept byte for byte: what this program knows
//! of the format may be less than what the file holds.

use std::collections::HashMap;

use prost::encoding::{WireType, decode_key, decode_varint, encode_key, encode_varint};

/// Says what stands in place of a message: by its field, how many of that field stood before it, and its content. `None` keeps it.
type Replace<'r> = &'r dyn Fn(u32, usize, &[u8]) -> Option<Vec<Vec<u8>>>;

/// `message` with other messages in it; `None` when it is no message.
pub(super) fn splice(message: &[u8], replace: Replace<'_>) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(message.len() + 1024);
    let mut counts = HashMap::<u32, usize>::new();
    let mut rest = message;
    while !rest.is_empty() {
        let whole = rest;
        let (tag, wire) = decode_key(&mut rest).ok()?;
        let length = match wire {
            WireType::Varint => {
                decode_varint(&mut rest).ok()?;
                0
            }
            WireType::ThirtyTwoBit => 4,
            WireType::SixtyFourBit => 8,
            WireType::LengthDelimited => usize::try_from(decode_varint(&mut rest).ok()?).ok()?,
            // Groups, which ONNX does not have.
            WireType::StartGroup | WireType::EndGroup => return None,
        };
        let (content, behind) = rest.split_at_checked(length)?;
        rest = behind;
        let replaced = (wire == WireType::LengthDelimited).then(|| {
            let count = counts.entry(tag).or_default();
            *count += 1;
            replace(tag, *count - 1, content)
        });
        let Some(messages) = replaced.flatten() else {
            out.extend_from_slice(&whole[..whole.len() - behind.len()]);
            continue;
        };
        for message in messages {
            encode_key(tag, WireType::LengthDelimited, &mut out);
            encode_varint(message.len() as u64, &mut out);
            out.extend_from_slice(&message);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_replaced_changes() {
        // A number in field 1, texts in field 2, four bytes in field 3.
        let message = [8, 150, 1, 18, 1, b'a', 18, 2, b'b', b'c', 29, 1, 2, 3, 4];
        assert_eq!(splice(&message, &|_, _, _| None).as_deref(), Some(&message[..]));
        let second = |tag, at, content: &[u8]| {
            let is_it = tag == 2 && at == 1 && content == b"bc";
            is_it.then(|| vec![b"x".to_vec(), Vec::new()])
        };
        let changed = [8, 150, 1, 18, 1, b'a', 18, 1, b'x', 18, 0, 29, 1, 2, 3, 4];
        assert_eq!(splice(&message, &second).as_deref(), Some(&changed[..]));
        for broken in [&message[..2], &message[..9], &message[..12], &[11]] {
            assert_eq!(splice(broken, &|_, _, _| None), None);
        }
    }
}

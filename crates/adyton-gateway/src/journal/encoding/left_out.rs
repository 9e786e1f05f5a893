//! Which requests a summary stands for: their ids, exactly, in a byte or two each.
//!
//! ```text
//! first arrival │ milliseconds to the last │ gap, length - 1 │ gap, length - 1 │ …      varints
//! ```
//!
//! The low 64 bits of a request id are a worker's number and that worker's running number, so a flood at one worker is a few
//! runs of neighbours. A gap counts from the end of the run before. Together with the arrivals, which go to the millisecond,
//! and the node, these bits name a request.

use adyton_core::id::RequestId;

use crate::journal::span::Arrivals;

/// Writes the ids; sorts them on the way.
pub(in crate::journal) fn encode(ids: &mut [u64], arrivals: Arrivals) -> Vec<u8> {
    ids.sort_unstable();
    let mut bytes = Vec::with_capacity(16 + ids.len());
    put(&mut bytes, arrivals.min_ms);
    put(&mut bytes, arrivals.max_ms.saturating_sub(arrivals.min_ms));
    let mut end = 0;
    for run in ids.chunk_by(|one, next| one.checked_add(1) == Some(*next)) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else {
            continue;
        };
        put(&mut bytes, first.saturating_sub(end));
        put(&mut bytes, last - first);
        end = *last;
    }
    bytes
}

/// The part of an id that is written.
pub(in crate::journal) fn low(id: RequestId) -> u64 {
    id.bits() as u64
}

/// When the requests arrived; `None` for bytes that are none of ours.
pub(in crate::journal) fn arrivals(mut bytes: &[u8]) -> Option<Arrivals> {
    let min_ms = take(&mut bytes)?;
    let max_ms = min_ms.checked_add(take(&mut bytes)?)?;
    Some(Arrivals { min_ms, max_ms })
}

/// Whether `id` is one of them.
pub(in crate::journal) fn holds(bytes: &[u8], id: RequestId) -> bool {
    let wanted = low(id);
    if !arrivals(bytes).is_some_and(|arrivals| arrivals.hold(id.at_ms())) {
        return false;
    }
    let mut rest = bytes;
    let _ = (take(&mut rest), take(&mut rest));
    let mut end = 0u64;
    while let (Some(gap), Some(more)) = (take(&mut rest), take(&mut rest)) {
        let (Some(first), Some(last)) = (
            end.checked_add(gap),
            end.checked_add(gap).and_then(|first| first.checked_add(more)),
        ) else {
            return false;
        };
        if wanted < first {
            return false;
        }
        if wanted <= last {
            return true;
        }
        end = last;
    }
    false
}

fn put(to: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

fn take(from: &mut &[u8]) -> Option<u64> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = from.split_first()?;
        *from = rest;
        number |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::collection::btree_set;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn exactly_the_ids_that_were_written_are_found(
            sequences in btree_set((0u8..3, 0u64..400), 1..200),
            start in 0u64..1 << 47,
        ) {
            let of = |worker, sequence| RequestId::compose(start + 5, 7, worker, sequence);
            let mut ids: Vec<u64> = sequences.iter().map(|(worker, sequence)| low(of(*worker, *sequence))).collect();
            let all = Arrivals { min_ms: start, max_ms: start + 999 };
            let bytes = encode(&mut ids, all);
            prop_assert_eq!(arrivals(&bytes), Some(all));
            for worker in 0..3 {
                for sequence in 0..401 {
                    let wanted = sequences.contains(&(worker, sequence));
                    prop_assert_eq!(holds(&bytes, of(worker, sequence)), wanted);
                }
            }
            let early = RequestId::compose(start.wrapping_sub(1), 7, 0, 0);
            prop_assert!(start == 0 || !holds(&bytes, early));
        }

        #[test]
        fn any_bytes_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..64), bits in any::<u128>()) {
            let _ = (arrivals(&bytes), holds(&bytes, RequestId::from_bits(bits)));
        }
    }
}

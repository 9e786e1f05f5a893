//! How many records one sender makes: of each, so many a minute are kept; the rest is counted, and the last of them stands for all.
//! Changes are not counted: each has cost its maker a write. Nothing else can fill the disk, whoever repeats it.

use std::collections::HashMap;
use std::time::Duration;

use adyton_core::audit::{AuditKind, AuditRecord};
use adyton_core::holder::Holder;
use adyton_core::source::Source;

/// For how long is counted.
const SPAN: Duration = Duration::from_secs(60);
/// Sign-ins and refused calls that are kept of one proven caller.
const OF_A_CALLER: u32 = 60;
/// Calls that are kept of one source where nobody was proven.
const OF_A_SOURCE: u32 = 30;
/// The same of all sources together.
const OF_ALL_SOURCES: u32 = 300;
/// How many senders are told apart; all others are counted as one.
const SENDERS_MOST: usize = 4_096;

/// Who makes records.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Sender {
    /// A proven caller.
    Proven(Holder),
    /// The same with their questions why something was refused: they take no place of what they ask for.
    Asking(Holder),
    /// Somebody unproven, by where they call from.
    Stranger(Source),
    /// All whom there is no place for.
    Nobody,
}

/// What was counted of one sender.
#[derive(Default)]
struct Count {
    kept: u32,
    left_out: u64,
    last: Option<Box<AuditRecord>>,
}

/// The counts of the present span.
#[derive(Default)]
pub(super) struct Bounds {
    since: Duration,
    counts: HashMap<Sender, Count>,
    of_strangers: u32,
}

impl Bounds {
    /// The record, if it is one of those that are kept.
    pub(super) fn admit(&mut self, sender: Sender, record: AuditRecord) -> Option<AuditRecord> {
        let is_proven = matches!(sender, Sender::Proven(_) | Sender::Asking(_));
        if is_proven && record.kind == AuditKind::Change {
            return Some(record);
        }
        let has_place = self.counts.len() < SENDERS_MOST || self.counts.contains_key(&sender);
        let sender = if has_place { sender } else { Sender::Nobody };
        let count = self.counts.entry(sender).or_default();
        let fits = match is_proven {
            true => count.kept < OF_A_CALLER,
            false => count.kept < OF_A_SOURCE && self.of_strangers < OF_ALL_SOURCES,
        };
        if !fits {
            count.left_out += 1;
            count.last = Some(Box::new(record));
            return None;
        }
        count.kept += 1;
        self.of_strangers += u32::from(!is_proven);
        Some(record)
    }

    /// What stands for all that were left out, once their span is over.
    pub(super) fn over(&mut self, now: Duration) -> Vec<AuditRecord> {
        if now.saturating_sub(self.since) < SPAN {
            return Vec::new();
        }
        self.since = now;
        self.all()
    }

    /// The same at once.
    pub(super) fn all(&mut self) -> Vec<AuditRecord> {
        self.of_strangers = 0;
        let counts = std::mem::take(&mut self.counts).into_values();
        let last = counts.filter_map(|count| {
            let mut record = *count.last?;
            record.similar = count.left_out.saturating_sub(1);
            Some(record)
        });
        last.collect()
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use adyton_core::sample;

    use super::*;

    fn refusal(is_proven: bool) -> AuditRecord {
        AuditRecord {
            kind: AuditKind::Refusal,
            is_proven,
            ..sample::audit_record()
        }
    }

    fn stranger(last: u16) -> Sender {
        let [high, low] = last.to_be_bytes();
        Sender::Stranger(Source::of(IpAddr::from([192, 0, high, low])))
    }

    fn kept(bounds: &mut Bounds, sender: Sender, is_proven: bool, times: u32) -> usize {
        let tries = (0..times).filter_map(|_| bounds.admit(sender, refusal(is_proven)));
        tries.count()
    }

    #[test]
    fn one_source_uses_up_its_own_share_and_the_last_stands_for_the_rest() {
        let mut bounds = Bounds::default();
        assert_eq!(kept(&mut bounds, stranger(1), false, 100), OF_A_SOURCE as usize);
        assert_eq!(kept(&mut bounds, stranger(2), false, 1), 1);
        assert!(bounds.over(SPAN / 2).is_empty(), "not yet");
        let over = bounds.over(SPAN);
        let similar: Vec<u64> = over.iter().map(|record| record.similar).collect();
        assert_eq!(similar, [100 - u64::from(OF_A_SOURCE) - 1]);
        assert_eq!(
            kept(&mut bounds, stranger(1), false, 1),
            1,
            "a minute begins anew"
        );
        assert!(bounds.over(2 * SPAN).is_empty(), "nothing was left out");
    }

    #[test]
    fn many_sources_together_have_a_bound_that_proven_callers_do_not_share() {
        let mut bounds = Bounds::default();
        let kept_of: usize = (0..5_000)
            .map(|from| kept(&mut bounds, stranger(from), false, 1))
            .sum();
        assert_eq!(kept_of, OF_ALL_SOURCES as usize);
        assert!(bounds.counts.len() <= SENDERS_MOST + 1);
        let user = Sender::Proven(Holder::User(sample::USER));
        let mut bounds = Bounds::default();
        kept(&mut bounds, stranger(1), false, 1_000);
        assert_eq!(kept(&mut bounds, user, true, 100), OF_A_CALLER as usize);
    }

    #[test]
    fn no_change_is_left_out() {
        let mut bounds = Bounds::default();
        let user = Sender::Proven(Holder::User(sample::USER));
        let changes = (0..1_000).filter_map(|_| bounds.admit(user, sample::audit_record()));
        assert_eq!(changes.count(), 1_000);
    }

    #[test]
    fn what_was_only_counted_is_handed_over_at_the_end() {
        let mut bounds = Bounds::default();
        kept(&mut bounds, stranger(1), false, OF_A_SOURCE + 2);
        let last: Vec<u64> = bounds.all().iter().map(|record| record.similar).collect();
        assert_eq!(last, [1]);
        assert!(bounds.all().is_empty());
    }
}

//! Reading: one record by its id, or a page of records, newest first.
//!
//! Records lie in the order in which requests *ended*; readers want the order in which they *arrived*. Spans say when
//! their first and last request arrived, so spans are read from the latest on, and reading stops once no other span can
//! hold a newer record. What was found is kept by id, so that a record seen in memory and on disk counts once.

use std::collections::BTreeMap;
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::id::RequestId;
use adyton_core::journal::{Filter, JournalError, Page};
use adyton_core::record::Record;

use super::encoding::view::{self, FixedPart};
use super::frame::Frames;
use super::shelf::BatchSource;
use super::shelves::Shelves;
use super::span::Span;

/// The most records that one page may have.
const PAGE_MAX: usize = 1000;
/// The most bytes that they may take in the journal, all together; then the page is shorter.
const PAGE_BYTES: usize = 4 * 1024 * 1024;
/// How long one search may read; then it answers with what it has, and where to go on.
const SEARCH_TIME: Duration = Duration::from_millis(800);
/// How far the time in an id and the record's own may differ, in milliseconds.
const SLACK_MS: u64 = 1_000;

/// How much longer a search may go on.
pub(super) struct Budget<'a> {
    clock: &'a Clock,
    end: Duration,
}

impl<'a> Budget<'a> {
    pub(super) fn new(clock: &'a Clock) -> Self {
        Self {
            clock,
            end: clock.monotonic() + SEARCH_TIME,
        }
    }
    fn is_spent(&self) -> bool {
        self.clock.monotonic() >= self.end
    }
}

/// The record with this id.
pub(super) fn find(shelves: &Shelves, id: RequestId) -> Result<Option<Record>, JournalError> {
    first(shelves, id, |payload| {
        FixedPart::at(payload).is_some_and(|glance| glance.id() == id)
    })
}

/// The summary that stands for the record with this id.
pub(super) fn left_out(shelves: &Shelves, id: RequestId) -> Result<Option<Record>, JournalError> {
    first(shelves, id, |payload| view::stands_for(payload, id))
}

/// The first record that fits, where one with this id would lie.
fn first(
    shelves: &Shelves,
    id: RequestId,
    fits: impl Fn(&[u8]) -> bool,
) -> Result<Option<Record>, JournalError> {
    let mut unreadable = None;
    for (place, span) in shelves.spans(id.at_ms(), id.at_ms()) {
        let found = place.read(&span, |bytes| {
            Frames::of(bytes)
                .filter(|frame| fits(frame.payload))
                .filter(|frame| frame.is_whole())
                .find_map(|frame| view::decode(frame.payload))
        });
        match found {
            Ok(Some(record)) => return Ok(Some(record)),
            Ok(None) => {}
            Err(problem) => unreadable = Some(problem),
        }
    }
    unreadable.map_or(Ok(None), |problem| Err(JournalError(problem.to_string())))
}

/// A page: up to `most` records below `before` that `filter` admits, newest first. When the time is up before the page
/// is full, it is short and says where to go on.
pub(super) fn search(
    shelves: &Shelves,
    filter: &Filter,
    before: Option<RequestId>,
    most: usize,
    budget: &Budget<'_>,
) -> Result<Page, JournalError> {
    let most = most.clamp(1, PAGE_MAX);
    let (from, to) = bounds(filter, before);
    let mut spans = shelves.spans(from, to);
    spans.sort_by_key(|(_, span)| std::cmp::Reverse(span.max_ms));
    let mut found = NewestFirst {
        filter,
        before,
        most,
        records: BTreeMap::new(),
        bytes: 0,
    };
    let mut unreadable = None;
    let mut walked_ms = to;
    for (place, span) in &spans {
        if found.is_full_above(span.max_ms) {
            break;
        }
        // All requests later than `max_ms` of this span are known by now: a place to stop and to go on from.
        let stop = RequestId::compose(span.max_ms + 1, 0, 0, 0);
        if span.max_ms < walked_ms && before.is_none_or(|before| stop < before) && budget.is_spent() {
            return Ok(found.page_until(stop));
        }
        walked_ms = span.max_ms;
        if let Err(problem) = found.read(place, span) {
            unreadable = Some(problem);
        }
    }
    match unreadable {
        Some(problem) if found.records.is_empty() => Err(JournalError(problem.to_string())),
        _ => Ok(found.page()),
    }
}

/// The first and last arrival, in milliseconds, that can be asked for.
fn bounds(filter: &Filter, before: Option<RequestId>) -> (u64, u64) {
    let millis = |at: adyton_core::clock::Timestamp| u64::try_from(at.millis()).unwrap_or(0);
    let from = filter
        .from
        .map_or(0, |from| millis(from).saturating_sub(SLACK_MS));
    let until = filter
        .until
        .map_or(u64::MAX, |until| millis(until).saturating_add(SLACK_MS));
    (from, until.min(before.map_or(u64::MAX, RequestId::at_ms)))
}

/// The newest records so far, and what each takes in the journal: never more than one over the page.
struct NewestFirst<'a> {
    filter: &'a Filter,
    before: Option<RequestId>,
    most: usize,
    records: BTreeMap<RequestId, (Record, usize)>,
    /// What all take.
    bytes: usize,
}

impl NewestFirst<'_> {
    /// Whether the page is full of records that arrived after `at_ms`.
    fn is_full_above(&self, at_ms: u64) -> bool {
        self.records.len() > self.most
            && self
                .records
                .first_key_value()
                .is_some_and(|(oldest, _)| oldest.at_ms() > at_ms)
    }

    fn read(&mut self, place: &BatchSource, span: &Span) -> std::io::Result<()> {
        place.read(span, |bytes| {
            for frame in Frames::of(bytes) {
                let Some(glance) = FixedPart::at(frame.payload) else {
                    continue;
                };
                if self.wants(glance.id())
                    && glance.may_pass(self.filter)
                    && frame.is_whole()
                    && let Some(record) = view::decode(frame.payload)
                    && self.filter.admits(&record)
                {
                    self.bytes += frame.payload.len();
                    self.records.insert(record.id, (record, frame.payload.len()));
                    self.shorten();
                }
            }
        })
    }

    /// Lets go of the oldest that are over the page. A page of large records gets shorter, once and for all: what was let go
    /// of is on the next.
    fn shorten(&mut self) {
        if self.bytes > PAGE_BYTES {
            self.most = self.most.min(self.records.len().saturating_sub(2)).max(1);
        }
        while self.records.len() > self.most + 1
            && let Some((_, (_, bytes))) = self.records.pop_first()
        {
            self.bytes -= bytes;
        }
    }

    /// Whether a record with this id would be on the page: below `before`, and newer than the oldest of a full page.
    fn wants(&self, id: RequestId) -> bool {
        let full = self.records.len() > self.most;
        self.before.is_none_or(|before| id < before)
            && !self.records.contains_key(&id)
            && !(full
                && self
                    .records
                    .first_key_value()
                    .is_some_and(|(oldest, _)| id < *oldest))
    }

    /// The page when everything was read: the record beyond it only says that there is more.
    fn page(mut self) -> Page {
        let has_more = self.records.len() > self.most;
        if has_more {
            self.records.pop_first();
        }
        let next = self.records.first_key_value().map(|(oldest, _)| *oldest);
        self.newest_first(next.filter(|_| has_more))
    }

    /// The page when only what arrived at `stop` or later is known.
    fn page_until(mut self, stop: RequestId) -> Page {
        self.records = self.records.split_off(&stop);
        if self.records.len() > self.most {
            return self.page();
        }
        self.newest_first(Some(stop))
    }

    /// The page of all that is here.
    fn newest_first(self, next: Option<RequestId>) -> Page {
        Page {
            next,
            records: self
                .records
                .into_values()
                .rev()
                .map(|(record, _)| record)
                .collect(),
        }
    }
}

//! One record, one line of the access log and one count for each request, whatever its outcome.
//!
//! A [`Recording`] is begun before the first step and ended with the answer's last byte. One that is dropped before its end
//! belongs to a client that left: its record says 499, `client.closed`.

use std::rc::Rc;
use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::fact::Fact;
use adyton_core::id::RequestId;
use adyton_core::record::AnsweredBy;

use crate::arrival::Arrival;
use crate::journal::Recorder;
use crate::stamp::Stamp;
use crate::tick_clock::TickClock;
use crate::trail::{Ending, Trail};
use crate::wire_state::WireState;
use crate::worker_meters::WorkerMeters;

/// Where the records and counts of one worker go.
pub(crate) struct Records {
    pub(crate) recorder: Recorder,
    pub(crate) meters: WorkerMeters,
    pub(crate) time: Rc<TickClock>,
}

/// A request's record in the making.
pub(crate) struct Recording {
    records: Rc<Records>,
    wire: Option<Rc<WireState>>,
    stamp: Stamp,
    /// Empty once the request has ended.
    trail: Option<Box<Trail>>,
    answer: Option<(u16, AnsweredBy)>,
    bytes: u64,
}

impl Recording {
    /// A head has arrived. Values of `hide_query_keys` are kept as digests.
    pub(crate) fn begin(
        records: &Rc<Records>,
        hide_query_keys: &[String],
        arrival: &Arrival,
        wire: Option<Rc<WireState>>,
    ) -> Self {
        records.meters.begun.add(1);
        Self {
            records: Rc::clone(records),
            wire,
            stamp: arrival.stamp,
            trail: Some(Trail::begin(&records.recorder, arrival, hide_query_keys)),
            answer: None,
            bytes: 0,
        }
    }

    /// The request's id.
    pub(crate) fn id(&self) -> RequestId {
        self.stamp.id
    }

    /// Milliseconds since the head had arrived.
    pub(crate) fn age_ms(&self) -> u64 {
        let age = self.records.time.monotonic().saturating_sub(self.stamp.monotonic);
        u64::try_from(age.as_millis()).unwrap_or(u64::MAX)
    }

    /// How long the request waited for the model.
    pub(crate) fn model_time(&self) -> Duration {
        self.trail
            .as_ref()
            .map_or(Duration::ZERO, |trail| trail.model_time())
    }

    /// The connection, when there is one.
    pub(crate) fn wire(&self) -> Option<&Rc<WireState>> {
        self.wire.as_ref()
    }

    /// Where steps write.
    #[expect(
        clippy::expect_used,
        reason = "only `finish`, which consumes the recording, and `drop` take the trail"
    )]
    pub(crate) fn trail(&mut self) -> &mut Trail {
        self.trail.as_mut().expect("the recording has not ended")
    }

    /// The answer has this status, and is this one's.
    pub(crate) fn answered(&mut self, status: u16, by: AnsweredBy) {
        self.answer = Some((status, by));
    }

    /// So many bytes of the answer's body have gone.
    pub(crate) fn sent(&mut self, bytes: u64) {
        self.bytes = bytes;
    }

    /// The answer is complete.
    pub(crate) fn finish(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let (Some(trail), Some((status, answered_by))) = (self.trail.take(), self.answer) else {
            return;
        };
        let ending = Ending {
            status,
            answered_by,
            response_bytes: self.bytes,
            ended: self.records.time.monotonic(),
        };
        trail.end(&self.records.recorder, &self.records.meters, ending);
        if let Some(wire) = &self.wire {
            wire.answered();
        }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        if self.trail.is_none() {
            return;
        }
        let fact = match self.answer {
            None => Fact::ClientLeftBefore { ms: self.age_ms() },
            Some((status, _)) => Fact::ClientLeftWithin {
                bytes: self.bytes,
                status: u64::from(status),
            },
        };
        let left = self.records.time.monotonic();
        // How much of the time was the model's: whoever left may have left because of it.
        self.trail().waited(left);
        let reason = Reason::ClientClosed;
        self.trail().refused(reason, Evidence::of_request(fact));
        self.answered(reason.code().entry().status, AnsweredBy::Gateway);
        self.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::rig::{Rig, call};

    fn recording(rig: &Rig) -> Recording {
        let arrival = rig.arrival(call().uri("/v1/infers/x?token=abc"), "");
        Recording::begin(&rig.records, &["token".to_owned()], &arrival, None)
    }

    #[test]
    fn a_request_is_recorded_once_when_its_answer_is_complete() {
        let rig = Rig::new();
        let mut recording = recording(&rig);
        recording.answered(200, AnsweredBy::Model);
        recording.sent(7);
        assert!(rig.written.records().is_empty());
        let id = recording.id();
        recording.finish();
        let records = rig.written.records();
        let [record] = &records[..] else {
            panic!("one record: {records:?}");
        };
        assert_eq!((record.id, record.status, record.response_bytes), (id, 200, 7));
        assert_eq!(record.reason, None);
        assert!(record.query.starts_with("token=sha256:"), "{}", record.query);
    }

    #[test]
    fn a_client_that_leaves_is_recorded_too() {
        let rig = Rig::new();
        let problem = || {
            let record = rig.written.records().pop().expect("a record");
            assert_eq!((record.status, record.reason), (499, Some(Reason::ClientClosed)));
            assert_eq!(record.answered_by, AnsweredBy::Gateway);
            (record.evidence.clauses().join("; "), record.model_us)
        };
        let mut left = recording(&rig);
        let began = rig.time.monotonic();
        left.trail().waits(began);
        rig.pass(Duration::from_millis(5));
        drop(left);
        let (told, model_us) = problem();
        assert_eq!(
            told,
            "the client disconnected 5 ms after its request, before the response"
        );
        assert_eq!(model_us, 5_000, "it may have left because of the model");
        let mut left = recording(&rig);
        left.answered(200, AnsweredBy::Model);
        left.sent(3);
        drop(left);
        assert_eq!(
            problem().0,
            "the client disconnected after 3 bytes of a response with status 200"
        );
    }
}

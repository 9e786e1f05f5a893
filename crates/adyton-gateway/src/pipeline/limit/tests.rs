//! The step with bodies made by hand: sizes, times, memory, and what is proven with the last byte.

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::id::AuthorisationId;
use adyton_core::live::Change;
use adyton_core::sample;
use adyton_core::tenant::{AccessKey, User};

use super::*;
use crate::arrival::Arrival;
use crate::pipeline::chain::reason;
use crate::pipeline::pieces::{Piece, Pieces};
use crate::pipeline::rig::{Rig, call, poll, run};
use crate::pipeline::throttle::Allowance;

/// A rig whose limit at the API address is ten bytes, and eight at the tab.
fn narrow() -> Rig {
    let mut rig = Rig::new();
    rig.settings.limits.address_body = 10;
    rig.settings.limits.prediction_tab_body = 8;
    rig
}

fn signed(rig: &Rig, body: &str, pieces: impl Into<Pieces>) -> Box<Arrival> {
    let request = rig.signed(sample::ACCESS_KEY, sample::SECRET_KEY, body.as_bytes());
    rig.arrival(request, pieces)
}

fn sent(call: Call<'_>) -> ToSend {
    call.into_parts().1
}

fn by_token(rig: &Rig, pieces: impl Into<Pieces>) -> Box<Arrival> {
    rig.arrival(rig.by_token(), pieces)
}

#[test]
fn the_limit_is_the_last_size_that_passes() {
    let rig = narrow();
    let (call, _) = rig.call(by_token(&rig, "0123456789")).expect("ten bytes");
    assert_eq!(&sent(call).body[..], b"0123456789");
    let refused = rig.call(by_token(&rig, "0123456789a")).err().expect("eleven");
    assert_eq!(refused.reason(), Reason::BodyTooLarge);
    let Evidence::Size {
        limit,
        declared,
        measured,
        setting,
        ..
    } = *refused.refusal.evidence
    else {
        panic!("the sizes are told");
    };
    assert_eq!(
        (limit, declared, measured),
        (10, Some(11), None),
        "it was not read"
    );
    assert_eq!(setting, "limits.address_body");
}

#[test]
fn a_chunked_body_is_read_up_to_the_limit() {
    let rig = narrow();
    let chunks = |last: &str| Pieces::chunked([Piece::from("01234"), Piece::Nothing, Piece::from(last)]);
    let (call, trail) = rig.call(by_token(&rig, chunks("56789"))).expect("ten bytes");
    assert_eq!(&sent(call).body[..], b"0123456789");
    assert_eq!(rig.record(trail).request_bytes, 10);
    assert_eq!(
        reason(rig.call(by_token(&rig, chunks("56789a")))),
        Reason::BodyTooLarge
    );
    let (call, _) = rig
        .call(by_token(&rig, Pieces::chunked([])))
        .expect("an empty body");
    assert!(sent(call).body.is_empty());
}

#[test]
fn the_prediction_tab_has_a_limit_of_its_own() {
    let rig = narrow();
    let at_tab = |body: &str| {
        let visitor = adyton_identity::Visitor::Credentials;
        rig.call(rig.at_tab(Some(sample::PROJECT), visitor, rig.by_token(), body))
    };
    assert!(at_tab("01234567").is_ok());
    assert_eq!(reason(at_tab("012345678")), Reason::BodyTooLarge);
}

#[test]
fn a_large_body_beats_a_wrong_signature_and_a_wrong_signature_any_answer() {
    let rig = narrow();
    let over = Pieces::chunked([Piece::from("0123456789"), Piece::from("a")]);
    assert_eq!(reason(rig.call(signed(&rig, "{}", over))), Reason::BodyTooLarge);
    let other = rig.call(signed(&rig, "{}", "{ }")).err().expect("another body");
    assert!(
        matches!(
            other.reason(),
            Reason::AkskBadSignature | Reason::AkskSigningMistake
        ),
        "{:?}",
        other.reason()
    );
    let (call, trail) = rig.call(signed(&rig, "{}", "{}")).expect("the signed body");
    assert_eq!(sent(call).way, Way::AccessKey);
    assert_eq!(
        rig.record(trail).caller.map(|caller| caller.name).as_deref(),
        Some("user")
    );
}

#[test]
fn a_body_that_breaks_off_is_no_body() {
    let rig = Rig::new();
    let broken = Pieces::declared(4, [Piece::from("01"), Piece::Broken]);
    let refused = rig.call(by_token(&rig, broken)).err().expect("half a body");
    assert_eq!(refused.reason(), Reason::BodyBroken);
    let told = refused.refusal.evidence.clauses();
    assert!(told[0].contains("after 2 bytes"), "{told:?}");
}

/// The reading of a body.
async fn begun<'r>(
    rig: &'r Rig,
    grant: Grant<'r>,
    reservation: Reservation,
    trail: &mut Trail,
) -> Result<Read<'r>, Box<Refused>> {
    let (limits, time_limits) = (&rig.settings.limits, &rig.settings.time_limits);
    read(&rig.bodies, limits, time_limits, grant, reservation, trail).await
}

/// The refusal of a body that stops, after the rig has let `spans` pass one after the other.
fn after(rig: &Rig, arrival: Box<Arrival>, spans: &[Duration]) -> Option<Reason> {
    let ((grant, reservation), mut trail) = rig.reservation(arrival).expect("a reservation");
    let mut reading = pin!(begun(rig, grant, reservation, &mut trail));
    assert!(poll(reading.as_mut()).is_pending());
    for span in spans {
        rig.pass(*span);
        if let Poll::Ready(given) = poll(reading.as_mut()) {
            return Some(reason(given));
        }
    }
    None
}

const STOPS: [Piece; 1] = [Piece::Silence];

#[test]
fn a_pause_ends_a_body_and_so_does_the_gateway() {
    let rig = Rig::new();
    let (pause, moment) = (rig.settings.time_limits.body, Duration::from_millis(1));
    let stops = || by_token(&rig, Pieces::declared(2, STOPS));
    assert_eq!(after(&rig, stops(), &[pause - moment]), None);
    assert_eq!(after(&rig, stops(), &[pause]), Some(Reason::BodyTooSlow));
    rig.waits.cut();
    let ((grant, reservation), mut trail) = rig.reservation(stops()).expect("a reservation");
    let cut = run(begun(&rig, grant, reservation, &mut trail));
    assert_eq!(reason(cut), Reason::GatewayStopping);
}

#[test]
fn a_body_has_to_keep_a_pace() {
    let rig = Rig::new();
    let second = Duration::from_secs(1);
    // A byte at a time: each comes before the pause is over, and all together take far too long.
    let drips = (0..200).flat_map(|_| [Piece::from("a"), Piece::Nothing]);
    let drips = by_token(&rig, Pieces::chunked(drips));
    assert_eq!(
        after(&rig, drips, &[second; 7]),
        None,
        "one pause may take so long"
    );
    let drips = (0..200).flat_map(|_| [Piece::from("a"), Piece::Nothing]);
    let drips = by_token(&rig, Pieces::chunked(drips));
    assert_eq!(after(&rig, drips, &[second; 20]), Some(Reason::BodyTooSlow));
}

#[test]
fn who_is_not_proven_has_less_time_for_the_whole() {
    let mut rig = Rig::new();
    rig.settings.time_limits.unproven_body = Duration::from_secs(3);
    let second = Duration::from_secs(1);
    let pieces = || Pieces::chunked([Piece::from("a"), Piece::Silence]);
    assert_eq!(after(&rig, by_token(&rig, pieces()), &[second; 5]), None);
    assert_eq!(after(&rig, signed(&rig, "{}", pieces()), &[second; 2]), None);
    assert_eq!(
        after(&rig, signed(&rig, "{}", pieces()), &[second; 3]),
        Some(Reason::BodyTooSlow)
    );
}

#[test]
fn an_unproven_body_makes_room_for_others() {
    let rig = Rig::new();
    let half = vec![b'a'; usize::try_from(rig.unproven.limit() / 2 + 1).expect("a length")];
    let mut rig = rig;
    rig.settings.limits.address_body = rig.unproven.limit() * 2;
    let pieces = |body: &[u8]| Pieces::chunked([Piece::from(body), Piece::Silence]);
    let ((grant, reservation), mut trail) = rig
        .reservation(signed(&rig, "{}", pieces(&half)))
        .expect("a reservation");
    let mut first = pin!(begun(&rig, grant, reservation, &mut trail));
    assert!(poll(first.as_mut()).is_pending());
    assert!(rig.unproven.used() >= half.len() as u64);
    rig.pass(Duration::from_millis(1));
    let ((grant, reservation), mut trail) = rig
        .reservation(signed(&rig, "{}", pieces(&half)))
        .expect("a reservation");
    let mut second = pin!(begun(&rig, grant, reservation, &mut trail));
    assert!(
        poll(second.as_mut()).is_pending(),
        "it takes the place of the first"
    );
    let Poll::Ready(first) = poll(first.as_mut()) else {
        panic!("it had to make room");
    };
    assert_eq!(reason(first), Reason::ServiceQueueFull);
}

/// Proves a whole body where the live state has changed since the head.
fn proven_after(rig: &Rig, read: Read<'_>, now: &Live) -> Result<Way, Reason> {
    let mut trail = rig.trail(&read.arrival);
    let states = LiveStates { then: &rig.live, now };
    let proof = prove(
        &rig.bodies,
        &rig.identity,
        states,
        rig.settings.encoded_slash,
        rig.settings.time_limits.body,
        read,
        &mut trail,
    );
    match run(proof) {
        Ok(call) => Ok(sent(call).way),
        Err(refused) => Err(refused.reason()),
    }
}

#[test]
fn who_is_revoked_while_the_body_comes_is_refused() {
    let rig = Rig::new();
    let token = || rig.whole(by_token(&rig, "{}")).expect("a body").0;
    let same = rig.changed(Change::Domain(sample::domain()));
    assert_eq!(proven_after(&rig, token(), &same), Ok(Way::Token));
    let disabled = rig.changed(Change::User(User {
        enabled: false,
        ..sample::user()
    }));
    assert_eq!(
        proven_after(&rig, token(), &disabled),
        Err(Reason::TokenUserDisabled)
    );
    let key = || rig.whole(signed(&rig, "{}", "{}")).expect("a body").0;
    let without = rig.changed(Change::AccessKey(AccessKey {
        enabled: false,
        ..sample::access_key()
    }));
    assert_eq!(proven_after(&rig, key(), &without), Err(Reason::AkskKeyDisabled));
    let app = rig.arrival(call().header("x-apig-appcode", sample::APP_CODE), "{}");
    let app = rig.whole(app).expect("a body").0;
    let not_authorised = rig.changed(Change::AuthorisationGone(AuthorisationId::from_bits(1)));
    assert_eq!(
        proven_after(&rig, app, &not_authorised),
        Err(Reason::AppNotAuthorised)
    );
}

#[test]
fn a_reservation_is_made_once_the_signature_is_proven_and_not_before() {
    let mut rig = Rig::new();
    rig.settings.default_per_second = 1;
    for _ in 0..3 {
        assert!(
            rig.call(signed(&rig, "{}", "{ }")).is_err(),
            "another body than was signed"
        );
    }
    let (call, _) = rig
        .call(signed(&rig, "{}", "{}"))
        .expect("all those took no reservation");
    assert_eq!(
        sent(call).reservation.spend(),
        Some(Allowance { remain: 0, limit: 1 })
    );
    assert_eq!(reason(rig.call(signed(&rig, "{}", "{}"))), Reason::ThrottleApi);
}

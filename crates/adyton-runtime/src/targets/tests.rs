//! Choosing, counting and draining.
#![allow(clippy::unwrap_used, reason = "tests")]
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::id::{InstanceId, ModelId, ServiceId};

use super::*;

fn http(id: u128, model: u128) -> Arc<Instance> {
    let address = SocketAddr::from(([127, 0, 0, 1], 4000 + id as u16));
    Instance::new(
        InstanceId::from_bits(id),
        ModelId::from_bits(model),
        Target::from(address),
        Arc::default(),
    )
}

fn version(model: u128, weight: u32, instances: Vec<Arc<Instance>>) -> VersionTargets {
    VersionTargets {
        model: ModelId::from_bits(model),
        weight,
        instances,
        routes: Arc::default(),
    }
}

fn service(versions: Vec<VersionTargets>) -> ServiceTargets {
    ServiceTargets {
        versions,
        otherwise: Unavailable::NoInstance,
    }
}

const SERVICE: ServiceId = ServiceId::from_bits(7);

#[test]
fn weights_are_kept_over_every_stretch_of_calls() {
    let targets = Targets::new();
    let mut reader = targets.reader();
    targets.publish(
        SERVICE,
        Some(service(vec![
            version(1, 90, vec![http(1, 1)]),
            version(2, 10, vec![http(2, 2)]),
        ])),
    );
    for start in [0u64, 1_000, 123_456_789] {
        let second = (start..start + 100)
            .filter(|turn| reader.take(SERVICE, |_| true, *turn).unwrap().model() == ModelId::from_bits(2))
            .count();
        assert!((8..=12).contains(&second), "{second} of 100 calls from {start}");
    }
}

#[test]
fn only_versions_that_declare_the_path_are_chosen() {
    let targets = Targets::new();
    targets.publish(
        SERVICE,
        Some(service(vec![
            version(1, 100, vec![http(1, 1)]),
            version(2, 0, vec![http(2, 2)]),
        ])),
    );
    let mut reader = targets.reader();
    let two = ModelId::from_bits(2);
    assert_eq!(
        reader
            .take(SERVICE, |version| version.model == two, 3)
            .unwrap()
            .model(),
        two
    );
    assert_eq!(
        reader.take(SERVICE, |_| false, 3).unwrap_err(),
        Unavailable::NoInstance
    );
    assert_eq!(
        reader.take(ServiceId::from_bits(8), |_| true, 3).unwrap_err(),
        Unavailable::NotRunning
    );
}

#[test]
fn weights_share_the_calls_and_nothing_is_chosen_where_there_are_none() {
    let weights = [3, 0, 1];
    let mut calls = [0; 3];
    for turn in 0..400 {
        let chosen = by_weight(weights.iter(), |own| *own, turn);
        let at = weights.iter().position(|weight| Some(weight) == chosen);
        calls[at.unwrap()] += 1;
    }
    assert_eq!(calls[1], 0, "{calls:?}");
    assert!((290..=310).contains(&calls[0]), "{calls:?}");
    assert_eq!(by_weight([0, 0].iter(), |own| *own, 5), None);
    assert_eq!(by_weight([].iter(), |own| *own, 5), None);
}

#[tokio::test]
async fn an_instance_is_drained_only_when_its_last_call_has_left() {
    let targets = Targets::new();
    let old = http(1, 1);
    targets.publish(
        SERVICE,
        Some(service(vec![version(1, 100, vec![Arc::clone(&old)])])),
    );
    let mut reader = targets.reader();
    let call = reader.take(SERVICE, |_| true, 0).unwrap();

    let new = http(2, 1);
    targets.publish(
        SERVICE,
        Some(service(vec![version(1, 100, vec![Arc::clone(&new)])])),
    );
    old.retire();
    assert_eq!(reader.take(SERVICE, |_| true, 0).unwrap().id(), new.id());
    let waiting = tokio::time::timeout(Duration::from_millis(20), old.drained()).await;
    assert!(waiting.is_err(), "a call is still in flight");
    drop(call);
    old.drained().await;
}

#[test]
fn a_stale_reader_cannot_enter_a_retired_instance() {
    let targets = Targets::new();
    let old = http(1, 1);
    targets.publish(
        SERVICE,
        Some(service(vec![version(1, 100, vec![Arc::clone(&old)])])),
    );
    old.retire();
    assert_eq!(
        targets.reader().take(SERVICE, |_| true, 0).unwrap_err(),
        Unavailable::NoInstance
    );
    assert_eq!(old.in_flight(), 0);
}

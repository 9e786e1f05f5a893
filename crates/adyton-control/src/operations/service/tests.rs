//! Services, without a dialect: which states forbid a change, what is tried again, how lists of states are cut, and that another
//! project's service is none.

use adyton_core::digest::Sha256;
use adyton_core::id::ModelId;
use adyton_core::instances::{Rollout, ServiceSeen};
use adyton_core::service::ServiceStatus::{Deleting, Failed, Running, Stopped, Stopping};
use adyton_core::service::Wanted;

use super::rules::{AskedProperties, AskedVersion};
use super::*;
use crate::rig::Rig;

fn version(model: ModelId) -> AskedVersion {
    AskedVersion {
        model,
        weight: None,
        instance_count: None,
        specification: None,
        envs: None,
        deploy_timeout_seconds: None,
    }
}

fn asked(rig: &Rig, name: &str, model: ModelId) -> AskedService {
    AskedService {
        project: rig.project(),
        owner: "admin".to_owned(),
        name: name.to_owned(),
        description: None,
        versions: vec![version(model)],
        properties: AskedProperties::default(),
    }
}

fn wanted(wanted: Wanted) -> AskedChange {
    AskedChange {
        wanted: Some(wanted),
        ..AskedChange::default()
    }
}

pub(in crate::operations) async fn model(rig: &Rig) -> ModelId {
    rig.model(rig.project(), "iris", "0.0.1", Sha256::of(b"iris"))
        .await
}

pub(in crate::operations) async fn deployed(rig: &Rig, name: &str, model: ModelId) -> Service {
    deploy(&rig.shared, asked(rig, name, model)).await.unwrap()
}

#[tokio::test]
async fn only_published_models_of_the_project_are_deployed() {
    let rig = Rig::new().await;
    let unfinished = rig.unfinished(rig.project(), "new", "0.0.1").await;
    let others = rig.other_project().await;
    let others = rig.model(others, "iris", "0.0.1", Sha256::of(b"iris")).await;
    let unpublished = deploy(&rig.shared, asked(&rig, "a", unfinished)).await;
    assert!(matches!(unpublished, Err(Failure::NotPublished { status, .. }) if status == "publishing"));
    let missing = deploy(&rig.shared, asked(&rig, "a", others)).await.unwrap_err();
    assert_eq!(missing.to_string(), format!("Model {others} does not exist"));

    let mine = deployed(&rig, "a", model(&rig).await).await;
    let change = AskedChange {
        versions: Some(vec![version(unfinished)]),
        ..AskedChange::default()
    };
    let refused = update(&rig.shared, rig.project(), mine.id, change).await;
    assert!(matches!(refused, Err(Failure::NotPublished { .. })));
    let taken = deploy(&rig.shared, asked(&rig, "a", mine.versions[0].model)).await;
    assert_eq!(taken.unwrap_err().to_string(), "Service a already exists");
}

#[tokio::test]
async fn what_is_wrong_is_refused_before_the_service_is_looked_for() {
    let rig = Rig::new().await;
    let nothing = update(
        &rig.shared,
        rig.project(),
        ServiceId::from_bits(7),
        AskedChange::default(),
    );
    assert!(matches!(nothing.await, Err(Failure::Invalid { .. })));
    let unknown = update(
        &rig.shared,
        rig.project(),
        ServiceId::from_bits(7),
        wanted(Wanted::Running),
    );
    assert!(matches!(unknown.await, Err(Failure::Missing { .. })));
}

#[tokio::test]
async fn a_service_is_left_alone_while_it_ends() {
    let rig = Rig::new().await;
    let service = deployed(&rig, "a", model(&rig).await).await;
    let (shared, project) = (&rig.shared, rig.project());
    update(shared, project, service.id, wanted(Wanted::Stopped))
        .await
        .unwrap();
    for status in [Running, Stopping, Deleting] {
        rig.seen.set(service.id, service.generation, status);
        let refused = update(shared, project, service.id, wanted(Wanted::Running)).await;
        assert!(matches!(refused, Err(Failure::StateForbids { .. })), "{status:?}");
    }
    rig.seen.set(service.id, service.generation, Stopped);
    let started = update(shared, project, service.id, wanted(Wanted::Running))
        .await
        .unwrap();
    assert_eq!(started.generation, service.generation + 1);
}

#[tokio::test]
async fn a_restart_is_a_change_that_starts_what_is_stopped_and_waits_for_what_ends() {
    let rig = Rig::new().await;
    let service = deployed(&rig, "a", model(&rig).await).await;
    let (shared, project, id) = (&rig.shared, rig.project(), service.id);
    rig.seen.set(id, 1, Running);
    let again = restart(shared, project, id).await.unwrap();
    assert_eq!((again.generation, again.versions[0].restarts), (2, 1));
    update(shared, project, id, wanted(Wanted::Stopped))
        .await
        .unwrap();
    for status in [Stopping, Deleting] {
        rig.seen.set(id, 2, status);
        let refused = restart(shared, project, id).await;
        assert!(matches!(refused, Err(Failure::StateForbids { .. })), "{status:?}");
    }
    rig.seen.set(id, 2, Stopped);
    let started = restart(shared, project, id).await.unwrap();
    assert_eq!((started.generation, started.wanted), (3, Wanted::Running));
}

#[tokio::test]
async fn only_a_service_that_failed_is_tried_again_by_wanting_it_to_run() {
    let rig = Rig::new().await;
    let service = deployed(&rig, "a", model(&rig).await).await;
    let (shared, project) = (&rig.shared, rig.project());
    shared.rollouts.note(service.id, 1);
    let end = Rollout::Failed {
        cause: "it did not answer".to_owned(),
    };
    let seen = |status| ServiceSeen {
        generation: 1,
        rollout: Some(end.clone()),
        status,
        progress: 0,
        error: String::new(),
        transition_at: service.created_at,
        instances: Vec::new(),
    };
    rig.seen.put(service.id, seen(Running));
    let same = update(shared, project, service.id, wanted(Wanted::Running)).await;
    assert_eq!(same.unwrap().generation, 1);
    rig.seen.put(service.id, seen(Failed));
    let described = AskedChange {
        description: Some("what it does".to_owned()),
        ..AskedChange::default()
    };
    let same = update(shared, project, service.id, described).await;
    assert_eq!(same.unwrap().generation, 1, "nobody wanted it to be tried");
    let again = update(shared, project, service.id, wanted(Wanted::Running)).await;
    assert_eq!(again.unwrap().generation, 2);
}

#[tokio::test]
async fn a_list_of_states_is_filtered_before_it_is_cut_into_pages() {
    let rig = Rig::new().await;
    let model = model(&rig).await;
    for name in ["a", "b", "c", "d"] {
        let service = deployed(&rig, name, model).await;
        let stopped = wanted(Wanted::Stopped);
        update(&rig.shared, rig.project(), service.id, stopped)
            .await
            .unwrap();
        let status = if name == "b" { Running } else { Stopped };
        rig.seen.set(service.id, 1, status);
    }
    let page = async |states: Option<&[ServiceStatus]>, offset| {
        let page = Page { offset, limit: 2 };
        let order = SortOrder::ascending(ServiceSort::Name);
        let filter = ServiceFilter::default();
        let listed = list_seen(&rig.shared, rig.project(), &filter, order, states, page).await;
        let listed = listed.unwrap();
        let names: Vec<String> = listed.items.into_iter().map(|seen| seen.service.name).collect();
        (names.join(" "), listed.total)
    };
    assert_eq!(page(None, 2).await, ("c d".to_owned(), 4));
    assert_eq!(page(Some(&[Stopped]), 0).await, ("a c".to_owned(), 3));
    assert_eq!(page(Some(&[Stopped]), 2).await, ("d".to_owned(), 3));
    assert_eq!(page(Some(&[Stopping, Failed]), 0).await, ("b".to_owned(), 1));
    assert_eq!(page(Some(&[]), 0).await, (String::new(), 0));
}

#[tokio::test]
async fn another_projects_service_is_none() {
    let rig = Rig::new().await;
    let id = deployed(&rig, "a", model(&rig).await).await.id;
    let (shared, other) = (&rig.shared, rig.other_project().await);
    let filter = EventFilter::default();
    for refused in [
        show(shared, other, id).await.err(),
        update(shared, other, id, wanted(Wanted::Stopped)).await.err(),
        restart(shared, other, id).await.err(),
        delete(shared, other, &[id]).await.err(),
        events(shared, other, id, &filter, Page::ALL).await.err(),
        history(shared, other, id).await.err(),
        log(shared, other, id, &LogFilter::default(), 10).await.err(),
        rollout::show(shared, other, id, None).await.err(),
    ] {
        let told = refused.expect("a refusal").to_string();
        assert_eq!(told, format!("Service {id} does not exist"));
    }
    let (service, updates) = history(shared, rig.project(), id).await.unwrap();
    assert_eq!((service.name.as_str(), updates.len()), ("a", 1));
}

#[tokio::test]
async fn a_generation_that_never_was_has_no_rollout() {
    let rig = Rig::new().await;
    let id = deployed(&rig, "a", model(&rig).await).await.id;
    let rollout = async |generation| rollout::show(&rig.shared, rig.project(), id, generation).await;
    for never in [0, 2, u64::MAX] {
        let refused = rollout(Some(never)).await.err().expect("a refusal");
        let told = "generation: must be between 1 and 1, the service's current generation";
        assert_eq!(refused.to_string(), told, "{never}");
    }
    let (_, generation, progress) = rollout(None).await.unwrap();
    assert_eq!((generation, progress), (1, rollout::Progress::Going));
}

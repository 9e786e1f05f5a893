//! Tags of services.

use adyton_core::id::ServiceId;
use adyton_core::service::Service;
use adyton_core::tag::Tag;
use adyton_store::StoreError;
use adyton_store::repository::{Page, Retagged, ServiceFilter, ServiceSort, SortOrder, TagMatch};

use crate::bench::{Bench, Place};

fn tag(key: &str, value: &str) -> Tag {
    Tag::new(key, value).unwrap()
}

async fn add(bench: &Bench, service: &Service, tags: &[Tag]) -> Retagged {
    let tagged = bench.store.tags().add(bench.project, service.id, tags, 3).await;
    bench.feed.settled(tagged.unwrap().unwrap()).await.unwrap()
}

async fn remove(bench: &Bench, service: &Service, gone: &[(&str, Option<&str>)]) -> Vec<String> {
    let gone = gone
        .iter()
        .map(|(key, value)| ((*key).to_owned(), value.map(str::to_owned)));
    let gone: Vec<_> = gone.collect();
    let tagged = bench.store.tags().remove(bench.project, service.id, &gone).await;
    let tagged = bench.feed.settled(tagged.unwrap().unwrap()).await.unwrap();
    tagged.after.iter().map(ToString::to_string).collect()
}

async fn found(bench: &Bench, tags: &[&str]) -> Vec<String> {
    let tags = tags.iter().map(|tag| TagMatch::Text((*tag).to_owned()));
    fitting(
        bench,
        ServiceFilter {
            tags: tags.collect(),
            ..ServiceFilter::default()
        },
    )
    .await
}

async fn fitting(bench: &Bench, filter: ServiceFilter) -> Vec<String> {
    let services = bench.store.services();
    let listed = services.list(
        bench.project,
        &filter,
        SortOrder::ascending(ServiceSort::Name),
        Page::ALL,
    );
    let listed = listed.await.unwrap();
    assert_eq!(listed.total, listed.items.len() as u64);
    listed.items.into_iter().map(|service| service.name).collect()
}

pub(crate) async fn tags_are_added_replaced_and_taken_away(place: Place) {
    let bench = place.bench().await;
    let model = bench.published("m", "0.0.1").await.id;
    let (one, two) = (
        bench.service("one", model).await,
        bench.service("two", model).await,
    );
    let made = add(&bench, &one, &[tag("env", "test"), tag("team", "")]).await;
    assert_eq!(made.before, []);
    assert_eq!(made.after, [tag("env", "test"), tag("team", "")]);
    let replaced = add(&bench, &one, &[tag("env", "prod"), tag("a", "1"), tag("a", "2")]).await;
    assert_eq!(replaced.before, made.after);
    assert_eq!(
        replaced.after,
        [tag("a", "2"), tag("env", "prod"), tag("team", "")]
    );
    add(&bench, &two, &[tag("env", "生产")]).await;

    let tags = bench.store.tags();
    let of = tags.of(&[one.id, two.id, ServiceId::from_bits(7)]).await.unwrap();
    assert_eq!(of[&one.id], replaced.after);
    assert_eq!((of[&two.id].len(), of.len()), (1, 2));
    let listed = tags.list(bench.project).await.unwrap();
    assert_eq!(listed["env"].iter().collect::<Vec<_>>(), ["prod", "生产"]);
    assert_eq!(listed.keys().collect::<Vec<_>>(), ["a", "env", "team"]);

    // What it has already takes no further place; one more does.
    add(&bench, &one, &[tag("env", "prod")]).await;
    let many = tags.add(bench.project, one.id, &[tag("b", "")], 3).await;
    assert!(
        matches!(many, Err(StoreError::TooManyTags { most: 3 })),
        "{many:?}"
    );
    let kept = remove(
        &bench,
        &one,
        &[("a", Some("1")), ("env", Some("prod")), ("nothing", None)],
    )
    .await;
    assert_eq!(kept, ["a=2", "team="], "a value that is given must be the tag's");
    assert_eq!(
        remove(&bench, &one, &[("a", None), ("team", None)]).await,
        [""; 0]
    );

    let other = bench
        .store
        .projects()
        .create(bench.first.domain.id, "other")
        .await;
    let other = other.unwrap().value.id;
    assert!(
        tags.add(other, two.id, &[tag("x", "")], 3)
            .await
            .unwrap()
            .is_none()
    );
    assert!(tags.remove(other, two.id, &[]).await.unwrap().is_none());
    assert!(tags.list(other).await.unwrap().is_empty());
}

pub(crate) async fn services_are_found_by_their_tags_and_take_them_with_them(place: Place) {
    let bench = place.bench().await;
    let model = bench.published("m", "0.0.1").await.id;
    let (one, two) = (
        bench.service("one", model).await,
        bench.service("two", model).await,
    );
    bench.service("three", model).await;
    add(&bench, &one, &[tag("env", "prod"), tag("a=b", "c")]).await;
    add(&bench, &two, &[tag("env", "test"), tag("a", "b=c")]).await;
    assert_eq!(found(&bench, &["env"]).await, ["one", "two"]);
    assert_eq!(found(&bench, &["env=prod"]).await, ["one"]);
    assert_eq!(found(&bench, &["env", "a"]).await, ["two"], "all must hold");
    assert_eq!(found(&bench, &["a=b=c"]).await, ["one", "two"]);
    assert_eq!(found(&bench, &["a=b"]).await, ["one"]);
    for nothing in ["", "ENV", "env=", "env=%", "prod"] {
        assert_eq!(found(&bench, &[nothing]).await, [""; 0], "{nothing}");
    }
    let one_of = async |wanted: &[(&str, &[&str])]| {
        let tags = wanted.iter().map(|(key, values)| TagMatch::OneOf {
            key: (*key).to_owned(),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        });
        let filter = ServiceFilter {
            tags: tags.collect(),
            ..ServiceFilter::default()
        };
        fitting(&bench, filter).await
    };
    assert_eq!(one_of(&[("env", &["test", "prod"])]).await, ["one", "two"]);
    assert_eq!(one_of(&[("env", &["test", "prod"]), ("a=b", &[])]).await, ["one"]);
    assert_eq!(one_of(&[("a", &["c"])]).await, [""; 0], "a key is whole");
    let untagged = ServiceFilter {
        untagged: true,
        ..ServiceFilter::default()
    };
    assert_eq!(fitting(&bench, untagged).await, ["three"]);
    let gone = bench
        .store
        .services()
        .delete(bench.project, &[one.id])
        .await
        .unwrap();
    bench.feed.settled(gone).await.unwrap();
    assert!(bench.store.tags().of(&[one.id]).await.unwrap().is_empty());
    assert_eq!(found(&bench, &["env"]).await, ["two"]);
    // The service itself is as it was.
    assert_eq!(bench.live().service(two.id).unwrap().service, two);
}

//! Domains, projects, users, passwords, roles and access keys.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use adyton_core::clock::Timestamp;
use adyton_core::id::{AccessKeyId, DomainId, ProjectId, TokenId};
use adyton_core::quota::Quota;
use adyton_core::tenant::{Assignment, Role, Scope};
use adyton_store::StoreError;
use adyton_store::error::{Referred, Unique};
use adyton_store::repository::{
    AccessKeyChange, DomainName, NameMatch, NewUser, Page, UserChange, UserFilter, UserName,
};

use crate::bench::{NOBODY, Place, secret};

pub(crate) async fn the_first_start_makes_an_administrator_who_can_sign_in(place: Place) {
    let bench = place.bench().await;
    let file = bench.folder().join("bootstrap.json");
    let mode = std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let written: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let keys: Vec<&String> = written.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "domain",
            "project",
            "user",
            "password",
            "access_key",
            "secret_key"
        ]
    );
    for named in ["domain", "project", "user"] {
        let keys: Vec<&String> = written[named].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["id", "name"], "{named}");
    }

    let first = &bench.first;
    let who = UserName::InDomain {
        name: first.user.name.clone(),
        domain: DomainName::Name(first.domain.name.clone()),
    };
    let admin = bench
        .store
        .users()
        .verify_password(&who, &secret(&first.password))
        .await
        .unwrap()
        .expect("the password must be right");
    assert_eq!(admin.id, first.user.id);
    let everything = Assignment {
        role: Role::Administrator,
        scope: Scope::Domain(first.domain.id),
    };
    assert_eq!(admin.assignments, [everything]);

    let live = bench.live();
    assert_eq!(live.project(first.project.id).unwrap().name, "default");
    assert_eq!(live.domain(first.domain.id).unwrap().name, "adyton");
    let key = live.access_key(first.access_key.as_str()).unwrap();
    assert_eq!((key.user, key.secret.expose()), (admin.id, &first.secret_key));
    assert!(
        live.sealing_key().is_some(),
        "tokens can be sealed from the start"
    );

    let before = std::fs::read(&file).unwrap();
    let bench = bench.reopen().await;
    assert_eq!(std::fs::read(&file).unwrap(), before);
    assert_eq!(bench.store.domains().list().await.unwrap().len(), 1);
}

pub(crate) async fn a_password_is_verified_and_nothing_else_is(place: Place) {
    let bench = place.bench().await;
    let user = bench.user("alice", "right").await;
    let users = bench.store.users();
    let by_id = UserName::Id(user.id);
    assert!(
        users
            .verify_password(&by_id, &secret("right"))
            .await
            .unwrap()
            .is_some()
    );
    for (who, password) in [
        (by_id.clone(), "wrong"),
        (by_id.clone(), ""),
        (UserName::Id(NOBODY), "right"),
        (
            UserName::InDomain {
                name: "alice".into(),
                domain: DomainName::Name("nowhere".into()),
            },
            "right",
        ),
    ] {
        assert!(
            users
                .verify_password(&who, &secret(password))
                .await
                .unwrap()
                .is_none(),
            "{who:?}"
        );
    }
    let disable = UserChange {
        enabled: Some(false),
        ..UserChange::default()
    };
    let _ = users.update(user.id, disable).await.unwrap().unwrap();
    assert!(
        users
            .verify_password(&by_id, &secret("right"))
            .await
            .unwrap()
            .is_none(),
        "disabled"
    );
}

pub(crate) async fn an_unknown_user_takes_as_long_as_a_wrong_password(place: Place) {
    let bench = place.bench().await;
    let known = UserName::Id(bench.user("alice", "right").await.id);
    let unknown = UserName::InDomain {
        name: "nobody".into(),
        domain: DomainName::Name("nowhere".into()),
    };
    let time = async |who: &UserName| {
        let start = std::time::Instant::now();
        let found = bench
            .store
            .users()
            .verify_password(who, &secret("wrong"))
            .await
            .unwrap();
        assert!(found.is_none());
        start.elapsed()
    };
    // In turns, so that a busy machine is busy for both. Hashing is a hundred times the rest of a call.
    let (mut of_known, mut of_unknown) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..8 {
        of_known += time(&known).await;
        of_unknown += time(&unknown).await;
    }
    assert!(
        of_unknown * 4 > of_known && of_known * 4 > of_unknown,
        "{of_known:?} {of_unknown:?}"
    );
}

pub(crate) async fn a_user_is_found_by_either_name(place: Place) {
    let bench = place.bench().await;
    let user = bench.user("alice", "pw").await;
    let domain = &bench.first.domain;
    for domain in [DomainName::Id(domain.id), DomainName::Name(domain.name.clone())] {
        let who = UserName::InDomain {
            name: "alice".into(),
            domain,
        };
        assert_eq!(bench.store.users().find(&who).await.unwrap(), Some(user.clone()));
    }
    assert_eq!(bench.store.users().get(user.id).await.unwrap(), Some(user));
    assert_eq!(bench.store.users().get(NOBODY).await.unwrap(), None);
    let projects = bench.store.projects();
    let found = projects.by_name(domain.id, "default").await.unwrap().unwrap();
    assert_eq!(projects.get(found.id).await.unwrap(), Some(found));
    assert_eq!(projects.by_name(domain.id, "nowhere").await.unwrap(), None);
    let domains = bench.store.domains();
    assert_eq!(domains.by_name("adyton").await.unwrap().unwrap().id, domain.id);
    assert_eq!(domains.get(DomainId::from_bits(1)).await.unwrap(), None);
}

pub(crate) async fn what_ends_tokens_raises_the_epoch(place: Place) {
    let bench = place.bench().await;
    let role = |role| Assignment {
        role,
        scope: Scope::Project(bench.project),
    };
    let new = NewUser {
        name: "bob".into(),
        domain: bench.first.domain.id,
        password: secret("old"),
        enabled: true,
        assignments: vec![role(Role::Caller), role(Role::Auditor)],
    };
    let users = bench.store.users();
    let id = users.create(new).await.unwrap().value.id;
    let epoch = async || {
        let user = users.get(id).await.unwrap().unwrap();
        bench
            .until(|live| live.user(id).is_some_and(|live| **live == user))
            .await;
        user.token_epoch
    };
    assert_eq!(epoch().await, 0);
    let _ = users.change_password(id, &secret("new")).await.unwrap().unwrap();
    assert_eq!(epoch().await, 1);
    let who = UserName::Id(id);
    assert!(
        users
            .verify_password(&who, &secret("old"))
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        users
            .verify_password(&who, &secret("new"))
            .await
            .unwrap()
            .is_some()
    );

    let mut change = UserChange {
        assignments: Some(vec![
            role(Role::Caller),
            role(Role::Auditor),
            role(Role::Operator),
        ]),
        ..UserChange::default()
    };
    let _ = users.update(id, change.clone()).await.unwrap().unwrap();
    assert_eq!(epoch().await, 1, "a new role ends nothing");
    change.assignments = Some(vec![role(Role::Caller)]);
    let _ = users.update(id, change).await.unwrap().unwrap();
    assert_eq!(epoch().await, 2, "a role taken away does");

    let enabled = |enabled| UserChange {
        enabled: Some(enabled),
        ..UserChange::default()
    };
    let _ = users.update(id, enabled(false)).await.unwrap().unwrap();
    assert_eq!(epoch().await, 3);
    let _ = users.update(id, enabled(true)).await.unwrap().unwrap();
    assert_eq!(epoch().await, 3, "tokens from before it was disabled stay dead");
    let _ = users.end_tokens(id).await.unwrap().unwrap();
    assert_eq!(epoch().await, 4);

    assert!(
        users
            .change_password(NOBODY, &secret("x"))
            .await
            .unwrap()
            .is_none()
    );
    assert!(users.end_tokens(NOBODY).await.unwrap().is_none());
    assert!(users.update(NOBODY, enabled(true)).await.unwrap().is_none());
    assert!(users.delete(NOBODY).await.unwrap().is_none());

    let token = TokenId::from_bits(5);
    let ends = bench.clock.now().after(Duration::from_secs(60));
    let tokens = bench.store.tokens();
    let revoked = bench
        .feed
        .settled(tokens.revoke(token, ends).await.unwrap())
        .await
        .unwrap();
    assert_eq!(bench.live().revoked(token), Some(&revoked));
    assert_eq!(
        tokens.revoke(token, Timestamp::default()).await.unwrap().value,
        revoked
    );

    // What counts once is spent by one alone, also of two at once.
    assert!(tokens.spend(token, ends).await.unwrap().is_none());
    let link = TokenId::from_bits(6);
    let (one, other) = tokio::join!(tokens.spend(link, ends), tokens.spend(link, ends));
    let spent: Vec<_> = [one.unwrap(), other.unwrap()].into_iter().flatten().collect();
    let [spent] = spent.try_into().expect("one of the two");
    let spent = bench.feed.settled(spent).await.unwrap();
    assert_eq!(bench.live().revoked(link), Some(&spent));
}

pub(crate) async fn names_of_users_and_projects_are_unique(place: Place) {
    let bench = place.bench().await;
    let alice = bench.user("alice", "pw").await;
    let bob = bench.user("bob", "pw").await;
    let users = bench.store.users();
    let conflict = |what| move |error: &StoreError| matches!(error, StoreError::Conflict { what: found } if *found == what);
    let again = NewUser {
        name: "alice".into(),
        domain: alice.domain,
        password: secret("pw"),
        enabled: true,
        assignments: Vec::new(),
    };
    let nowhere = NewUser {
        domain: DomainId::from_bits(9),
        ..again.clone()
    };
    assert!(conflict(Unique::UserName)(
        &users.create(again).await.unwrap_err()
    ));
    assert!(matches!(
        users.create(nowhere).await,
        Err(StoreError::Missing {
            what: Referred::Domain,
            ..
        })
    ));
    let rename = |name: &str| UserChange {
        name: Some(name.into()),
        ..UserChange::default()
    };
    assert!(conflict(Unique::UserName)(
        &users.update(bob.id, rename("alice")).await.unwrap_err()
    ));
    let _ = users.update(bob.id, rename("bob")).await.unwrap().unwrap();
    let _ = users.update(bob.id, rename("robert")).await.unwrap().unwrap();

    let projects = bench.store.projects();
    let made = projects.create(alice.domain, "second").await.unwrap();
    let made = bench.feed.settled(made).await.unwrap();
    assert_eq!(**bench.live().project(made.id).unwrap(), made);
    let again = projects.create(alice.domain, "second").await.unwrap_err();
    assert!(conflict(Unique::ProjectName)(&again));
    assert_eq!(projects.list(Some(alice.domain), None).await.unwrap().len(), 2);
    assert_eq!(projects.list(None, Some("second")).await.unwrap(), [made]);
}

pub(crate) async fn a_user_has_two_access_keys_at_most(place: Place) {
    let bench = place.bench().await;
    let user = bench.user("alice", "pw").await;
    let keys = bench.store.access_keys();
    let first = keys.create(user.id, "one").await.unwrap().value;
    bench.clock.advance(Duration::from_secs(1));
    let second = keys.create(user.id, "two").await.unwrap().value;
    assert!(matches!(
        keys.create(user.id, "three").await,
        Err(StoreError::Quota {
            what: Quota::AccessKeys,
            most: 2,
            used: 2,
            more: 1,
        })
    ));
    assert!(matches!(
        keys.create(NOBODY, "").await,
        Err(StoreError::Missing { .. })
    ));
    assert!(AccessKeyId::has_shape(first.id.as_str()));
    assert_eq!(first.secret.expose().len(), 40);
    let listed = keys.list(Some(user.id)).await.unwrap();
    let ids: Vec<_> = listed.iter().map(|key| key.id.clone()).collect();
    assert_eq!(ids, [first.id.clone(), second.id.clone()]);
    assert_eq!(listed[0].secret.expose(), first.secret.expose());

    let off = AccessKeyChange {
        enabled: Some(false),
        description: None,
    };
    let changed = keys.update(&first.id, off.clone()).await.unwrap().unwrap();
    let changed = bench.feed.settled(changed).await.unwrap();
    assert_eq!((changed.enabled, changed.description.as_str()), (false, "one"));
    assert!(!bench.live().access_key(first.id.as_str()).unwrap().enabled);

    let gone = keys.delete(&first.id).await.unwrap().unwrap();
    bench.feed.settled(gone).await.unwrap();
    assert!(bench.live().access_key(first.id.as_str()).is_none());
    assert!(keys.delete(&first.id).await.unwrap().is_none());
    assert!(keys.update(&first.id, off).await.unwrap().is_none());

    let gone = bench.store.users().delete(user.id).await.unwrap().unwrap();
    bench.feed.settled(gone).await.unwrap();
    assert!(
        bench.live().access_key(second.id.as_str()).is_none(),
        "keys go with their user"
    );
    assert!(bench.live().user(user.id).is_none());
    assert!(keys.get(&second.id).await.unwrap().is_none());
}

pub(crate) async fn users_are_listed_by_filter_and_page(place: Place) {
    let bench = place.bench().await;
    for name in ["anna", "Anton", "berta"] {
        bench.user(name, "pw").await;
    }
    let users = bench.store.users();
    let names = async |filter: UserFilter, page: Page| {
        let listed = users.list(&filter, page).await.unwrap();
        let names: Vec<String> = listed.items.into_iter().map(|user| user.name).collect();
        (names.join(" "), listed.total)
    };
    let all = UserFilter {
        domain: Some(bench.first.domain.id),
        ..UserFilter::default()
    };
    assert_eq!(
        names(all.clone(), Page::ALL).await,
        ("Anton admin anna berta".into(), 4)
    );
    let second = Page { offset: 1, limit: 2 };
    assert_eq!(names(all.clone(), second).await, ("admin anna".into(), 4));
    let far = Page {
        offset: u64::MAX,
        limit: u64::MAX,
    };
    assert_eq!(names(all, far).await, (String::new(), 4));
    let containing = UserFilter {
        name: Some(NameMatch::Contains("AN".into())),
        ..UserFilter::default()
    };
    assert_eq!(names(containing, Page::ALL).await, ("Anton anna".into(), 2));
    let exactly = UserFilter {
        name: Some(NameMatch::Exact("anton".into())),
        ..UserFilter::default()
    };
    assert_eq!(names(exactly, Page::ALL).await, (String::new(), 0));
    let disabled = UserFilter {
        enabled: Some(false),
        ..UserFilter::default()
    };
    assert_eq!(names(disabled, Page::ALL).await.1, 0);
}

pub(crate) async fn a_role_in_a_project_that_is_not_there_is_refused(place: Place) {
    let bench = place.bench().await;
    let user = bench.user("alice", "pw").await;
    let change = UserChange {
        assignments: Some(vec![Assignment {
            role: Role::Caller,
            scope: Scope::Project(ProjectId::from_bits(77)),
        }]),
        ..UserChange::default()
    };
    let refused = bench.store.users().update(user.id, change).await.unwrap_err();
    assert!(
        matches!(&refused, StoreError::Missing { what: Referred::Project, id } if id == &ProjectId::from_bits(77).to_string()),
        "{refused}"
    );
    assert_eq!(bench.store.users().get(user.id).await.unwrap(), Some(user));
}

//! Faults of the database at every statement and commit: what was acknowledged stays, what was not is said, and the next
//! write works.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use adyton_core::events::{Event, EventKind, Events};
use adyton_core::id::{AppId, ServiceId, TokenId};
use adyton_store::event_writer::EventWriter;
use adyton_store::faults::{Fault, Faults, Point};
use adyton_store::repository::{AccessKeyChange, AppChange, ServiceChange, UserChange};
use adyton_store::{StoreError, health, housekeeping};

use crate::bench::{Bench, Place, import, new_app, new_model, new_service, secret};
use crate::server;

/// Fails once, at the n-th point from when it is set.
#[derive(Default)]
struct Once {
    /// Points still to pass; 0 is no fault, 1 the next point.
    left: AtomicUsize,
    fault: parking::Cell<Option<Trouble>>,
}

#[derive(Clone)]
enum Trouble {
    /// The store's own layer says so.
    Planned(Fault),
    /// The server ends all of the store's connections; what follows from it is real.
    Disconnected(String),
}

mod parking {
    /// A value behind a lock that is never poisoned.
    #[derive(Default)]
    pub(super) struct Cell<T>(std::sync::Mutex<T>);
    impl<T: Clone> Cell<T> {
        pub(super) fn set(&self, value: T) {
            *self.0.lock().unwrap() = value;
        }
        pub(super) fn get(&self) -> T {
            self.0.lock().unwrap().clone()
        }
    }
}

impl Once {
    fn set(&self, point: usize, trouble: Trouble) {
        self.fault.set(Some(trouble));
        self.left.store(point, Ordering::SeqCst);
    }
    /// Whether it came to its point; it is taken back in any case.
    fn met(&self) -> bool {
        self.left.swap(0, Ordering::SeqCst) == 0
    }
}

impl Faults for Once {
    fn at(&self, point: Point) -> Option<Fault> {
        // After a commit a disk can be as full as it likes.
        let full = matches!(
            self.fault.get(),
            Some(Trouble::Planned(Fault::NoSpace | Fault::ReadOnly))
        );
        if full && point == Point::Committed {
            return None;
        }
        let due = self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if due != Ok(1) {
            return None;
        }
        match self.fault.get()? {
            Trouble::Planned(fault) => Some(fault),
            Trouble::Disconnected(url) => {
                disconnect(&url);
                None
            }
        }
    }
}

/// Ends all connections of stores to this database.
fn disconnect(url: &str) {
    let all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE application_name = 'adyton' AND datname = current_database()";
    let done = Command::new(server::programs().join("psql"))
        .args(["-q", "-c", all, url])
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// Calls that write, each of which can be made again and again.
const CALLS: &[&str] = &[
    "app create",
    "app change",
    "app delete",
    "code create",
    "code delete",
    "authorise",
    "take back",
    "deploy",
    "change service",
    "delete services",
    "import",
    "publish",
    "delete model",
    "disable user",
    "end tokens",
    "key create",
    "key change",
    "key delete",
    "revoke",
    "keep house",
];
/// Of these, the ones that take something away: on a full disk they ask again.
const URGENT: &[&str] = &[
    "app change",
    "app delete",
    "code delete",
    "take back",
    "disable user",
    "end tokens",
    "key change",
    "key delete",
    "revoke",
    "keep house",
];

/// Makes what the call needs, then gives the call itself.
async fn call(bench: &Bench, what: &str, number: usize, fault: impl FnOnce()) -> Result<(), StoreError> {
    let (store, project, name) = (&bench.store, bench.project, format!("n{number}"));
    let app = async || bench.app(&format!("app-{name}")).await;
    let model = async || bench.published(&format!("model-{name}"), "1").await;
    let done = |result: Result<Option<u64>, StoreError>| {
        result.map(|revision| assert!(revision.is_some(), "{what}: nothing was there"))
    };
    macro_rules! some {
        ($call:expr) => {{
            fault();
            done($call.await.map(|found| found.map(|committed| committed.revision)))
        }};
    }
    macro_rules! one {
        ($call:expr) => {{
            fault();
            done($call.await.map(|committed| Some(committed.revision)))
        }};
    }
    match what {
        "app create" => one!(store.apps().create(new_app(project, &name))),
        "app change" => {
            let app = app().await;
            let change = AppChange {
                remark: Some(name),
                ..AppChange::default()
            };
            some!(store.apps().update(project, app.id, change))
        }
        "app delete" => {
            let app = app().await;
            some!(store.apps().delete(project, app.id))
        }
        "code create" => {
            let app = app().await;
            one!(store.app_codes().create(project, app.id, None))
        }
        "code delete" => {
            let app = app().await;
            let code = store
                .app_codes()
                .create(project, app.id, None)
                .await
                .unwrap()
                .value;
            some!(store.app_codes().delete(project, app.id, code.code.id))
        }
        "authorise" | "take back" => {
            let service = bench.service(&name, model().await.id).await;
            let apps: Vec<AppId> = vec![app().await.id];
            if what == "authorise" {
                return one!(store.authorisations().create(project, &apps, &[service.api]));
            }
            let given = bench.authorise(apps[0], service.api).await;
            some!(store.authorisations().delete(project, given.id))
        }
        "deploy" => {
            let model = model().await;
            one!(store.services().create(new_service(project, &name, model.id)))
        }
        "change service" | "delete services" => {
            let service = bench.service(&name, model().await.id).await;
            if what == "delete services" {
                return one!(store.services().delete(project, &[service.id]));
            }
            let change = ServiceChange {
                renew: true,
                ..ServiceChange::default()
            };
            some!(store.services().update(project, service.id, change))
        }
        "import" => one!(store.models().create(new_model(project, &name, "1"))),
        "publish" => {
            let new = store
                .models()
                .create(new_model(project, &name, "1"))
                .await
                .unwrap()
                .value;
            some!(store.models().publish(new.id, import("/")))
        }
        "delete model" => {
            let model = model().await;
            some!(store.models().delete(project, model.id))
        }
        "disable user" => {
            let change = UserChange {
                enabled: Some(number.is_multiple_of(2)),
                ..UserChange::default()
            };
            some!(store.users().update(bench.first.user.id, change))
        }
        "end tokens" => some!(store.users().end_tokens(bench.first.user.id)),
        "key create" | "key change" | "key delete" => {
            let user = bench.first.user.id;
            for key in store.access_keys().list(Some(user)).await.unwrap() {
                let _ = store.access_keys().delete(&key.id).await.unwrap();
            }
            if what == "key create" {
                return one!(store.access_keys().create(user, "a key"));
            }
            let key = store.access_keys().create(user, "a key").await.unwrap().value;
            if what == "key delete" {
                return some!(store.access_keys().delete(&key.id));
            }
            let change = AccessKeyChange {
                enabled: Some(false),
                ..AccessKeyChange::default()
            };
            some!(store.access_keys().update(&key.id, change))
        }
        "revoke" => one!(
            store
                .tokens()
                .revoke(TokenId::from_bits(number as u128 + 1), bench.clock.now())
        ),
        "keep house" => {
            bench.clock.advance(Duration::from_secs(25 * 3600));
            fault();
            housekeeping::round(store).await
        }
        other => panic!("{other}"),
    }
}

async fn revision(bench: &Bench) -> u64 {
    bench.store.load_live().await.unwrap().revision()
}

/// Tries every call with the trouble at each of its points, and gives how many there were.
async fn everywhere(bench: &Bench, once: &Once, calls: &[&str], trouble: &Trouble) -> usize {
    let mut tried = 0;
    for what in calls {
        for point in 1.. {
            tried += 1;
            let number = COUNT.fetch_add(1, Ordering::SeqCst);
            // What prepares the call settles before the fault is set.
            let result = call(bench, what, number, || once.set(point, trouble.clone())).await;
            let met = once.met();
            judge(what, trouble, met, &result);
            let after = revision(bench).await;
            // The store goes on: the next write is acknowledged, is there, and comes to the live state.
            let follow = store_again(bench, number).await;
            assert_eq!(follow, after + 1, "{what}, point {point}");
            if !met {
                break;
            }
        }
    }
    tried
}

static COUNT: AtomicUsize = AtomicUsize::new(1);

/// What the caller may be told.
fn judge(what: &str, trouble: &Trouble, met: bool, result: &Result<(), StoreError>) {
    use StoreError::{Deadline, NoSpace, ReadOnly, Unavailable, Uncertain};
    match (trouble, result) {
        (_, Ok(())) if !met => {}
        (_, Err(error)) if !met => panic!("{what}: {error}, and there was no fault"),
        // A second try, or a point after which nothing was left to do.
        (Trouble::Planned(Fault::NoSpace), Ok(())) => assert!(URGENT.contains(&what), "{what}"),
        (Trouble::Planned(Fault::NoSpace), Err(error)) => {
            assert!(matches!(error, NoSpace), "{what}: {error}")
        }
        (Trouble::Planned(Fault::ReadOnly), Err(error)) => {
            assert!(matches!(error, ReadOnly), "{what}: {error}")
        }
        (Trouble::Planned(Fault::Slow), Err(error)) => assert!(matches!(error, Deadline), "{what}: {error}"),
        (Trouble::Planned(Fault::Lost) | Trouble::Disconnected(_), Err(error)) => {
            assert!(matches!(error, Unavailable(_) | Uncertain(_)), "{what}: {error}");
        }
        (Trouble::Planned(fault), Ok(())) => panic!("{what} succeeded in spite of {fault:?}"),
        // A connection that is gone at the beginning, or after the commit, is replaced unseen.
        (Trouble::Disconnected(_), Ok(())) => {}
    }
}

async fn store_again(bench: &Bench, number: usize) -> u64 {
    // A pool may still hold connections that the server has ended; each is noticed once.
    for _ in 0..20 {
        match bench
            .store
            .apps()
            .create(new_app(bench.project, &format!("after-{number}")))
            .await
        {
            Ok(committed) => {
                let revision = committed.revision;
                let app = bench.feed.settled(committed).await.unwrap();
                assert!(bench.live().app(app.id).is_some());
                return revision;
            }
            Err(StoreError::Unavailable(_)) => {}
            Err(error) => panic!("the next write fails too: {error}"),
        }
    }
    panic!("the store does not come back");
}

async fn bench_with(mut place: Place) -> (Bench, Arc<Once>) {
    let once = Arc::new(Once::default());
    place.settings.faults = Some(once.clone());
    (place.bench().await, once)
}

pub(crate) async fn a_fault_at_any_point_loses_nothing_and_breaks_nothing(place: Place) {
    let (bench, once) = bench_with(place).await;
    let tried = everywhere(&bench, &once, CALLS, &Trouble::Planned(Fault::NoSpace)).await;
    assert!(tried > 100, "{tried} points");
    let some = [
        "app create",
        "deploy",
        "publish",
        "delete services",
        "revoke",
        "keep house",
    ];
    everywhere(&bench, &once, &some, &Trouble::Planned(Fault::Lost)).await;
    for fault in [Fault::ReadOnly, Fault::Slow] {
        everywhere(&bench, &once, &["app create", "revoke"], &Trouble::Planned(fault)).await;
    }
    let before = revision(&bench).await;
    let bench = bench.reopen().await;
    assert_eq!(
        bench.live().revision(),
        before,
        "what was acknowledged is there after a restart"
    );
}

pub(crate) async fn a_lost_connection_at_any_point_loses_nothing_and_breaks_nothing(place: Place) {
    let Some(url) = place.settings.database_url.clone() else {
        // SQLite has no connection to lose.
        return;
    };
    let (bench, once) = bench_with(place).await;
    let trouble = Trouble::Disconnected(url.expose().clone());
    everywhere(&bench, &once, &["app create", "deploy", "revoke"], &trouble).await;
}

pub(crate) async fn writes_that_fail_are_noticed_and_so_is_their_return(place: Place) {
    /// The disk is full until it is told otherwise.
    #[derive(Default)]
    struct Full(std::sync::atomic::AtomicBool);
    impl Faults for Full {
        fn at(&self, _: Point) -> Option<Fault> {
            self.0.load(Ordering::SeqCst).then_some(Fault::NoSpace)
        }
    }
    let full = Arc::new(Full::default());
    let mut place = place;
    place.settings.faults = Some(full.clone());
    let bench = place.bench().await;
    let watching = tokio::spawn(health::run(bench.store.clone(), std::future::pending()));
    let until = async |wanted: bool| {
        let turned = async {
            while bench.store.health().problem().is_some() != wanted {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(5), turned)
            .await
            .expect("noticed");
    };
    until(false).await;
    full.0.store(true, Ordering::SeqCst);
    // The next look is ten seconds away, but a call that fails is a reason to look at once.
    let failed = bench.store.apps().create(new_app(bench.project, "a")).await;
    assert!(matches!(failed, Err(StoreError::NoSpace)));
    until(true).await;
    assert!(bench.store.health().problem().unwrap().contains("no space"));
    full.0.store(false, Ordering::SeqCst);
    until(false).await;
    bench.app("a").await;
    watching.abort();
}

pub(crate) async fn a_revocation_asks_again_on_a_full_disk(place: Place) {
    let (bench, once) = bench_with(place).await;
    let bench = &bench;
    if bench.settings.database_url.is_some() {
        // A server's disk is not ours: there is nothing to give up, so it is said at once.
        once.set(1, Trouble::Planned(Fault::NoSpace));
        let refused = bench
            .store
            .tokens()
            .revoke(TokenId::from_bits(1), bench.clock.now())
            .await;
        assert!(matches!(refused, Err(StoreError::NoSpace)));
        return;
    }
    once.set(3, Trouble::Planned(Fault::NoSpace));
    let revoked = bench
        .store
        .tokens()
        .revoke(TokenId::from_bits(1), bench.clock.now())
        .await;
    bench.feed.settled(revoked.unwrap()).await.unwrap();
    assert!(bench.live().revoked(TokenId::from_bits(1)).is_some());
    once.set(3, Trouble::Planned(Fault::NoSpace));
    let new = secret("another-Pass-1");
    let changed = bench
        .store
        .users()
        .change_password(bench.first.user.id, &new)
        .await;
    bench.feed.settled(changed.unwrap().unwrap()).await.unwrap();
}

pub(crate) async fn events_that_cannot_be_written_hold_up_no_end(place: Place) {
    struct Always;
    impl Faults for Always {
        fn at(&self, _: Point) -> Option<Fault> {
            Some(Fault::NoSpace)
        }
    }
    let mut place = place;
    drop(place.open("data").await.unwrap());
    place.settings.faults = Some(Arc::new(Always));
    let store = place.open("data").await.unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let (writer, work) = EventWriter::start(store.clone(), async {
        let _ = stopped.await;
    });
    let working = tokio::spawn(work);
    for number in 0..300 {
        writer.record(Event {
            service: ServiceId::from_bits(number),
            at: Place::clock().now(),
            kind: EventKind::Normal,
            text: "x".into(),
        });
    }
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(5), working)
        .await
        .expect("the end does not wait for the disk")
        .unwrap();
}

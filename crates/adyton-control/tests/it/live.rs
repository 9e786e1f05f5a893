//! What happens in a project, as it happens: who hears what, for how long, and what a page that is slow or gone costs nobody.

use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::id::{ProjectId, RequestId, ServiceId};
use adyton_core::record::{Record, Step};
use adyton_core::sample;
use adyton_core::service::ServiceStatus;
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::Caller;
use crate::world::World;

/// A page that listens.
pub(crate) struct Listener {
    socket: TcpStream,
    pub(crate) heard: String,
}

impl Listener {
    /// Listens, once the server says that it does.
    pub(crate) async fn open(caller: &Caller, path: &str) -> Self {
        let mut socket = TcpStream::connect(caller.address).await.unwrap();
        let mut head = format!("GET {path} HTTP/1.1\r\n");
        for (name, value) in caller.headers("GET", path, b"") {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        socket.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
        let heard = String::new();
        let mut listener = Self { socket, heard };
        listener.until("event: ping").await;
        assert!(listener.heard.starts_with("HTTP/1.1 200"), "{}", listener.heard);
        assert!(listener.heard.contains("content-type: text/event-stream"));
        listener
    }
    /// Reads until a text is there.
    pub(crate) async fn until(&mut self, text: &str) {
        while !self.heard.contains(text) {
            assert!(self.read().await, "it ended before {text}: {}", self.heard);
        }
    }
    /// Reads on; whether the stream goes on.
    async fn read(&mut self) -> bool {
        let mut piece = [0; 4096];
        let read = tokio::time::timeout(Duration::from_secs(60), self.socket.read(&mut piece));
        let length = read.await.expect("something within a minute").unwrap_or(0);
        self.heard.push_str(&String::from_utf8_lossy(&piece[..length]));
        length > 0 && !self.heard.ends_with("\r\n0\r\n\r\n")
    }
    /// Reads to the end.
    pub(crate) async fn end(mut self) -> String {
        while self.read().await {}
        self.heard
    }
    /// The documents of all events of this name so far.
    pub(crate) fn events(&self, name: &str) -> Vec<Value> {
        let start = format!("event: {name}\ndata: ");
        let events = self.heard.split(&start).skip(1);
        events
            .map(|rest| serde_json::from_str(rest.split('\n').next().unwrap()).unwrap())
            .collect()
    }
}

fn record(world: &World, number: u128, service: u128, reason: Option<Reason>) -> Record {
    Record {
        id: RequestId::from_bits(number),
        project: Some(world.first.project.id),
        service: Some(ServiceId::from_bits(service)),
        status: if reason.is_some() { 401 } else { 200 },
        step: if reason.is_some() {
            Step::Authenticate
        } else {
            Step::Dispatch
        },
        reason,
        ..sample::record()
    }
}

fn ids(events: &[Value]) -> Vec<u128> {
    let id = |event: &Value| u128::from_str_radix(event["id"].as_str().unwrap(), 16).unwrap();
    events.iter().map(id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_come_as_the_list_shows_them_to_whoever_may_see_them() {
    let world = World::start().await;
    let (neighbour, theirs) = world.neighbour().await;
    let owner = world.owner().await;
    let mut all = Listener::open(&owner, &world.own("/live")).await;
    let mut operator = Listener::open(&world.member("operator").await, &world.own("/live")).await;
    let one = ServiceId::from_bits(1);
    let mut refused = Listener::open(&owner, &world.own(&format!("/live?services={one}&only=refused"))).await;
    let mut next_door = Listener::open(&neighbour, &format!("/adyton/v1/{theirs}/live")).await;
    world.notes.add(record(&world, 1, 1, None));
    world.notes.add(record(&world, 2, 1, Some(Reason::TokenExpired)));
    world.notes.add(record(&world, 3, 2, Some(Reason::TokenExpired)));
    world.notes.add(Record {
        project: None,
        service: None,
        ..record(&world, 4, 0, Some(Reason::TokenExpired))
    });
    let last = RequestId::from_bits(9).to_string();
    world.notes.add(Record {
        project: Some(theirs.parse::<ProjectId>().unwrap()),
        ..record(&world, 9, 1, Some(Reason::TokenExpired))
    });
    let nothing_more = record(&world, 10, 1, Some(Reason::TokenExpired));
    world.notes.add(nothing_more);
    let end = RequestId::from_bits(10).to_string();
    for listener in [&mut all, &mut operator, &mut refused] {
        listener.until(&end).await;
    }
    next_door.until(&last).await;
    assert_eq!(ids(&all.events("request")), [1, 2, 3, 4, 10]);
    assert_eq!(
        ids(&operator.events("request")),
        [1, 2, 3, 10],
        "what matched nothing is not theirs"
    );
    assert_eq!(ids(&refused.events("request")), [2, 10]);
    assert_eq!(ids(&next_door.events("request")), [9]);
    let listed = owner.get(&world.own("/requests?limit=1000")).await.expect(200);
    let newest = listed["requests"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["id"] == end.as_str());
    assert_eq!(all.events("request").last(), newest, "the same document");
}

#[tokio::test(flavor = "multi_thread")]
async fn services_are_told_when_they_change_and_when_they_go() {
    let world = World::start().await;
    let model = world.model("echo").await;
    let id = world.service("echo", &model).await;
    let owner = world.owner().await;
    let mut listener = Listener::open(&owner, &world.own("/live")).await;
    assert!(
        listener.events("service").is_empty(),
        "what was there before is no news"
    );
    world.stage.set(&id, ServiceStatus::Running, &model).await;
    listener.until("\"status\":\"running\"").await;
    let news = listener.events("service");
    let running = news.last().unwrap();
    assert_eq!(
        (&running["service_id"], &running["service_name"]),
        (&json!(id), &json!("echo"))
    );
    assert_eq!(
        (&running["generation"], &running["ready_instances"]),
        (&json!(1), &json!(1))
    );
    owner
        .delete(&world.v1(&format!("/services/{id}")))
        .await
        .expect(200);
    listener.until("\"status\":\"deleted\"").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_hear_more_hears_no_more() {
    let world = World::start().await;
    let id = world.user("reader", "auditor", &world.project()).await;
    let reader = world.holder(
        &world
            .token("reader", "correct horse", &world.first.project.name)
            .await,
    );
    let owner = world.owner().await;
    let hears = Listener::open(&reader, &world.own("/live")).await;
    let role = format!("/v3/projects/{}/users/{id}/roles/auditor", world.project());
    owner.send("DELETE", &role, Bytes::new()).await.expect(204);
    world.notes.add(record(&world, 7, 1, None));
    let heard = hears.end().await;
    assert!(heard.ends_with("0\r\n\r\n"), "a whole answer: {heard}");
    let refused = reader.get(&world.own("/live")).await;
    refused.refused(401, "APIGW.0301", "manage.token_superseded");
    let caller = world.member("caller").await.get(&world.own("/live")).await;
    caller.refused(403, "ModelArts.0112", "modelarts.not_permitted");
    let wrong = owner.get(&world.own("/live?only=all")).await;
    wrong.refused(400, "APIGW.0201", "manage.bad_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_holder_has_so_many_streams_and_gets_places_back() {
    let world = World::start().await;
    let owner = world.owner().await;
    let mut open = Vec::new();
    for _ in 0..32 {
        open.push(Listener::open(&owner, &world.own("/live")).await);
    }
    let refused = owner.get(&world.own("/live")).await;
    assert_eq!(refused.header("retry-after"), "10");
    refused.refused(429, "APIGW.0308", "manage.busy");
    let other = world.member("auditor").await;
    drop(Listener::open(&other, &world.own("/live")).await);
    drop(open.pop());
    // The server notices who has left when it writes to them.
    crate::world::until("a place", async || {
        world.notes.add(record(&world, 1, 1, None));
        let path = world.own("/live");
        let (name, value) = ("Connection".to_owned(), "close".to_owned());
        let mut socket = TcpStream::connect(world.address).await.unwrap();
        let mut head = format!("GET {path} HTTP/1.1\r\n");
        for (name, value) in owner
            .headers("GET", &path, b"")
            .into_iter()
            .chain([(name, value)])
        {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        socket.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
        let mut start = [0; 12];
        socket.read_exact(&mut start).await.unwrap();
        (&start == b"HTTP/1.1 200").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_ends_its_streams_at_once() {
    let mut world = World::start().await;
    let owner = world.owner().await;
    let hears = Listener::open(&owner, &world.own("/live")).await;
    let stopping = tokio::time::timeout(Duration::from_secs(20), world.stop());
    stopping.await.expect("well before its grace is over");
    assert!(hears.end().await.ends_with("0\r\n\r\n"));
}

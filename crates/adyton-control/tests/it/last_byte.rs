//! Revocation holds at the last byte: whoever sends a body is found and judged again when it is whole.
//!
//! Each case begins a call and waits for `100 Continue`, which says that the head was accepted; then something is taken away;
//! then the last byte is sent.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::Caller;
use crate::world::World;

/// A call of which the last byte has not been sent.
struct Begun {
    socket: TcpStream,
    last: u8,
}

impl Begun {
    async fn new(world: &World, caller: &Caller, path: &str, body: &[u8]) -> Self {
        let mut head = format!("POST {path} HTTP/1.1\r\n");
        for (name, value) in caller.headers("POST", path, body) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!(
            "Content-Length: {}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
            body.len()
        ));
        let mut socket = TcpStream::connect(world.address).await.unwrap();
        socket.write_all(head.as_bytes()).await.unwrap();
        let mut told = [0; 25];
        socket.read_exact(&mut told).await.unwrap();
        assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n", "the head is accepted");
        let (last, most) = body.split_last().unwrap();
        socket.write_all(most).await.unwrap();
        Self { socket, last: *last }
    }
    /// Sends the last byte; gives status and reason.
    async fn end(mut self) -> (u16, String) {
        self.socket.write_all(&[self.last]).await.unwrap();
        let mut answer = Vec::new();
        self.socket.read_to_end(&mut answer).await.unwrap();
        let text = String::from_utf8_lossy(&answer);
        let status = text.split(' ').nth(1).unwrap().parse().unwrap();
        let reason = text
            .lines()
            .find_map(|line| line.strip_prefix("x-adyton-reason: "))
            .unwrap_or_default();
        (status, reason.to_owned())
    }
}

/// What is taken away between the head and the last byte.
#[derive(Clone, Copy, Debug)]
enum Taken {
    Nothing,
    Token,
    User,
    Role,
    KeyEnabled,
    Key,
}

/// Begins a call as an operator, by token or by access key; takes something away; ends the call.
async fn interrupted(by_key: bool, path: &str, taken: Taken) -> (u16, String) {
    let world = World::start().await;
    let owner = world.owner().await;
    let user = world.user("op", "operator", &world.project()).await;
    let token = world
        .token("op", "correct horse", &world.first.project.name)
        .await;
    let holder = world.holder(&token);
    let wanted = json!({"credential": {"user_id": user, "description": "last byte"}});
    let made = holder
        .post("/v3.0/OS-CREDENTIAL/credentials", wanted)
        .await
        .expect(201);
    let text = |name: &str| made["credential"][name].as_str().unwrap().to_owned();
    let (access, secret) = (text("access"), text("secret"));
    let caller = match by_key {
        true => world.keyholder(&access, &secret),
        false => holder.clone(),
    };
    // A model that cannot be imported: whoever gets as far is told that about the body.
    let begun = Begun::new(
        &world,
        &caller,
        &world.own(path).replace(
            "/adyton/v1/",
            match path {
                "/packages" => "/adyton/v1/",
                _ => "/v1/",
            },
        ),
        br#"{"nonsense": 1}"#,
    )
    .await;
    let key = format!("/v3.0/OS-CREDENTIAL/credentials/{access}");
    match taken {
        Taken::Nothing => {
            // The world moves on, but not for this caller.
            world.user("another", "caller", &world.project()).await;
        }
        Taken::Token => {
            let revoked = holder
                .with("X-Subject-Token", &token)
                .delete("/v3/auth/tokens")
                .await;
            revoked.expect(204);
        }
        Taken::User => {
            let change = json!({"user": {"enabled": false}});
            owner
                .patch(&format!("/v3/users/{user}"), change)
                .await
                .expect(200);
        }
        Taken::Role => {
            let role = format!("/v3/projects/{}/users/{user}/roles/operator", world.project());
            owner.delete(&role).await.expect(204);
        }
        Taken::KeyEnabled => {
            let change = json!({"credential": {"status": "inactive"}});
            owner.put(&key, change).await.expect(200);
        }
        Taken::Key => {
            owner.delete(&key).await.expect(204);
        }
    }
    begun.end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_taken_away_before_the_last_byte_counts() {
    for (by_key, taken, expected) in [
        (false, Taken::Token, (401, "manage.token_revoked")),
        (false, Taken::User, (401, "manage.token_user_disabled")),
        (false, Taken::Role, (401, "manage.token_superseded")),
        (true, Taken::User, (401, "manage.key_user_disabled")),
        (true, Taken::Role, (403, "modelarts.other_project")),
        (true, Taken::KeyEnabled, (401, "manage.key_disabled")),
        (true, Taken::Key, (401, "manage.key_unknown")),
    ] {
        let (status, reason) = interrupted(by_key, "/models", taken).await;
        assert_eq!((status, reason.as_str()), expected, "{by_key} {taken:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_concern_the_caller_changes_nothing() {
    for by_key in [false, true] {
        let (status, reason) = interrupted(by_key, "/models", Taken::Nothing).await;
        assert_eq!(
            (status, reason.as_str()),
            (400, "modelarts.invalid_argument"),
            "{by_key}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_ends_with_the_rights_of_whoever_sends_it() {
    for (taken, expected) in [
        (Taken::Token, (401, "manage.token_revoked")),
        (Taken::User, (401, "manage.token_user_disabled")),
    ] {
        let (status, reason) = interrupted(false, "/packages", taken).await;
        assert_eq!((status, reason.as_str()), expected, "{taken:?}");
    }
}

//! Uploaded packages: tar and zip, whose they are, and what is refused.

use adyton_core::digest::Sha256;
use bytes::Bytes;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::Caller;
use crate::world::World;

/// The echo package as a tar.
fn archive(world: &World) -> Bytes {
    let folder = world.data.join("to-pack");
    world.write_echo(&folder);
    tar(&[
        (
            "model/config.json",
            &std::fs::read(folder.join("model/config.json")).unwrap(),
        ),
        (
            "model/serve.py",
            &std::fs::read(folder.join("model/serve.py")).unwrap(),
        ),
    ])
}

/// A plain tar (POSIX.1-1988).
fn tar(files: &[(&str, &[u8])]) -> Bytes {
    let mut out = Vec::new();
    for (name, content) in files {
        let mut head = [0u8; 512];
        head[..name.len()].copy_from_slice(name.as_bytes());
        head[100..107].copy_from_slice(b"0000644");
        head[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        head[156] = b'0';
        head[257..263].copy_from_slice(b"ustar\0");
        head[263..265].copy_from_slice(b"00");
        head[148..156].fill(b' ');
        let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
        head[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        out.extend_from_slice(&head);
        out.extend_from_slice(content);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out.into()
}

async fn upload(caller: &Caller, path: &str, body: Bytes) -> crate::client::Answer {
    caller.send("POST", path, body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_usable_by_its_project_alone() {
    let world = World::start().await;
    let owner = world.owner().await;
    let location = upload(&owner, &world.own("/packages"), archive(&world))
        .await
        .expect(200);
    let location = location["location"].as_str().unwrap().to_owned();
    assert!(location.starts_with("package://sha256/"));
    let wanted = json!({"model_name": "up", "model_version": "0.0.1", "source_location": location});
    let begun = owner.post(&world.v1("/models"), wanted.clone()).await.expect(200);
    let shown = world.imported(&owner, begun["model_id"].as_str().unwrap()).await;
    assert_eq!(shown["model_status"], "published", "{shown}");

    let (neighbour, theirs) = world.neighbour().await;
    let refused = neighbour
        .post(&format!("/v1/{theirs}/models"), wanted.clone())
        .await;
    refused.refused(400, "ModelArts.0101", "modelarts.invalid_argument");
    let path = format!("/adyton/v1/{theirs}/packages");
    upload(&neighbour, &path, archive(&world)).await.expect(200);
    neighbour
        .post(&format!("/v1/{theirs}/models"), wanted)
        .await
        .expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_upload_is_proven_by_its_last_byte() {
    let world = World::start().await;
    upload(&world.signer(), &world.own("/packages"), archive(&world))
        .await
        .expect(200);
    let mut wrong = world.signer();
    if let crate::client::Credential::Key { secret, .. } = &mut wrong.credential {
        secret.push('x');
    }
    let refused = upload(&wrong, &world.own("/packages"), archive(&world)).await;
    refused.refused(401, "APIGW.0301", "manage.signature_bad");
    assert_eq!(
        std::fs::read_dir(world.data.join("packages")).unwrap().count(),
        2,
        "one package, one staging folder"
    );
}

/// Somebody who knows the public half of a key must not fill the disk with it.
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_only_its_last_byte_proves_is_small_short_and_alone() {
    let world = World::with(|settings| {
        settings.unproven_upload = 100_000;
        settings.unproven_upload_time = std::time::Duration::from_secs(2);
    })
    .await;
    let path = world.own("/packages");
    let large: Bytes = [archive(&world).to_vec(), vec![0; 200_000]].concat().into();
    let message = upload(&world.signer(), &path, large.clone()).await.refused(
        400,
        "APIGW.0201",
        "manage.upload_unproven",
    );
    assert!(message.contains("X-Sdk-Content-Sha256"), "{message}");
    // With the digest in the head, or a token, the same upload is fine.
    let digest = Sha256::of(&large).to_string();
    let declared = world.signer().with("X-Sdk-Content-Sha256", &digest);
    upload(&declared, &path, large.clone()).await.expect(200);
    upload(&world.owner().await, &path, large.clone())
        .await
        .expect(200);

    // One that does not go on keeps others of the same user out, and not for long.
    let mut stuck = begun(&world, &path, 100_000).await;
    stuck.write_all(&[0; 1000]).await.unwrap();
    let second = loop {
        let answer = upload(&world.signer(), &path, archive(&world)).await;
        if answer.status != 200 {
            break answer;
        }
    };
    let message = second.refused(400, "APIGW.0201", "manage.upload_unproven");
    assert!(message.contains("in progress"), "{message}");
    upload(&declared, &path, large).await.expect(200);
    let mut told = Vec::new();
    tokio::time::timeout(std::time::Duration::from_secs(20), stuck.read_to_end(&mut told))
        .await
        .expect("it is ended")
        .unwrap();
    let told = String::from_utf8_lossy(&told).into_owned();
    assert!(told.contains("had not arrived after 2 s"), "{told}");
    upload(&world.signer(), &path, archive(&world)).await.expect(200);
}

/// Begins a signed upload of so many bytes whose body's digest is not declared; the signature is wrong, but nobody can know.
async fn begun(world: &World, path: &str, length: usize) -> TcpStream {
    let crate::client::Credential::Key { access, .. } = world.signer().credential else {
        panic!("a signer has a key")
    };
    let stamp = world.clock.now().to_sdk_date();
    let mut socket = TcpStream::connect(world.address).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nX-Sdk-Date: {stamp}\r\nContent-Length: {length}\r\nConnection: close\r\n\
         Authorization: SDK-HMAC-SHA256 Access={access}, SignedHeaders=host;x-sdk-date, Signature={}\r\n\r\n",
        world.address,
        "0".repeat(64)
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    socket
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_keeps_a_bounded_number_of_uploads() {
    let world = World::with(|settings| settings.uploads_kept = 2).await;
    let (owner, path) = (world.owner().await, world.own("/packages"));
    let package = |name: &str| tar(&[("model/config.json", b"{}"), (name, b"x")]);
    upload(&owner, &path, package("model/a")).await.expect(200);
    let location = upload(&owner, &path, archive(&world)).await.expect(200);
    let refused = upload(&owner, &path, package("model/b")).await;
    let message = refused.refused(400, "APIGW.0201", "manage.upload_quota");
    assert!(message.contains("limits.uploads"), "{message}");
    // A model was imported: the upload is no longer one that waits, and its location goes on working.
    for version in ["0.0.1", "0.0.2"] {
        let wanted =
            json!({"model_name": "up", "model_version": version, "source_location": location["location"]});
        let begun = owner.post(&world.v1("/models"), wanted).await.expect(200);
        let shown = world.imported(&owner, begun["model_id"].as_str().unwrap()).await;
        assert_eq!(shown["model_status"], "published", "{shown}");
    }
    upload(&owner, &path, package("model/b")).await.expect(200);
    upload(&owner, &path, package("model/c"))
        .await
        .refused(400, "APIGW.0201", "manage.upload_quota");

    let world = World::with(|settings| settings.uploads_kept_bytes = 5_000).await;
    let (owner, path) = (world.owner().await, world.own("/packages"));
    let large = tar(&[("model/config.json", b"{}"), ("model/a", &[7; 4_000])]);
    let message = upload(&owner, &path, large)
        .await
        .refused(400, "APIGW.0201", "manage.upload_quota");
    assert!(message.contains("limits.uploads_bytes"), "{message}");
    upload(&owner, &path, package("model/a")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_package_or_too_large_is_refused() {
    let world = World::with(|settings| settings.upload_limit = 100_000).await;
    let owner = world.owner().await;
    let path = world.own("/packages");
    for (body, told) in [
        (Bytes::from_static(b"not an archive"), "archive"),
        (tar(&[("../evil", b"x")]), ".."),
        (tar(&[("other/file", b"x")]), "model"),
    ] {
        let message =
            upload(&owner, &path, body)
                .await
                .refused(400, "ModelArts.3016", "modelarts.bad_package");
        assert!(message.contains(told), "{message}");
    }
    let large = upload(&owner, &path, vec![0; 100_001].into()).await;
    large.refused(413, "APIGW.0201", "manage.body_too_large");
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_waits_for_what_is_in_flight() {
    let mut world = World::start().await;
    let owner = world.owner().await;
    owner.get(&world.v1("/services")).await.expect(200);
    world.stop().await;
    assert!(
        tokio::net::TcpStream::connect(world.address).await.is_err(),
        "nobody listens any more"
    );
}

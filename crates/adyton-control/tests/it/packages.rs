//! Uploaded packages: tar and zip, whose they are, and what is refused.

use bytes::Bytes;
use serde_json::json;

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

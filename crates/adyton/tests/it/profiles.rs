//! Profiles: who you are is proven once, and kept where only you can read it.

use std::os::unix::fs::PermissionsExt as _;

use expect_test::expect;
use serde_json::Value;

use crate::harness::Place;

fn bootstrap(place: &Place) -> Value {
    serde_json::from_str(&std::fs::read_to_string(place.data().join("bootstrap.json")).unwrap()).unwrap()
}

#[test]
fn the_local_server_becomes_a_profile() {
    let place = Place::new();
    let server = place.serve(&[]);
    let note = format!(
        "using the server of ./adyton-data at {}; run `adyton login` to save it as a profile\n",
        server.url("control_url")
    );
    assert_eq!(
        place.run(&["model", "list", "--json"]).stderr,
        note,
        "what nobody said is told"
    );
    place.check(
        &["whoami"],
        expect![[r#"
            exit 0
            --- stdout
            user         admin ([id])
            domain       adyton ([id])
            projects     default ([id])
            roles        administrator
            credentials  access key [key]
            server       http://127.0.0.1:[port]
            source       data folder [folder]/adyton-data
            clock        agrees with the server's
            --- stderr
        "#]],
    );
    place.check(
        &["login"],
        expect![[r#"
            exit 0
            --- stdout
            Signed in at http://127.0.0.1:[port]. Kept as profile `default` in [folder]/.config/adyton/config.toml.
        "#]],
    );
    place.check(
        &["whoami"],
        expect![[r#"
            exit 0
            --- stdout
            user         admin ([id])
            domain       adyton ([id])
            projects     default ([id])
            roles        administrator
            credentials  access key [key]
            server       http://127.0.0.1:[port]
            source       profile default
            clock        agrees with the server's
        "#]],
    );
    let file = place.path().join(".config/adyton/config.toml");
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    drop(server);
    let ran = place.run(&["whoami"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.contains("nothing listens at http://127.0.0.1:"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_password_gets_a_token_and_is_not_kept() {
    let place = Place::new();
    let server = place.serve(&[]);
    let known = bootstrap(&place);
    let password = known["password"].as_str().unwrap();
    let control = server.url("control_url");
    let login = [
        "login",
        "--control",
        &control,
        "--user",
        "admin",
        "--domain",
        "adyton",
        "--profile",
        "work",
    ];
    let ran = place.run_with_input(&login, &format!("{password}\n"));
    expect![[r#"
        exit 0
        --- stdout
        Signed in at http://127.0.0.1:[port]. Kept as profile `work` in [folder]/.config/adyton/config.toml.
    "#]]
    .assert_eq(&place.told(&ran));
    let kept = std::fs::read_to_string(place.path().join(".config/adyton/config.toml")).unwrap();
    assert!(
        kept.contains("token") && !kept.contains(password),
        "only the token is kept"
    );
    let who = place.json(&["whoami", "--profile", "work"]);
    assert_eq!(
        (who["way"].as_str(), who["user"]["name"].as_str()),
        (Some("token"), Some("admin"))
    );
    let ran = place.run_with_input(&login, "wrong\n");
    expect![[r#"
        exit 1
        --- stderr
        error: 401: The username or password is wrong.
          reason      iam.wrong_password
          request id  [id]
        hint: `adyton errors iam.wrong_password` says what causes it and what to do
    "#]]
    .assert_eq(&place.told(&ran));
    let ran = place.run_with_input(&login, "");
    expect![[r#"
        exit 2
        --- stderr
        error: no password was given
        hint: give it on standard input
    "#]]
    .assert_eq(&place.told(&ran));
}

#[test]
fn an_access_key_is_proven_before_it_is_kept() {
    let place = Place::new();
    let server = place.serve(&[]);
    let known = bootstrap(&place);
    let control = server.url("control_url");
    let login = [
        "login",
        "--control",
        &control,
        "--access-key",
        known["access_key"].as_str().unwrap(),
    ];
    let ran = place.run_with_input(&login, "wrong\n");
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("APIGW.0301"), "{}", ran.stderr);
    let ran = place.run_with_input(&login, known["secret_key"].as_str().unwrap());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        place.run(&["model", "list"]).stderr.is_empty(),
        "a profile needs no note"
    );
}

#[test]
fn a_broken_profile_file_is_named_without_its_contents() {
    let place = Place::new();
    std::fs::create_dir_all(place.path().join(".config/adyton")).unwrap();
    place.write(
        ".config/adyton/config.toml",
        "[profiles.default]\nsecret_key = hunter2\n",
    );
    let ran = place.run(&["whoami"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("config.toml:2:") && !ran.stderr.contains("hunter2"),
        "{}",
        ran.stderr
    );
}

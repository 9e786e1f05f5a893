//! What people get when they make a mistake with a server.

use expect_test::expect;

use crate::harness::{Place, sample, without_events};

#[test]
fn no_server_is_known() {
    let place = Place::new();
    place.check(
        &["service", "list"],
        expect![[r#"
        exit 2
        --- stderr
        error: no server is configured
          no context, no ADYTON_CONTROL_URL, and no data folder at [folder]/adyton-data
        hint: start one with `adyton serve` or `adyton demo`, or name one with `adyton login --control URL`
    "#]],
    );
    place.check(
        &["login"],
        expect![[r#"
        exit 2
        --- stderr
        error: neither --user nor --access-key is given, and there is no ./adyton-data
        hint: adyton login --control URL --user NAME, or --access-key AK, or --data DIR
    "#]],
    );
    place.check(
        &["whoami", "--context", "work"],
        expect![[r#"
            exit 2
            --- stderr
            error: no context is called `work`
              [folder]/.config/adyton/config.toml: there are none yet
            hint: create it with `adyton login --context work`
        "#]],
    );
}

#[test]
fn half_an_environment_is_named() {
    let place = Place::new().with("ADYTON_CONTROL_URL", "http://127.0.0.1:1");
    place.check(
        &["service", "list"],
        expect![[r#"
            exit 2
            --- stderr
            error: environment (ADYTON_CONTROL_URL) has no credentials
            hint: run `adyton login` to sign in again, or set ADYTON_ACCESS_KEY and ADYTON_SECRET_KEY
        "#]],
    );
    let place = place
        .with("ADYTON_PROJECT_ID", "p")
        .with("ADYTON_ACCESS_KEY", "AK");
    place.check(
        &["service", "list"],
        expect![[r#"
            exit 2
            --- stderr
            error: environment (ADYTON_CONTROL_URL, ADYTON_PROJECT_ID, ADYTON_ACCESS_KEY) does not set a secret key
            hint: set ADYTON_SECRET_KEY, or create a context with `adyton login`
        "#]],
    );
    let place = place.with("ADYTON_SECRET_KEY", "hunter2");
    place.check(
        &["service", "list"],
        expect![[r#"
            exit 1
            --- stderr
            error: nothing listens at http://127.0.0.1:1 (connection refused)
              GET http://127.0.0.1:1/v1/p/services
              source  environment (ADYTON_CONTROL_URL, ADYTON_PROJECT_ID, ADYTON_ACCESS_KEY, ADYTON_SECRET_KEY)
            hint: start the server with `adyton serve`, or name another one with `adyton login --control URL`
        "#]],
    );
}

#[test]
fn an_address_that_is_none_is_named() {
    let place = Place::new()
        .with("ADYTON_CONTROL_URL", "localhost")
        .with("ADYTON_PROJECT_ID", "p")
        .with("ADYTON_ACCESS_KEY", "AK")
        .with("ADYTON_SECRET_KEY", "SK");
    place.check(
        &["service", "list"],
        expect![[r#"
        exit 2
        --- stderr
        error: control URL: `localhost` is not the address of a server
        hint: write scheme, host and port, such as `http://127.0.0.1:[port]`
    "#]],
    );
}

#[test]
fn a_server_that_has_ended_is_not_waited_for() {
    let place = Place::new();
    drop(place.serve(&[]));
    // It was killed, so its ready document is still there, and names a process that is gone.
    assert!(place.data().join("ready.json").exists());
    place.check(
        &["service", "list"],
        expect![[r#"
        exit 1
        --- stderr
        error: no server is running on [folder]/adyton-data
        hint: start it with `adyton serve --data [folder]/adyton-data`
    "#]],
    );
}

#[test]
fn a_wrong_door_is_named() {
    let place = Place::new();
    let server = place.serve(&[]);
    let told = |address: &str| {
        let output = place
            .command(&["service", "list"])
            .env("ADYTON_PROJECT_ID", "p")
            .env("ADYTON_ACCESS_KEY", "AK")
            .env("ADYTON_SECRET_KEY", "SK")
            .env("ADYTON_CONTROL_URL", address)
            .output()
            .unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    let gateway = told(&server.url("gateway_url"));
    assert!(
        gateway.contains("hint: this is the gateway's address"),
        "{gateway}"
    );
    let tls = told(&server.url("control_url").replace("http://", "https://"));
    assert!(
        tls.contains("does not speak TLS") && tls.contains("hint: write `http://`"),
        "{tls}"
    );
}

#[test]
fn things_that_are_not_there_are_named() {
    let place = Place::new();
    let _server = place.serve(&[]);
    place.check(
        &["model", "show", "irsi"],
        expect![[r#"
            exit 1
            --- stderr
            error: this project has no model named `irsi`
            hint: run `adyton model list` to list them
        "#]],
    );
    place.check(
        &["service", "show", "irsi"],
        expect![[r#"
            exit 1
            --- stderr
            error: this project has no service named `irsi`
            hint: run `adyton service list` to list them
        "#]],
    );
    place.check(
        &["app", "show", "irsi"],
        expect![[r#"
            exit 1
            --- stderr
            error: this project has no app named `irsi`
            hint: run `adyton app list` to list them
        "#]],
    );
    place.check(&["explain", "1"], expect![[r#"
        exit 2
        --- stderr
        error: `1` is not a request id
        hint: it has 32 hex digits: the answer's `X-Request-Id`, or `request_id` in its body; `adyton requests` lists them
    "#]]);
    place.check(
        &["explain", "00000000000000000000000000000000"],
        expect![[r#"
            exit 1
            --- stderr
            error: this project has no request with the id [id]
            hint: `adyton requests` lists the requests that are kept; another project's are read with `--project NAME`, and those whose address belongs to none (a wrong URL, a head that cannot be read) by whoever sent them, with the credential that they sent, or by an administrator of the domain: ask one of them to run `adyton explain [id]`
        "#]],
    );
    place.check(
        &["requests", "--since", "yesterday"],
        expect![[r#"
            exit 2
            --- stderr
            error: --since yesterday: neither a time nor an age
            hint: write [date]:0:0, or an age such as 90s, 15m, 2h, 3d
        "#]],
    );
    place.check(
        &["requests", "--step", "lunch"],
        expect![[r#"
        exit 2
        --- stderr
        error: --step lunch: unknown step
        hint: the steps are route, admit, authenticate, authorise, throttle, limit, dispatch and respond
    "#]],
    );
}

#[test]
fn a_package_that_is_none_is_named() {
    let place = Place::new();
    let _server = place.serve(&[]);
    place.check(
        &["model", "import", "nowhere"],
        expect![[r#"
            exit 2
            --- stderr
            error: nowhere: No such file or directory (os error 2)
            hint: name a folder that holds `model/`, or a .tar, .tar.gz or .zip of one
        "#]],
    );
    std::fs::create_dir(place.path().join("empty")).unwrap();
    place.check(
        &["model", "import", "empty"],
        expect![[r#"
            exit 2
            --- stderr
            error: empty: the folder has no `model/`
            hint: a model package is a folder with `model/config.json` and the model's files in `model/`; `adyton model init NAME` creates a starter package
        "#]],
    );
    place.write("broken.zip", "no archive");
    place.check(&["model", "import", "broken.zip"], expect![[r#"
        exit 1
        --- stderr
        error: ModelArts.3016 (400): The model package cannot be used: the file is not a tar, tar.gz or zip archive; pack the folder that holds `model/` with tar or zip
          reason      modelarts.bad_package
          request id  [id]
        hint: `adyton explain [id]` says what causes it and what to do
    "#]]);
    std::fs::create_dir_all(place.path().join("half/model")).unwrap();
    place.write("half/model/config.json", "{");
    place.check(&["model", "import", "half"], expect![[r#"
        exit 1
        --- stderr
        error: the import failed: model/config.json: line 1, column 1: not valid JSON: EOF while parsing an object
        hint: fix the package and import it again: that takes the place of this one
    "#]]);
    // The mended package gets the version of the one that failed.
    place.write("half/model/serve.py", "");
    place.write(
        "half/model/config.json",
        r#"{"model_type": "Command", "model_algorithm": "half", "command": ["python3", "serve.py"]}"#,
    );
    let ran = place.run(&["model", "import", "half"]);
    assert!(
        ran.stdout.contains("Imported half:0.0.1"),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
}

#[test]
fn a_model_that_fails_to_start_shows_its_last_words() {
    let place = Place::new();
    let _server = place.serve(&[]);
    std::fs::create_dir_all(place.path().join("sick/model")).unwrap();
    place.write(
        "sick/model/config.json",
        r#"{"model_type":"Command","model_algorithm":"sick","command":["/bin/sh","-c","echo no medicine >&2; exit 3"],"apis":[{"url":"/","method":"post"}]}"#,
    );
    assert_eq!(place.run(&["model", "import", "sick"]).code, 0);
    let ran = place.run(&["service", "deploy", "sick"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    for part in [
        "the service sick failed",
        "no medicine",
        "adyton service events sick",
    ] {
        assert!(ran.stderr.contains(part), "{part} is not in\n{}", ran.stderr);
    }
    // It was started five times, and what it said at the last start is told once: as the event comes.
    let told = without_events(&ran.stderr);
    assert_eq!(told.matches("no medicine").count(), 0, "{told}");
    assert_eq!(ran.stderr.matches("no medicine\n").count(), 1, "{}", ran.stderr);
    let news = "  The service is being deployed.\n";
    assert!(ran.stderr.contains(news), "{}", ran.stderr);
    let events = place.run(&["service", "events", "sick"]).stdout;
    let own = events.lines().filter(|line| line.trim() == "no medicine");
    assert_eq!(own.count(), 1, "{events}");
    let ran = place.run(&["predict", "sick", "--data", "{}"]);
    assert!(ran.stderr.contains("service.failed"), "{}", ran.stderr);
    let id = place.json(&["requests", "-n", "1"])["requests"][0]["id"].clone();
    let told = place.run(&["explain", id.as_str().unwrap()]).stdout;
    assert!(
        told.contains("\n    no medicine\n") && !told.contains("\\u{"),
        "{told}"
    );
}

#[test]
fn a_deployment_that_takes_too_long_says_what_it_waits_for() {
    let place = Place::new();
    let _server = place.serve(&[]);
    std::fs::create_dir_all(place.path().join("slow/model")).unwrap();
    place.write(
        "slow/model/config.json",
        r#"{"model_type":"Command","model_algorithm":"slow","command":["/bin/sh","-c","exec sleep 60"],"apis":[{"url":"/","method":"post"}]}"#,
    );
    assert_eq!(place.run(&["model", "import", "slow"]).code, 0);
    let ran = place.run(&["service", "deploy", "slow", "--timeout", "4"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    for part in [
        "service slow is not ready after 4 s: ",
        "nothing listens on",
        "`adyton service events slow`",
    ] {
        assert!(ran.stderr.contains(part), "{part} is not in\n{}", ran.stderr);
    }
}

#[test]
fn an_update_that_is_rolled_back_ends_with_its_cause() {
    let place = Place::new();
    let _server = place.serve(&[]);
    assert_eq!(place.run(&["model", "import", &sample("iris")]).code, 0);
    assert_eq!(place.run(&["service", "deploy", "iris"]).code, 0);
    std::fs::create_dir_all(place.path().join("sick/model")).unwrap();
    place.write(
        "sick/model/config.json",
        r#"{"model_type":"Command","model_algorithm":"sick","command":["/bin/sh","-c","echo no medicine >&2; exit 3"],"apis":[{"url":"/","method":"post"}]}"#,
    );
    assert_eq!(place.run(&["model", "import", "sick"]).code, 0);
    let ran = place.run(&["service", "update", "iris", "--model", "sick"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    for part in [
        "the update of iris failed",
        "previous instances keep serving",
        "adyton service events iris",
    ] {
        assert!(ran.stderr.contains(part), "{part} is not in\n{}", ran.stderr);
    }
    assert!(!ran.stderr.contains("no cause was given"), "{}", ran.stderr);
}

#[test]
fn failures_are_documents_too_and_name_what_was_meant() {
    let place = Place::new();
    let _server = place.serve(&[]);
    let ran = place.run(&["app", "show", "irsi", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).expect("one document");
    assert_eq!(document["error"], "this project has no app named `irsi`");
    place.check(
        &["requests", "--code", "bogus"],
        expect![[r#"
        exit 2
        --- stderr
        error: --code bogus: unknown code
        hint: `adyton errors` lists all codes and sub-codes
    "#]],
    );
    let ran = place.run(&["explain", "019bc0b9554b0000ff0000000000002a"]);
    assert!(
        ran.stderr.contains("no record of the management call")
            && ran.stderr.contains("ask one to run `adyton explain"),
        "{}",
        ran.stderr
    );
    assert_eq!(place.run(&["model", "import", &sample("iris")]).code, 0);
    let ran = place.run(&["model", "delete", "iris", "nope"]);
    assert!(ran.code == 1 && ran.stderr.contains("`nope`"), "{}", ran.stderr);
    assert!(
        place.run(&["model", "list"]).stdout.contains("iris"),
        "nothing was deleted"
    );
}

#[test]
fn wrong_arguments_of_predict_are_told_before_anything_is_sent() {
    let place = Place::new();
    place.check(
        &["predict", "iris", "--form", "images"],
        expect![[r#"
        exit 2
        --- stderr
        error: --form images: there is no `=`
        hint: write --form NAME=VALUE or --form NAME=@FILE
    "#]],
    );
    place.check(
        &["predict", "iris", "--data", "@nowhere.json"],
        expect![[r#"
        exit 2
        --- stderr
        error: --data @nowhere.json: No such file or directory (os error 2)
        hint: write --data @FILE for a file, or --data TEXT
    "#]],
    );
    place.check(
        &["predict", "iris", "-H", "nothing"],
        expect![[r#"
        exit 2
        --- stderr
        error: --header `nothing`: expected `Name: value`
        hint: write --header 'Name: value'
    "#]],
    );
    place.check(
        &["service", "deploy", "iris", "--env", "NAME"],
        expect![[r#"
        exit 2
        --- stderr
        error: --env NAME: expected NAME=VALUE
        hint: write --env NAME=VALUE
    "#]],
    );
    place.check(
        &["predict", "iris", "--form", "picture=@nowhere.png"],
        expect![[r#"
        exit 2
        --- stderr
        error: --form picture=@nowhere.png: No such file or directory (os error 2)
        hint: write --form NAME=@FILE with a file that can be read, or --form NAME=VALUE
    "#]],
    );
    place.check(
        &["sign", "G T", "http://127.0.0.1:8080/"],
        expect![[r#"
        exit 2
        --- stderr
        error: `G T` is not a method
        hint: write one word, such as GET or POST
    "#]],
    );
    let _server = place.serve(&[]);
    let request = format!("@{}", sample("iris/request.json"));
    place.check(
        &["predict", "iris", "--data", &request],
        expect![[r#"
            exit 1
            --- stderr
            error: this project has no service named `iris`
            hint: run `adyton service list` to list them
        "#]],
    );
}

#[test]
fn a_data_folder_that_cannot_be_used_says_what_to_do() {
    let place = Place::new();
    place.write("afile", "");
    place.check(
        &[
            "serve",
            "--data",
            "afile",
            "--gateway",
            "127.0.0.1:0",
            "--control",
            "127.0.0.1:0",
        ],
        expect![[r#"
        exit 1
        --- stderr
        error: afile: the folder cannot be made: File exists (os error 17)
        hint: --data must name a folder that this user can write to; it is created if it does not exist
    "#]],
    );
    std::fs::create_dir(place.data()).unwrap();
    place.write(
        "adyton-data/adyton.db",
        "no database at all, but long enough to be taken for one",
    );
    let ran = place.run(&["serve", "--gateway", "127.0.0.1:0", "--control", "127.0.0.1:0"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("restore it from a backup"), "{}", ran.stderr);
}

#[test]
fn certificates_of_authorities_that_cannot_be_read_or_used_are_named() {
    let place = Place::new();
    let serve = [
        "serve",
        "--gateway",
        "127.0.0.1:0",
        "--control",
        "127.0.0.1:0",
        "--config",
        "adyton.toml",
    ];
    place.write("adyton.toml", "[gateway]\nbackend_ca_file = 'ca.pem'\n");
    let ran = place.run(&serve);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("ca.pem: the certificates of authorities cannot be read"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr
            .contains("hint: `gateway.backend_ca_file` names a file"),
        "{}",
        ran.stderr
    );
    place.write("ca.pem", "not a certificate\n");
    let ran = place.run(&serve);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("ca.pem: no certificate is in it"),
        "{}",
        ran.stderr
    );
}

#[test]
fn one_setting_is_one() {
    let place = Place::new();
    place.write("adyton.toml", "[gateway]\nthreads = 1\n");
    let said = place.run(&["config", "check", "--config", "adyton.toml"]).stdout;
    assert!(said.contains("1 setting is set."), "{said}");
}

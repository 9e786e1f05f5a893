//! Contexts: who you are is proven once, and kept where only you can read it.

use std::os::unix::fs::PermissionsExt as _;

use expect_test::expect;
use serde_json::Value;

use crate::harness::Place;

fn bootstrap(place: &Place) -> Value {
    serde_json::from_str(&std::fs::read_to_string(place.data().join("bootstrap.json")).unwrap()).unwrap()
}

#[test]
fn the_local_server_becomes_a_context() {
    let place = Place::new();
    let server = place.serve(&[]);
    let note = format!(
        "using the server of ./adyton-data at {}; run `adyton login` to save it as a context\n",
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
            projects     default ([id]), current
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
            Signed in to http://127.0.0.1:[port]. Saved as context `default` in [folder]/.config/adyton/config.toml.
        "#]],
    );
    place.check(
        &["whoami"],
        expect![[r#"
            exit 0
            --- stdout
            user         admin ([id])
            domain       adyton ([id])
            projects     default ([id]), current
            roles        administrator
            credentials  access key [key]
            server       http://127.0.0.1:[port]
            source       context default
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
        "--context",
        "work",
    ];
    let ran = place.run_with_input(&login, &format!("{password}\n"));
    expect![[r#"
        exit 0
        --- stdout
        Signed in to http://127.0.0.1:[port]. Saved as context `work` in [folder]/.config/adyton/config.toml.
    "#]]
    .assert_eq(&place.told(&ran));
    let kept = std::fs::read_to_string(place.path().join(".config/adyton/config.toml")).unwrap();
    assert!(
        kept.contains("token") && !kept.contains(password),
        "only the token is kept"
    );
    let who = place.json(&["whoami", "--context", "work"]);
    assert_eq!(
        (who["way"].as_str(), who["user"]["name"].as_str()),
        (Some("token"), Some("admin"))
    );
    // A new context is at the server of the current one.
    let other = ["login", "--user", "admin", "--context", "other"];
    let ran = place.run_with_input(&other, &format!("{password}\n"));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let ran = place.run_with_input(&login, "wrong\n");
    expect![[r#"
        exit 1
        --- stderr
        error: 401: The username or password is wrong.
          reason      iam.wrong_password
          request id  [id]
        hint: Check the user name and the domain first; those of the first administrator are in `bootstrap.json` of the data folder. An administrator can set a new password with `adyton user password USER`.
        hint: `adyton errors iam.wrong_password` says what causes it
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
        "a context needs no note"
    );
}

#[test]
fn a_broken_file_is_named_without_its_contents() {
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

#[test]
fn a_context_is_listed_used_left_and_signed_in_to_again() {
    let place = Place::new();
    let server = place.serve(&[]);
    let control = server.url("control_url");
    let known = bootstrap(&place);
    let password = known["password"].as_str().unwrap();
    // The domain is found out, and the first context is the current one.
    let login = [
        "login",
        "--control",
        &control,
        "--user",
        "admin",
        "--context",
        "work",
    ];
    assert_eq!(place.run_with_input(&login, password).code, 0);
    let ran = place.run(&["login", "--data", "adyton-data", "--context", "home"]);
    assert!(ran.stderr.contains("adyton context use home"), "{}", ran.stderr);
    let rows = |ran: &str| -> Vec<String> {
        let rows = ran
            .lines()
            .map(|line| line.split_whitespace().take(4).collect::<Vec<_>>().join(" "));
        rows.collect()
    };
    let listed = place.run(&["context", "list"]).stdout;
    assert_eq!(
        rows(&listed),
        [
            "NAME SERVER PROJECT USER",
            &format!("home {control} default admin"),
            &format!("* work {control} default")
        ]
    );
    let whoami = |arguments: &[&str]| place.json(&[&["whoami"], arguments].concat())["way"].clone();
    assert_eq!(whoami(&[]), "token");
    assert_eq!(whoami(&["--context", "home"]), "aksk");
    assert_eq!(
        place.run(&["context", "use", "home"]).stdout,
        "home is the current context.\n"
    );
    assert_eq!(whoami(&[]), "aksk");
    // Signing out ends the token at the server, and what is not secret stays.
    let file = place.path().join(".config/adyton/config.toml");
    let token = |text: String| {
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("token = \""))
            .map(str::to_owned);
        line.map(|line| line.trim_end_matches('"').to_owned())
    };
    let kept = token(std::fs::read_to_string(&file).unwrap()).unwrap();
    let ran = place.run(&["logout", "--context", "work"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert_eq!(token(std::fs::read_to_string(&file).unwrap()), None);
    place.write(
        ".config/adyton/config.toml",
        &std::fs::read_to_string(&file)
            .unwrap()
            .replace("[contexts.work]", &format!("[contexts.work]\ntoken = \"{kept}\"")),
    );
    let ran = place.run(&["whoami", "--context", "work"]);
    assert!(ran.code == 1 && ran.stderr.contains("401"), "{}", ran.stderr);
    assert_eq!(
        place.run(&["logout", "--context", "work"]).code,
        0,
        "a token that is gone already is no hindrance"
    );
    let ran = place.run(&["service", "list", "--context", "work"]);
    assert!(
        ran.stderr.contains("context work has no credentials"),
        "{}",
        ran.stderr
    );
    let again = ["login", "--context", "work", "--user", "admin"];
    assert_eq!(place.run_with_input(&again, password).code, 0);
    let ran = place.run(&["context", "remove", "work", "nowhere"]);
    assert!(ran.code == 2 && ran.stdout == "Removed work.\n", "{}", ran.stderr);
    assert!(ran.stderr.contains("there are: home"), "{}", ran.stderr);
}

#[test]
fn a_verb_calls_in_another_project_with_a_key_or_a_token() {
    let place = Place::new();
    let server = place.serve(&[]);
    let control = server.url("control_url");
    let password = bootstrap(&place)["password"].as_str().unwrap().to_owned();
    let vision = place.json(&["project", "create", "vision"])["project"]["id"].clone();
    let login = [
        "login",
        "--control",
        &control,
        "--user",
        "admin",
        "--project",
        "default",
    ];
    assert_eq!(place.run_with_input(&login, &password).code, 0);
    for context in ["default", "local"] {
        let create = [
            "app",
            "create",
            context,
            "--project",
            "vision",
            "--context",
            context,
        ];
        assert_eq!(place.run(&create).code, 0, "{context}");
        let named = |project: &str| -> usize {
            let listed = place.json(&["app", "list", "--project", project, "--context", context]);
            let apps = listed["apps"].as_array().unwrap();
            apps.iter().filter(|app| app["name"] == context).count()
        };
        let found = [named("vision"), named(vision.as_str().unwrap()), named("default")];
        assert_eq!(found, [1, 1, 0], "{context}");
    }
    let ran = place.run(&["app", "list", "--project", "vison"]);
    assert!(ran.stderr.contains("did you mean `vision`?"), "{}", ran.stderr);
    let whoami = place.run(&["whoami", "--project", "vision"]).stdout;
    let marked: Vec<&str> = whoami
        .lines()
        .filter(|line| line.ends_with(", current"))
        .collect();
    assert!(marked.len() == 1 && marked[0].contains("vision ("), "{whoami}");
}

#[test]
fn a_context_that_hides_the_server_of_this_folder_says_so() {
    let place = Place::new();
    let server = place.serve(&[]);
    std::fs::create_dir_all(place.path().join(".config/adyton")).unwrap();
    place.write(
        ".config/adyton/config.toml",
        "[profiles.default]\ncontrol_url = \"http://127.0.0.1:1\"\nproject_id = \"p\"\naccess_key = \"A\"\nsecret_key = \"S\"\n",
    );
    let ran = place.run(&["service", "list"]);
    let note = format!(
        "calling context default at http://127.0.0.1:1, not the server of ./adyton-data at {}; `--context local` calls that",
        server.url("control_url")
    );
    assert!(ran.code == 1 && ran.stderr.starts_with(&note), "{}", ran.stderr);
    let ran = place.run(&["service", "list", "--context", "local"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}

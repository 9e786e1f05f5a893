//! What people see when their configuration is wrong, and which value holds.

use expect_test::{Expect, expect};

use super::found::Origin;
use super::value::Value as _;
use super::{Loaded, Sources, file, load, reference};

fn sources(text: &str, environment: &[(&str, &str)]) -> (tempfile::TempDir, Sources) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("adyton.toml"), text).unwrap();
    let sources = Sources {
        file: None,
        folder: folder.path().to_owned(),
        environment: environment
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect(),
        flags: Vec::new(),
    };
    (folder, sources)
}

fn loaded(text: &str, environment: &[(&str, &str)]) -> Loaded {
    let (_folder, sources) = sources(text, environment);
    load(&sources).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Checks all that is said about a wrong configuration.
fn refused(text: &str, environment: &[(&str, &str)], expected: Expect) {
    let (folder, sources) = sources(text, environment);
    let problems = load(&sources)
        .err()
        .map(|problems| problems.to_string())
        .unwrap_or_default();
    expected.assert_eq(&problems.replace(&format!("{}/", folder.path().display()), ""));
}

#[test]
fn every_default_can_be_read() {
    let config = loaded("", &[]).config;
    assert_eq!(config.gateway.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.limits.address_body.0, 12 * 1024 * 1024);
    assert_eq!(config.limits.prediction_tab_body.0, 8 * 1024 * 1024);
    assert_eq!(config.gateway.prediction_timeout.as_secs(), 40);
    assert_eq!(config.throttle.default_per_second, 200);
}

#[test]
fn addresses_of_back_ends_are_words_networks_or_none() {
    let allowed = |text: &str| {
        let config = loaded(&format!("[gateway]\n{text}\n"), &[]).config;
        config.gateway.backend_allow.show()
    };
    assert_eq!(allowed(""), "auto");
    assert_eq!(allowed("backend_allow = []"), "");
    let all = "backend_allow = ['loopback', 'private', '192.0.2.0/24']";
    assert_eq!(allowed(all), "loopback, private, 192.0.2.0/24");
    let (_folder, sources) = sources("[gateway]\nbackend_allow = ['public']\n", &[]);
    let problem = load(&sources).err().map(|problems| problems.to_string());
    let problem = problem.unwrap_or_default();
    assert!(
        problem.contains("`public`") && problem.contains("`auto`, `loopback`, `private`"),
        "{problem}"
    );
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let text = "[gateway]\nthreads = 1\nlisten = '127.0.0.1:1'\nshutdown_grace = '1s'\n";
    let environment = [
        ("ADYTON_GATEWAY__THREADS", "2"),
        ("ADYTON_GATEWAY__LISTEN", "127.0.0.1:2"),
    ];
    let (_folder, mut sources) = sources(text, &environment);
    sources
        .flags
        .push(("gateway.listen", "--gateway", "127.0.0.1:3".to_owned()));
    let Ok(loaded) = load(&sources) else {
        panic!("it is fine")
    };
    assert_eq!(loaded.config.gateway.listen.port(), 3);
    assert_eq!(loaded.config.gateway.threads, 2);
    assert_eq!(loaded.config.gateway.shutdown_grace.as_secs(), 1);
    assert_eq!(loaded.merged.origin("gateway.listen"), Origin::Flag("--gateway"));
    assert_eq!(
        loaded.merged.origin("gateway.threads"),
        Origin::Environment("ADYTON_GATEWAY__THREADS".to_owned())
    );
    assert!(matches!(
        loaded.merged.origin("gateway.shutdown_grace"),
        Origin::File(_, 4)
    ));
    assert_eq!(loaded.merged.origin("control.listen"), Origin::Default);
}

#[test]
fn the_example_says_the_defaults() {
    let said = super::example::file();
    // Only settings are taken out of their comments: they have no space behind the mark.
    let text: String = said
        .lines()
        .map(|line| {
            line.strip_prefix('#')
                .filter(|rest| !rest.starts_with(' '))
                .unwrap_or(line)
        })
        .map(|line| format!("{line}\n"))
        .collect();
    let (from_example, defaults) = (loaded(&text, &[]), loaded("", &[]));
    assert_eq!(
        format!("{:?}", from_example.config),
        format!("{:?}", defaults.config)
    );
    assert_eq!(
        from_example.merged.said(),
        super::section::settings().count(),
        "every setting is in the example"
    );
    assert_eq!(
        loaded(&said, &[]).merged.said(),
        0,
        "as it is, the example says nothing"
    );
}

#[test]
fn all_problems_are_told_at_once() {
    refused(
        "dtabase_url = 'sqlite'\n[gateway]\nlisten = 'nowhere'\nlimits = 3\nprediction_timeout = 40\n[limits]\naddress_body = '12MB'\nadress_body = 1\n[listen]\ngateway = 'x'\n",
        &[
            ("ADYTON_GATEWAY__TREADS", "2"),
            ("ADYTON_THROTTLE__DEFAULT_PER_SECOND", "-1"),
        ],
        expect![[r#"
            error: adyton.toml:1: unknown key `dtabase_url`
            hint: did you mean `database_url`?
            error: adyton.toml:4: unknown key `gateway.limits`
            hint: did you mean `gateway.listen`?
            error: adyton.toml:8: unknown key `limits.adress_body`
            hint: did you mean `limits.address_body`?
            error: adyton.toml:10: unknown key `listen.gateway`
            hint: `adyton config reference` lists all keys
            error: environment ADYTON_GATEWAY__TREADS: unknown key `gateway.treads`
            hint: did you mean `ADYTON_GATEWAY__THREADS`?
            error: adyton.toml:3: `gateway.listen`: the value `nowhere` is not an address with a port
            hint: write an IP address and a port, such as `127.0.0.1:8080` or `[::]:8080`; port 0 picks a free one; the default is `127.0.0.1:8080`
            error: adyton.toml:5: `gateway.prediction_timeout`: the value `40` has no unit
            hint: write a number with `ms`, `s`, `m`, `h` or `d`, such as `30s`; the default is `40s`
            error: adyton.toml:7: `limits.address_body`: the value `12MB` has the unknown unit `MB` (1 MiB is 1024 × 1024 bytes)
            hint: write bytes, or a number with `KiB`, `MiB` or `GiB`, such as `12MiB`; the default is `12MiB`
            error: environment ADYTON_THROTTLE__DEFAULT_PER_SECOND: `throttle.default_per_second`: the value `-1` is out of range or not a number
            hint: write a whole number from 0 to 4294967295; the default is `200`"#]],
    );
}

#[test]
fn broken_toml_is_told_by_line() {
    refused(
        "[gateway\nlisten = 'x'\nthreads = = 2\n",
        &[],
        expect![[r#"
        error: adyton.toml:1: not TOML: unclosed table, expected `]`
        error: adyton.toml:3: not TOML: extra `=`, expected nothing
        error: adyton.toml:3: not TOML: unexpected key or value, expected newline, `#`
        hint: write `[section]` on a line of its own and `key = value` below it, strings in quotes; `adyton config example` prints a whole file"#]],
    );
}

#[test]
fn a_section_that_there_is_not_is_named_though_it_is_empty() {
    refused(
        "[gatway]\n[limits]\n[weather]\n",
        &[],
        expect![[r#"
        error: adyton.toml:1: unknown section `[gatway]`
        hint: did you mean `[gateway]`?
        error: adyton.toml:3: unknown section `[weather]`
        hint: `adyton config reference` lists all sections"#]],
    );
}

#[test]
fn values_that_contradict_each_other_are_refused() {
    refused(
        "database_url = 'postgres://adyton:hunter2@db/adyton'\n[gateway]\nlisten = '127.0.0.1:9'\n[control]\nlisten = '127.0.0.1:9'\n[limits]\nuri = '2GiB'\nheader = 0\n[journal]\nkeep_bytes = 7\n",
        &[],
        expect![[r#"
            error: adyton.toml:5: `control.listen` and `gateway.listen` are both 127.0.0.1:9
            hint: give the private listener another port
            error: adyton.toml:1: `database_url` names PostgreSQL, and `master_key_file` is not set
            hint: set `master_key_file` to a file that all nodes share: it seals the secrets in the database
            error: adyton.toml:10: `journal.keep_bytes` is 7
            hint: write 1MiB or more
            error: adyton.toml:8: `limits.header` is 0
            hint: write a size from 1 to 1MiB
            error: adyton.toml:7: `limits.uri` is 2GiB
            hint: write a size from 1 to 1MiB"#]],
    );
}

#[test]
fn a_private_listener_that_would_let_nobody_in_is_refused() {
    refused(
        "[control]\nmetrics = 'token'\nsign_ins = 0\n",
        &[],
        expect![[r#"
            error: adyton.toml:2: `control.metrics` is `token`, and `control.metrics_token_file` is not set
            hint: set `control.metrics_token_file` to a file that holds the token
            error: adyton.toml:3: `control.sign_ins` is 0: nobody could sign in
            hint: write 1 or more; the default is 256"#]],
    );
}

#[test]
fn a_database_password_is_never_repeated() {
    refused(
        "",
        &[("ADYTON_DATABASE_URL", "mysql://root:hunter2@db")],
        expect![[r#"
            error: environment ADYTON_DATABASE_URL: `database_url`: the value is neither `sqlite` nor a `postgres://` address
            hint: write `sqlite`, or `postgres://USER:PASSWORD@HOST/DATABASE`; the default is `sqlite`"#]],
    );
    let text = "database_url = 'postgres://adyton:hunter2@db/adyton?x=hunter2'\nmaster_key_file = 'k'\n";
    let config = loaded(text, &[]).config;
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn a_missing_file_is_named() {
    let sources = Sources {
        file: Some("/nowhere/adyton.toml".into()),
        ..Sources::default()
    };
    let problems = load(&sources)
        .err()
        .map(|problems| problems.to_string())
        .unwrap_or_default();
    expect![[r#"
        error: /nowhere/adyton.toml: the configuration file cannot be read: No such file or directory (os error 2)
        hint: name a readable TOML file after --config, or leave the flag out"#]].assert_eq(&problems);
}

#[test]
fn no_text_makes_the_reader_panic() {
    for text in [
        "\u{0}",
        "[",
        "a.b.c = 1",
        "x = [[1]]",
        "a = {b = {c = 1}}",
        "[[gateway]]\nlisten = 1",
        "é = 1",
        "'' = 1",
    ] {
        let mut problems = super::problem::Problems::default();
        file::parse(std::path::Path::new("adyton.toml"), text, &mut problems);
    }
}

#[test]
fn the_reference_page_is_current() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/reference/configuration.md"
    );
    let page = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        page == reference::page(),
        "docs/reference/configuration.md is not current: cargo run -p adyton -- config reference > docs/reference/configuration.md"
    );
}

#[test]
fn the_journal_hides_credentials_in_the_query_by_default() {
    assert_eq!(
        loaded("", &[]).config.journal.hide_query_keys,
        adyton_core::hidden_query::CREDENTIAL_QUERY_KEYS
    );
}

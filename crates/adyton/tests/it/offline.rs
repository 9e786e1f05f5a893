//! Commands that need no server.

use expect_test::expect;

use crate::harness::Place;

#[test]
fn help_names_every_verb() {
    Place::new().check(
        &["--help"],
        expect![[r#"
            exit 0
            --- stdout
            Runs models as real-time services behind an API gateway, and explains every request that it refuses

            Usage: adyton [OPTIONS] <COMMAND>

            Commands:
              serve       Start the server
              demo        Start the server with samples that are deployed and called once
              config      Check, show and document the configuration
              login       Save which server you call, and as whom
              logout      Forget the credentials of the context; its token stops working
              context     Choose between servers, projects and users that `login` has saved
              whoami      Show who you are, where, and for how long
              console     Print a link that signs you in to the web console, once
              status      Show the state of the project: services, calls, refusals, changes
              model       Create, check, import, list, show and delete models
              service     Deploy and run services
              predict     Call a service
              app         Manage apps: credentials for callers without a user
              user        Manage the users of your domain
              role        Grant roles to users, and revoke them
              key         Manage access keys: what users sign requests with
              token       Get tokens for other clients, and revoke them
              project     Create and list projects, which separate teams
              quota       Show and set how many of each kind a project may have
              requests    List the requests that came in, refused or not
              audit       List who changed what, who signed in and what was refused
              explain     Explain why a request was answered as it was
              errors      Show the error catalogue: code, meaning, cause, fix
              sign        Sign a request and show how: canonical request and headers
              version     Show the version of this program
              doctor      Check this installation and say what to fix
              health      Say whether the server that runs on a data folder is ready
              backup      Write everything that a restore needs into one archive
              restore     Restore a backup into an empty or new data folder
              master-key  Change the master key that seals secrets in the database
              completion  Print a script that completes verbs, options and names in a shell
              help        Print this message or the help of the given subcommand(s)

            Options:
              -h, --help     Print help
              -V, --version  Print version

            Everywhere:
                  --json               Print one JSON document, with the field names of the API
                  --context <NAME>     Use this context of `adyton context list` (ADYTON_CONTEXT)
                  --project <NAME|ID>  In this project, instead of the context's: name or id
                  --lang <LANGUAGE>    The language of messages: en or zh (ADYTON_LANG)
        "#]],
    );
}

#[test]
fn nothing_said_shows_the_help() {
    let ran = Place::new().run(&[]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("Usage: adyton"), "{}", ran.stderr);
}

#[test]
fn a_wrong_verb_finds_the_right_one() {
    Place::new().check(
        &["serv"],
        expect![[r#"
            exit 2
            --- stderr
            error: unrecognized subcommand 'serv'

              tip: some similar subcommands exist: 'serve', 'service', 'user'

            Usage: adyton [OPTIONS] <COMMAND>

            For more information, try '--help'.
        "#]],
    );
}

#[test]
fn a_code_shows_its_causes_and_fixes() {
    Place::new().check(&["errors", "APIG.1009"], expect![[r#"
        exit 0
        --- stdout
        APIG.1009 (400) AppKey or AppSecret is invalid
        plane  gateway
        fault  caller
        retry  no: change the request first

        The AppSecret does not belong to the AppKey: it is another app's, or mistyped.

        app.bad_signature  (step authenticate)
          cause  The AppKey is known, but none of the well-known signing mistakes explains the signature. Either the secret is wrong (it was reset, or belongs to another app or environment), or the body, a signed header or the URL was changed after signing.
          fix    Compare the secret with the one that `adyton app create` showed. It is shown only once: if it is lost, `adyton app reset-secret APP` creates a new one, and the old one stops working immediately. If you are sure of it, compare canonical requests: `adyton explain REQUEST_ID` shows the gateway's.

        app.secret_mistake  (step authenticate)
          cause  The AppSecret was changed before use: a line end or a space was read with it, a character was lost, its letter case was changed, it was encoded, or something else was used in its place. The signature matches once that is undone. The explanation names the mistake.
          fix    Use the AppSecret exactly as `adyton app create` showed it, without quotes, spaces and line ends. If it is read from a file or a variable, trim it.

        app.key_pair_unknown  (step authenticate)
          cause  `X-HW-ID` contains an AppKey that no app has: the app was deleted, the key belongs to another installation, or the two headers are swapped.
          fix    Put the AppKey of `adyton app show APP` into `X-HW-ID`, and the AppSecret into `X-HW-AppKey`.

        app.key_pair_mismatch  (step authenticate)
          cause  `X-HW-ID` names an app, but `X-HW-AppKey` is not its AppSecret: it was reset, truncated, or belongs to another app.
          fix    Put the complete AppSecret into `X-HW-AppKey`. If it is lost, `adyton app reset-secret APP` creates a new one, and the old one stops working immediately.
    "#]]);
}

#[test]
fn a_sub_code_shows_its_own_cause() {
    Place::new().check(&["errors", "token.expired"], expect![[r#"
        exit 0
        --- stdout
        APIG.0301 (401) Incorrect IAM authentication information
        plane  gateway
        fault  caller
        retry  no: change the request first

        token.expired  (step authenticate)
          cause  Tokens are valid for 24 hours; this one has expired. A token obtained with another token (method `token`) expires with the first one.
          fix    Get a new one: `adyton login` or `POST /v3/auth/tokens`. Programs should renew when `expires_at` is near, or sign with an access key, which does not expire.
    "#]]);
}

#[test]
fn one_wire_code_may_stand_for_several_statuses() {
    let place = Place::new();
    let codes = place.json(&["errors", "apig.0201"]);
    let statuses: Vec<u64> = codes["errors"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|code| code["status"].as_u64())
        .collect();
    assert_eq!(statuses, [400, 413, 414, 415, 494]);
}

#[test]
fn an_unknown_code_is_wrong_use() {
    let place = Place::new();
    place.check(
        &["errors", "APIG.9998"],
        expect![[r#"
            exit 2
            --- stderr
            error: the catalogue has no code or sub-code `APIG.9998`
            hint: `adyton errors` lists all codes
        "#]],
    );
    place.check(
        &["errors", "token.expird"],
        expect![[r#"
        exit 2
        --- stderr
        error: the catalogue has no code or sub-code `token.expird`
        hint: did you mean `token.expired`?
    "#]],
    );
    place.check(
        &["errors", "colour"],
        expect![[r#"
        exit 2
        --- stderr
        error: the catalogue has no code or sub-code `colour`
        hint: `adyton errors` lists all codes
    "#]],
    );
}

#[test]
fn all_codes_are_listed() {
    let place = Place::new();
    let ran = place.run(&["errors"]);
    assert_eq!(ran.code, 0);
    for part in ["APIG.0101", "APIGW.0301", "ModelArts.3502", "IAM.0061"] {
        assert!(ran.stdout.contains(part), "{part} is not in\n{}", ran.stdout);
    }
}

const SIGN: [&str; 6] = [
    "sign",
    "post",
    "http://127.0.0.1:8080/v1/infers/x?b=2&a=1",
    "--data",
    "{}",
    "--date=20260115T081530Z",
];

#[test]
fn signing_shows_every_step() {
    let place = Place::new()
        .with("ADYTON_ACCESS_KEY", "AK")
        .with("ADYTON_SECRET_KEY", "hunter2");
    place.check(
        &SIGN,
        expect![[r#"
        exit 0
        --- stdout
        canonical request
        POST
        /v1/infers/x/
        a=1&b=2
        host:127.0.0.1:[port]
        x-sdk-date:20260115T081530Z

        host;x-sdk-date
        [digest]

        string to sign
        SDK-HMAC-SHA256
        20260115T081530Z
        [digest]

        headers
        Host: 127.0.0.1:[port]
        X-Sdk-Date: 20260115T081530Z
        Authorization: SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature=[digest]
    "#]],
    );
    let document = place.json(&SIGN);
    assert!(
        document["headers"]["Authorization"]
            .as_str()
            .unwrap()
            .starts_with("SDK-HMAC-SHA256 Access=AK, ")
    );
    assert!(!document.to_string().contains("hunter2"));
}

#[test]
fn signing_needs_a_key_a_url_and_a_date() {
    let place = Place::new();
    place.check(
        &SIGN,
        expect![[r#"
            exit 2
            --- stderr
            error: no access key is set
            hint: set ADYTON_ACCESS_KEY and ADYTON_SECRET_KEY, or create a context with `adyton login`
        "#]],
    );
    let place = Place::new()
        .with("ADYTON_ACCESS_KEY", "AK")
        .with("ADYTON_SECRET_KEY", "hunter2");
    place.check(
        &["sign", "GET", "127.0.0.1/x"],
        expect![[r#"
        exit 2
        --- stderr
        error: `127.0.0.1/x` is not a URL
        hint: write the whole of it: `http://127.0.0.1:[port]/v1/infers/…`
    "#]],
    );
    place.check(
        &["sign", "GET", "http://h/x", "--date", "now"],
        expect![[r#"
        exit 2
        --- stderr
        error: --date now: not a time
        hint: write it as 20260115T081530Z
    "#]],
    );
    place.check(&["sign", "GET", "http://h/x", "--app"], expect![[r#"
        exit 2
        --- stderr
        error: ADYTON_APP_KEY is not set
        hint: `adyton app create` prints an AppKey and its AppSecret; set ADYTON_APP_KEY and ADYTON_APP_SECRET to them
    "#]]);
}

#[test]
fn the_configuration_is_checked_and_shown_with_origins() {
    let place = Place::new()
        .with("ADYTON_GATEWAY__THREADS", "2")
        .with("ADYTON_DATABASE_URL", "postgres://u:hunter2@db/a");
    place.write(
        "adyton.toml",
        "master_key_file = 'key'\n\n[limits]\naddress_body = '1MiB'\n",
    );
    place.check(
        &["config", "check", "--data", "here"],
        expect![[r#"
        exit 0
        --- stdout
        The configuration is valid: adyton.toml was read, 5 settings are set.
    "#]],
    );
    place.check(
        &["config", "show", "--data", "here"],
        expect![[r#"
            exit 0
            --- stdout
            SETTING                       SET BY                               VALUE
            data                          flag --data                          here
            database_url                  environment ADYTON_DATABASE_URL      postgres://u:***@db/a
            master_key_file               adyton.toml:1                        key
            disk_reserve                                                       16MiB
            import_roots
            node                                                               0
            gateway.listen                                                     127.0.0.1:[port]
            gateway.public_url
            gateway.threads               environment ADYTON_GATEWAY__THREADS  2
            gateway.shutdown_grace                                             30s
            gateway.drain_linger                                               2s
            gateway.prediction_timeout                                         40s
            gateway.stream_timeout                                             5m
            gateway.connect_timeout                                            5s
            gateway.body_timeout                                               8s
            gateway.unproven_body_time                                         1m
            gateway.unproven_memory                                            64MiB
            gateway.first_byte_timeout                                         10s
            gateway.head_timeout                                               30s
            gateway.idle_timeout                                               2m
            gateway.write_timeout                                              1m
            gateway.max_connections                                            16384
            gateway.feed_limit                                                 10m
            gateway.backend_allow                                              auto
            gateway.backend_ca_file
            gateway.upstream_idle                                              64
            gateway.keep_encoded_slash                                         false
            gateway.trusted_proxies
            control.listen                                                     127.0.0.1:[port]
            control.max_connections                                            2048
            control.first_byte_timeout                                         10s
            control.head_timeout                                               30s
            control.idle_timeout                                               2m
            control.write_timeout                                              1m
            control.public_url
            control.hosts
            control.trusted_proxies
            control.metrics                                                    loopback
            control.metrics_token_file
            control.sign_ins                                                   256
            control.service_metrics_days                                       90
            auth.app_secret                                                    true
            auth.app_basic                                                     false
            auth.apikey                                                        false
            limits.address_body           adyton.toml:4                        1MiB
            limits.prediction_tab_body                                         8MiB
            limits.uri                                                         32KiB
            limits.header                                                      32KiB
            limits.headers                                                     128KiB
            limits.uploads                                                     100
            limits.uploads_bytes                                               32GiB
            limits.unproven_upload                                             16MiB
            throttle.default_per_second                                        200
            journal.keep_bytes                                                 2GiB
            journal.strangers_bytes                                            256MiB
            journal.strangers_per_second                                       50
            journal.keep_days                                                  30
            journal.keep_free                                                  512MiB
            journal.keep_free_percent                                          10
            journal.hide_query_keys                                            x-auth-token, token, access_token, auth_token, apikey, api_key, api-key, x-api-key, x-apig-appcode, appcode, app_code, app-code, signature, x-hw-appkey, appsecret, app_secret, secret, secret_key, password
            journal.access_log                                                 off
            audit.keep_days                                                    365
            onnx.library
            onnx.isolation                                                     auto
            onnx.memory                                                        0
            onnx.load_memory                                                   0
            onnx.load_stack                                                    8MiB
            onnx.load_timeout                                                  5m
            runtime.run_code                                                   true
            runtime.readable
            runtime.program_ports
            log.filter                                                         info
            log.format                                                         human
        "#]],
    );
    let shown = place.json(&["config", "show"]);
    assert_eq!(shown["gateway.threads"]["value"], "2");
    assert_eq!(
        shown["gateway.threads"]["origin"],
        "environment ADYTON_GATEWAY__THREADS"
    );
    assert_eq!(shown["limits.uri"]["origin"], "default");
}

#[test]
fn a_wrong_configuration_is_wrong_use_everywhere() {
    let place = Place::new().with("ADYTON_GATEWAY__TREADS", "2");
    place.write("adyton.toml", "[gateway]\nlisten = 8080\n");
    let checked = place.told(&place.run(&["config", "check"]));
    expect![[r#"
        exit 2
        --- stderr
        error: environment ADYTON_GATEWAY__TREADS: unknown key `gateway.treads`
        hint: did you mean `ADYTON_GATEWAY__THREADS`?
        error: adyton.toml:2: `gateway.listen`: the value `8080` is not an address with a port
        hint: write an IP address and a port, such as `127.0.0.1:[port]` or `[::]:8080`; port 0 picks a free one; the default is `127.0.0.1:[port]`
    "#]].assert_eq(&checked);
    for verb in ["serve", "demo"] {
        assert_eq!(place.told(&place.run(&[verb])), checked);
    }
    assert!(
        !place.data().exists(),
        "nothing is made before the configuration is known to be right"
    );
}

#[test]
fn doctor_says_what_it_looked_at() {
    let place = Place::new();
    let document = place.json(&["doctor"]);
    let checks: Vec<&str> = document["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|check| check["check"].as_str())
        .collect();
    for wanted in [
        "configuration",
        "data folder",
        "ports",
        "ONNX",
        "kernel",
        "clock",
        "server",
    ] {
        assert!(checks.contains(&wanted), "{wanted} is not among {checks:?}");
    }
}

/// What doctor notes of the private listener.
fn notes_of_control(config: &str) -> Vec<String> {
    let place = Place::new();
    place.write("adyton.toml", config);
    let document = place.json(&["doctor", "--config", "adyton.toml"]);
    document["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["check"] == "control")
        .map(|check| check["fix"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn doctor_says_who_would_be_refused_by_the_private_listener() {
    let ports = "[gateway]\nlisten = '127.0.0.1:0'\n";
    let on_loopback = format!("{ports}[control]\nlisten = '127.0.0.1:0'\n");
    assert_eq!(notes_of_control(&on_loopback), Vec::<String>::new());
    let open = notes_of_control(&format!("{ports}[control]\nlisten = '0.0.0.0:0'\n"));
    assert!(open.iter().any(|fix| fix.contains("control.hosts")), "{open:?}");
    assert!(open.iter().any(|fix| fix.contains("control.metrics")), "{open:?}");
    let set = "listen = '0.0.0.0:0'\nhosts = ['adyton']\nmetrics = 'open'\n";
    assert_eq!(
        notes_of_control(&format!("{ports}[control]\n{set}")),
        Vec::<String>::new()
    );
    let proxied = format!("{ports}trusted_proxies = ['10.0.0.0/8']\n[control]\nlisten = '127.0.0.1:0'\n");
    let proxied = notes_of_control(&proxied);
    assert!(
        proxied.iter().any(|fix| fix.contains("control.trusted_proxies")),
        "{proxied:?}"
    );
}

/// A name behind a proxy or NAT need not lead anywhere from the server itself.
#[test]
fn doctor_tells_a_public_address_that_this_machine_cannot_reach_from_a_gateway_that_is_down() {
    let place = Place::new();
    place.write("adyton.toml", "[gateway]\npublic_url = 'http://127.0.0.1:1'\n");
    let server = place.serve(&[]);
    let document = place.json(&["doctor"]);
    let checks = document["checks"].as_array().unwrap();
    let found = |check: &str, what: &str| {
        let mut all = checks.iter().filter(|found| found["check"] == check);
        all.find(|found| found["found"].as_str().unwrap().contains(what))
            .unwrap_or_else(|| panic!("{check}, {what}: {document}"))
    };
    let listens = server.ready["gateway_listens"].as_str().unwrap();
    assert_eq!(found("server", listens)["verdict"], "fine");
    let public = found("public url", "http://127.0.0.1:1 (gateway.public_url)");
    assert_eq!(public["verdict"], "note");
    let fix = public["fix"].as_str().unwrap();
    assert!(
        fix.contains("curl http://127.0.0.1:1/healthz/ready") && !fix.contains("adyton serve"),
        "{fix}"
    );
}

#[test]
fn doctor_finds_a_data_folder_that_others_can_read_and_closes_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    std::fs::create_dir(place.data()).unwrap();
    std::fs::set_permissions(place.data(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let free = ["--gateway", "127.0.0.1:0", "--control", "127.0.0.1:0"];
    let found = place.run(&[["doctor"].as_slice(), &free].concat());
    assert_eq!(found.code, 1);
    assert!(
        found.stdout.contains("has mode 0755") && found.stdout.contains("fix: chmod 0700"),
        "{}",
        found.stdout
    );
    // Without a library to fetch, so that nothing is asked of the network.
    let fixed = place.with("ADYTON_ONNX__LIBRARY", "builtin");
    let ran = fixed.run(&[["doctor", "--fix"].as_slice(), &free].concat());
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(
        std::fs::metadata(fixed.data()).unwrap().permissions().mode() & 0o777,
        0o700
    );
}

#[test]
fn a_code_is_shown_in_chinese_where_it_is_asked_for() {
    Place::new().check(&["--lang", "zh", "errors", "token.expired"], expect![[r#"
        exit 0
        --- stdout
        APIG.0301 (401) Incorrect IAM authentication information
        plane  gateway
        fault  caller
        retry  否：请先修改请求

        token.expired（步骤 authenticate）
          原因   令牌的有效期为 24 小时，该令牌已过期。用另一个令牌（`token` 方式）获取的令牌与原令牌同时过期。
          处理   重新获取：`adyton login` 或 `POST /v3/auth/tokens`。程序应在 `expires_at` 临近时更新令牌，或使用不会过期的访问密钥签名。
    "#]]);
    let locale = Place::new().with("LANG", "zh_CN.UTF-8");
    let ours = Place::new()
        .with("LANG", "en_US.UTF-8")
        .with("ADYTON_LANG", "zh-CN");
    for place in [&locale, &ours] {
        let ran = place.run(&["errors", "token.expired"]);
        assert!(ran.stdout.contains("令牌的有效期为 24 小时"), "{}", ran.stdout);
    }
    locale.check(
        &["errors", "token.expird"],
        expect![[r#"
        exit 2
        --- stderr
        错误：错误码目录中没有错误码或子错误码 `token.expird`
        提示：您是否要查 `token.expired`？
    "#]],
    );
}

#[test]
fn documents_and_other_locales_are_english() {
    let english = Place::new();
    let chinese = Place::new().with("LANG", "zh_CN.UTF-8");
    for arguments in [
        &["errors", "token.expired", "--json"],
        &["errors", "nothing", "--json"],
    ] {
        let (one, other) = (english.run(arguments), chinese.run(arguments));
        assert_eq!((one.stdout, one.stderr), (other.stdout, other.stderr));
    }
    let german = Place::new().with("LANG", "de_DE.UTF-8");
    let ran = |place: &Place| place.run(&["errors", "APIG.1009"]).stdout;
    assert_eq!(ran(&german), ran(&english));
    let unknown = english.run(&["--lang", "fr", "errors"]);
    assert_eq!(unknown.code, 2);
    assert!(
        unknown
            .stderr
            .contains("`fr` is not a language of Adyton: en, zh"),
        "{}",
        unknown.stderr
    );
}

//! Programs behind the gateway: what they see, what comes back, and how connections to them are used.

use std::time::{Duration, Instant};

use adyton_core::endpoint::Address;
use adyton_core::id::{InstanceId, ModelId};
use adyton_core::usage::InstanceUsage;
use adyton_gateway::Metrics;
use adyton_runtime::targets::{Instance, ServiceTargets, Target, Unavailable, VersionTargets};

use crate::client::Ask;
use crate::model::{Act, Program, answer, ok};
use crate::world::{ACCESS, APP_CODE, INSTANCE, MODEL, SECRET, SERVICE, World, path};

#[test]
fn a_program_sees_its_own_path_the_query_and_who_called() {
    let world = World::new();
    let program = Program::echo();
    world.runs_at(program.address);
    let ask = Ask {
        target: path("/any?b=2&a=%20x"),
        ..world.call()
    }
    .header("X-Kept", "1")
    .header("Cookie", "a=1; adyton_session=s");
    let reply = world.ask(&ask);
    let seen = &program.seen()[0];
    assert_eq!(seen.line, "POST /any?b=2&a=%20x HTTP/1.1");
    assert_eq!(seen.header("x-kept"), Some("1"));
    assert_eq!(seen.header("cookie"), Some("a=1"));
    assert_eq!(seen.header("x-auth-token"), None);
    assert_eq!(seen.header("x-forwarded-for"), Some("127.0.0.1"));
    assert_eq!(seen.header("x-forwarded-host"), Some("gateway.test"));
    assert_eq!(seen.header("x-forwarded-proto"), Some("http"));
    assert_eq!(seen.header("host"), Some(program.address.to_string().as_str()));
    assert_eq!(seen.header("x-request-id"), Some(reply.header("x-request-id")));
    let record = world.record(&reply);
    assert_eq!((record.model, record.instance), (Some(MODEL), Some(INSTANCE)));
    let parts = record.head_us.zip(record.body_us);
    assert!(
        parts.is_some_and(|(head, body)| head + body + record.model_us <= record.took_us + 2),
        "the times of the steps are parts of the whole: {record:?}"
    );
    assert_eq!(
        (record.request_bytes, record.response_bytes),
        (2, reply.body.len() as u64)
    );
}

#[test]
fn names_that_programs_misread_stay_here_and_are_named() {
    let world = World::new();
    let program = Program::echo();
    world.runs_at(program.address);
    let ask = world
        .call()
        .header("X_Forwarded_For", "1.2.3.4")
        .header("X_Adyton_Caller", "admin")
        .header("Transfer_Encoding", "chunked")
        .header("api_key", "mine")
        .header("X.Real.IP", "1.2.3.4")
        .header("Proxy", "http://evil.test")
        .header("True-Client-IP", "1.2.3.4")
        .header("X-Original-URL", "/admin")
        .header("X-Forwarded-Prefix", "/evil")
        .header("X-Kept", "1");
    let reply = world.ask(&ask);
    assert_eq!(reply.status, 200);
    let seen = &program.seen()[0];
    let all = seen.headers.join("\n").to_ascii_lowercase();
    for gone in [
        "_",
        "proxy:",
        "x.real",
        "true-client",
        "x-original",
        "1.2.3.4",
        "evil",
    ] {
        assert!(!all.contains(gone), "{gone}: {all}");
    }
    assert_eq!(seen.header("x-kept"), Some("1"));
    assert_eq!(seen.header("x-forwarded-prefix"), Some(path("").as_str()));
    let record = world.record(&reply);
    let adyton_core::evidence::Evidence::Dropped { headers, .. } = &record.evidence else {
        panic!("{:?}", record.evidence);
    };
    let expected = [
        "x_forwarded_for",
        "x_adyton_caller",
        "transfer_encoding",
        "api_key",
        "x.real.ip",
        "proxy",
    ];
    assert_eq!(headers, &expected);
    assert_eq!(world.ask(&world.call()).status, 200);
    let counted = format!("\n{} 1\n", adyton_gateway::DROPPED_HEADERS);
    assert!(
        world.gateway.metrics().render().contains(&counted),
        "once a request, and not of every one"
    );
}

#[test]
fn a_redirect_of_a_program_leads_back_to_the_service() {
    let redirects =
        |settings: fn(&mut adyton_gateway::GatewaySettings), more: &[(&str, &str)], to: &'static str| {
            let world = World::with(settings);
            let program = Program::start(move |seen| {
                let own = seen.header("host").unwrap_or_default();
                let headers = format!("Location: {}\r\n", to.replace("{own}", own));
                Act::Say(answer("307 Temporary Redirect", &headers, ""))
            });
            world.runs_at(program.address);
            let ask = more
                .iter()
                .fold(world.call(), |ask, (name, value)| ask.header(name, *value));
            let reply = world.ask(&ask);
            assert_eq!(reply.status, 307);
            reply.header("location").to_owned()
        };
    let alone = |_: &mut adyton_gateway::GatewaySettings| {};
    let behind = |settings: &mut adyton_gateway::GatewaySettings| {
        settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    };
    let named = |settings: &mut adyton_gateway::GatewaySettings| {
        settings.public_url = Some("https://api.example".to_owned());
    };
    let forwarded = [
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "ml.example"),
        ("X-Forwarded-Prefix", "/ml"),
    ];
    let base = path("");
    for (got, expected) in [
        (
            redirects(alone, &[], "http://{own}/a/"),
            format!("http://gateway.test{base}/a/"),
        ),
        (
            redirects(alone, &forwarded, "http://{own}/a/"),
            format!("http://gateway.test{base}/a/"),
        ),
        (
            redirects(behind, &forwarded, "http://{own}/a/"),
            format!("https://ml.example/ml{base}/a/"),
        ),
        (
            redirects(behind, &forwarded, "/login"),
            format!("/ml{base}/login"),
        ),
        (
            redirects(named, &[], "http://{own}/a/"),
            format!("https://api.example{base}/a/"),
        ),
        (redirects(alone, &[], "/login"), format!("{base}/login")),
        (
            redirects(alone, &[], "https://elsewhere.test/"),
            "https://elsewhere.test/".to_owned(),
        ),
    ] {
        assert_eq!(got, expected);
    }
}

#[test]
fn an_encoded_slash_is_a_slash_and_what_must_be_encoded_is() {
    let world = World::new();
    let program = Program::echo();
    world.runs_at(program.address);
    let reply = world.ask(&Ask {
        target: path("%2Fa%2fb%20c"),
        ..world.call()
    });
    assert_eq!(reply.text(), "POST /a/b%20c HTTP/1.1 2");
    let keeping = World::with(|settings| settings.encoded_slash = adyton_sign::EncodedSlash::Keep);
    keeping.runs_at(program.address);
    let reply = keeping.ask(&Ask {
        target: path("/a%2fb%20c"),
        ..keeping.call()
    });
    assert_eq!(reply.reason(), "route.undeclared_path");
}

#[test]
fn an_answer_passes_untouched_but_for_what_only_the_gateway_may_say() {
    let world = World::new();
    let program = Program::start(|_| {
        let headers = "Content-Type: text/x-poem\r\nX-Adyton-Reason: app.locked\r\nX-Adyton-Answered-By: gateway\r\n\
                       X-Apig-RateLimit-api-allenv: remain:9,limit:9,time:1 second\r\nX-Apig-Latency: 1\r\n\
                       X-Request-Id: mine\r\nSet-Cookie: a=1\r\nConnection: X-Hop\r\nX-Hop: 1\r\n";
        Act::Say(answer("418 I'm a teapot", headers, "short and stout"))
    });
    world.runs_at(program.address);
    let reply = world.ask(&world.call());
    assert_eq!((reply.status, reply.text()), (418, "short and stout"));
    assert_eq!(reply.header("content-type"), "text/x-poem");
    assert_eq!(reply.header("x-adyton-answered-by"), "model");
    assert_eq!(reply.header("set-cookie"), "a=1");
    for absent in ["x-adyton-reason", "x-hop", "connection", "x-apig-latency"] {
        assert_eq!(reply.header(absent), "", "{absent}");
    }
    assert_ne!(
        reply.header("x-apig-ratelimit-api-allenv"),
        "remain:9,limit:9,time:1 second"
    );
    assert_eq!(reply.header("x-request-id").len(), 32);
    let record = world.record(&reply);
    assert_eq!(
        (record.reason, record.status, record.answered_by.name()),
        (None, 418, "model")
    );
}

#[test]
fn every_way_of_showing_who_one_is_reaches_the_model_as_nothing() {
    let world = World::new();
    let program = Program::echo();
    world.runs_at(program.address);
    let bare = || Ask::new("POST", path("")).body("{}");
    let ways = [
        world.signed(bare(), ACCESS, SECRET),
        bare().header("X-Apig-AppCode", APP_CODE),
        bare()
            .header("X-HW-ID", crate::world::APP_KEY)
            .header("X-HW-AppKey", crate::world::APP_SECRET),
        world.call(),
    ];
    for way in ways {
        assert_eq!(world.ask(&way).status, 200);
    }
    let secrets = [SECRET, APP_CODE, crate::world::APP_SECRET, "SDK-HMAC", ACCESS];
    for seen in program.seen() {
        let all = seen.headers.join("\n");
        assert!(!secrets.iter().any(|secret| all.contains(secret)), "{all}");
    }
    // An authorisation that is not ours is the model's.
    world.ask(&world.call().header("Authorization", "Bearer of-the-model"));
    assert_eq!(
        program.seen().last().unwrap().header("authorization"),
        Some("Bearer of-the-model")
    );
}

#[test]
fn connections_to_a_program_are_kept() {
    let world = World::new();
    let program = Program::echo();
    world.runs_at(program.address);
    let mut client = world.client();
    for _ in 0..10 {
        client.send(world.call().bytes());
        assert_eq!(client.read().status, 200);
    }
    assert_eq!(program.connections(), 1);
}

/// A program that closes its connection while the second request is on its way.
fn forgetful() -> Program {
    Program::start(|seen| match seen.number {
        1 => ok("first"),
        _ => Act::SayAndClose(Vec::new()),
    })
}

#[test]
fn a_kept_connection_that_closes_is_replaced_when_nothing_can_happen_twice() {
    let world = World::new();
    let program = forgetful();
    world.runs_at(program.address);
    let get = Ask::new("GET", path("/only/get")).header("X-Auth-Token", world.token());
    for _ in 0..4 {
        let reply = world.ask(&get);
        assert_eq!((reply.status, reply.text()), (200, "first"));
    }
    assert!(program.connections() >= 4);
}

#[test]
fn a_prediction_that_may_have_begun_is_not_sent_twice() {
    let world = World::new();
    let program = forgetful();
    world.runs_at(program.address);
    assert_eq!(world.ask(&world.call()).status, 200);
    let reply = world.ask(&world.call());
    assert_eq!((reply.status, reply.reason()), (500, "instance.closed"));
    assert_eq!(program.seen().len(), 2);
}

#[test]
fn a_connection_that_closed_while_idle_is_not_used() {
    let world = World::new();
    let program = Program::start(|_| Act::SayAndClose(answer("200 OK", "", "once")));
    world.runs_at(program.address);
    for number in 1..=20 {
        assert_eq!(world.ask(&world.call()).status, 200);
        program.wait_until_left(number);
    }
}

#[test]
fn a_stream_arrives_piece_by_piece() {
    let world = World::new();
    let pieces = vec![
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec(),
        b"9\r\ndata: 1\n\n\r\n".to_vec(),
        b"b\r\ndata: 2\r\n\r\n\r\n".to_vec(),
        b"0\r\n\r\n".to_vec(),
    ];
    let program = Program::start(move |_| Act::Stream(pieces.clone()));
    world.runs_at(program.address);
    let mut client = world.client();
    client.send(world.call().bytes());
    program.wait_until_asked(1);
    program.release();
    program.release();
    // The first event is here while the model still works on the second.
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        head.push_str(&client.line().expect("a head"));
    }
    assert!(head.contains("text/event-stream"), "{head}");
    let start = Instant::now();
    assert_eq!(
        (client.line().as_deref(), client.take(11)),
        (Some("9\r\n"), Some(b"data: 1\n\n\r\n".to_vec()))
    );
    assert!(start.elapsed().as_secs() < 5);
    assert!(world.records().is_empty(), "the request has not ended");
    program.release();
    program.release();
    assert_eq!(
        (client.line().as_deref(), client.take(13)),
        (Some("B\r\n"), Some(b"data: 2\r\n\r\n\r\n".to_vec()))
    );
    assert_eq!(client.line().as_deref(), Some("0\r\n"));
    crate::model::wait_for("the record", || world.records().len() == 1);
    assert_eq!(world.records()[0].response_bytes, 20);
}

#[test]
fn what_comes_behind_a_body_reaches_callers_who_read_it() {
    let says = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Checksum\r\n\r\n\
        4\r\nbody\r\n0\r\nX-Checksum: 1f\r\nX-Adyton-Reason: lie\r\n\r\n";
    for (takes, expected) in [(true, "0\r\nx-checksum: 1f\r\n\r\n"), (false, "0\r\n\r\n")] {
        let world = World::new();
        let program = Program::start(move |_| Act::Say(says.to_vec()));
        world.runs_at(program.address);
        let mut client = world.client();
        let ask = match takes {
            true => world.call().header("TE", "trailers").header("Connection", "TE"),
            false => world.call(),
        };
        client.send(ask.bytes());
        let mut answer = String::new();
        while !answer.ends_with(expected) {
            answer.push_str(&client.line().expect("the rest"));
        }
        assert!(answer.contains("\r\n4\r\nbody\r\n0\r\n"), "{answer}");
        assert_eq!(program.seen()[0].header("te"), takes.then_some("trailers"));
        // The connection takes another request.
        client.send(world.call().bytes());
        program.wait_until_asked(2);
        assert_eq!(program.connections(), 1);
    }
}

#[test]
fn an_instance_is_called_below_its_base_path() {
    let world = World::new();
    let program = Program::start(|seen| {
        let own = seen.header("host").unwrap_or_default();
        let headers = format!("Location: http://{own}/v1/iris/next\r\n");
        Act::Say(answer("201 Created", &headers, &seen.line))
    });
    let address: Address = format!("http://{}/v1/iris/", program.address).parse().unwrap();
    world.runs(Target::from(address));
    let reply = world.ask(&world.call());
    assert_eq!(reply.body, b"POST /v1/iris/ HTTP/1.1");
    assert_eq!(
        reply.header("location"),
        format!("http://gateway.test{}/next", path(""))
    );
    let mut below = world.call();
    below.target = path("/a/b%20c?q=1");
    assert_eq!(world.ask(&below).body, b"POST /v1/iris/a/b%20c?q=1 HTTP/1.1");
}

#[test]
fn an_instance_is_called_over_a_unix_socket() {
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("model.sock");
    let listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let instance = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = listener.accept().unwrap();
        // Two calls on one connection.
        for _ in 0..2 {
            let mut request = Vec::new();
            while !request.ends_with(b"{}") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                request.push(byte[0]);
            }
            let request = String::from_utf8(request).unwrap().to_lowercase();
            assert!(request.contains("\r\nhost: localhost\r\n"), "{request}");
            stream.write_all(&answer("200 OK", "", "by socket")).unwrap();
        }
    });
    let address: Address = format!("unix:{}", socket.display()).parse().unwrap();
    world.runs(Target::from(address));
    for _ in 0..2 {
        let reply = world.ask(&world.call());
        assert_eq!(
            (reply.status, reply.body.as_slice()),
            (200, b"by socket".as_slice())
        );
    }
    instance.join().unwrap();
    let gone = format!("unix:{}/none.sock", folder.path().display());
    world.runs(Target::from(gone.parse::<Address>().unwrap()));
    assert_eq!(world.ask(&world.call()).reason(), "instance.refused");
}

#[test]
fn a_stream_that_breaks_off_does_not_look_whole() {
    let world = World::new();
    let program = Program::start(|_| {
        Act::SayAndClose(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n".to_vec())
    });
    world.runs_at(program.address);
    let mut client = world.client();
    client.send(world.call().bytes());
    assert!(client.read_after("POST").is_none(), "the last chunk never comes");
    crate::model::wait_for("the record", || world.records().len() == 1);
    let record = &world.records()[0];
    assert_eq!(
        (record.status, record.reason.unwrap().sub_code()),
        (200, "instance.closed")
    );
    assert_eq!(world.tally.calls().failed, 1);
}

#[test]
fn a_short_answer_that_breaks_off_is_refused() {
    let world = World::new();
    let program =
        Program::start(|_| Act::SayAndClose(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".to_vec()));
    world.runs_at(program.address);
    assert_eq!(world.ask(&world.call()).reason(), "instance.closed");
}

#[test]
fn a_long_answer_passes_whole() {
    let world = World::new();
    let body = "0123456789".repeat(300_000);
    let long = body.clone();
    let program = Program::start(move |_| ok(&long));
    world.runs_at(program.address);
    let mut client = world.client();
    for _ in 0..3 {
        client.send(world.call().bytes());
        let reply = client.read();
        assert_eq!(reply.header("content-length"), "3000000");
        assert!(reply.body == body.as_bytes());
    }
    assert_eq!(program.connections(), 1);
}

#[test]
fn weights_choose_among_the_versions_that_declare_the_path() {
    let world = World::new();
    let (one, two) = (Program::echo(), Program::echo());
    let other = ModelId::from_bits(0x99);
    // The second version declares nothing that the service's routes name, so it gets nothing.
    let versions = vec![
        VersionTargets {
            model: MODEL,
            weight: 10,
            instances: vec![Instance::new(
                INSTANCE,
                MODEL,
                Target::from(one.address),
                world.tally.clone(),
            )],
            routes: std::sync::Arc::default(),
        },
        VersionTargets {
            model: other,
            weight: 90,
            instances: vec![Instance::new(
                InstanceId::from_bits(1),
                other,
                Target::from(two.address),
                world.tally.clone(),
            )],
            routes: std::sync::Arc::default(),
        },
    ];
    let targets = ServiceTargets {
        versions,
        otherwise: Unavailable::NoInstance,
    };
    world.targets.publish(SERVICE, Some(targets));
    for _ in 0..10 {
        assert_eq!(world.ask(&world.call()).status, 200);
    }
    assert_eq!((one.seen().len(), two.seen().len()), (10, 0));
}

#[test]
fn what_instances_take_is_in_the_metrics_by_their_names() {
    let world = World::new();
    let usage = |number: u128, memory| InstanceUsage {
        instance: InstanceId::from_bits(number),
        service: SERVICE,
        model: MODEL,
        age: Duration::from_secs(10),
        cpu: Duration::from_millis(1_500),
        memory,
    };
    *world.seen.usage.lock().unwrap() = vec![usage(1, Some(4096)), usage(2, None)];
    let page = Metrics::render_usage(&world.cell.load(), &*world.seen);
    let line = |name: &str, number: u128, value: &str| {
        let instance = InstanceId::from_bits(number);
        page.lines().any(|line| {
            line.starts_with(name)
                && line.contains(&format!("instance_id=\"{instance}\""))
                && line.ends_with(&format!("}} {value}"))
        })
    };
    assert!(line("adyton_instance_cpu_seconds_total{", 1, "1.5"), "{page}");
    assert!(line("adyton_instance_cpu_seconds_total{", 2, "1.5"), "{page}");
    assert!(line("adyton_instance_memory_bytes{", 1, "4096"), "{page}");
    assert!(!page.contains(&format!("memory_bytes{{{}", InstanceId::from_bits(2))));
    *world.seen.usage.lock().unwrap() = (0..1_500).map(|number| usage(number, None)).collect();
    let page = Metrics::render_usage(&world.cell.load(), &*world.seen);
    let series = page
        .lines()
        .filter(|line| line.starts_with("adyton_instance_cpu"));
    assert_eq!(series.count(), 1_000, "there is a bound");
}

#[test]
fn latencies_are_told_to_who_asks() {
    let world = World::new();
    let program = Program::echo();
    world.runs_at(program.address);
    assert_eq!(world.ask(&world.call()).header("x-apig-latency"), "");
    let reply = world.ask(&world.call().header("X-Apig-Mode", "debug"));
    assert_eq!(
        (
            reply.header("x-apig-latency"),
            reply.header("x-apig-upstream-latency")
        ),
        ("0", "0")
    );
}

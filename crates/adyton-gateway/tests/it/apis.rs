//! APIs that are no services: found by the domain name of their group, with an HTTP back end or a fixed answer, through the
//! whole pipeline.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use adyton_core::api::{
    Api, Backend, Callers, FixedAnswer, Group, HttpBackend, Member, Members, Method, PathPattern,
};
use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::explain::{Part, Reader, explain};
use adyton_core::id::{ApiId, AuthorisationId, GroupId, ProjectId};
use adyton_core::live::Change;
use adyton_core::record::AnsweredBy;
use adyton_core::sample;
use adyton_core::tenant::Authorisation;
use adyton_core::throttled::ThrottleSetting;
use adyton_gateway::settings::{GatewaySettings, Outgoing};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::client::{Ask, Reply};
use crate::model::{Act, Program, answer, wait_for};
use crate::world::{APP, APP_CODE, APP_SECRET, PROJECT, STRANGER_KEY, World, path};

const GROUP: GroupId = GroupId::from_bits(0x20);
const API: ApiId = ApiId::from_bits(0x21);
/// The host that the tests' client names.
const HOST: &str = "gateway.test";

/// An API at `POST /shop/{item}`.
pub(crate) fn api(backend: Backend) -> Api {
    Api {
        id: API,
        project: PROJECT,
        group: GROUP,
        method: Method::Only("POST".into()),
        path: PathPattern::new("/shop/{item}"),
        ..sample::api(backend)
    }
}

pub(crate) fn http(address: SocketAddr) -> Backend {
    at(&format!("http://{address}/base"))
}

fn at(address: &str) -> Backend {
    Backend::Http(HttpBackend {
        members: Members::Single(address.parse().unwrap()),
    })
}

fn fixed(body: &'static str) -> Backend {
    let mut headers = HeaderMap::new();
    headers.insert("x-mock", HeaderValue::from_static("yes"));
    Backend::Fixed(FixedAnswer {
        status: StatusCode::CREATED,
        headers,
        body: body.as_bytes().into(),
    })
}

/// A world with a group at the client's host, and these APIs.
pub(crate) fn world(apis: impl IntoIterator<Item = Api>) -> World {
    let world = World::new();
    publish(&world, apis);
    world
}

fn publish(world: &World, apis: impl IntoIterator<Item = Api>) {
    world.apply([Change::Group(Group {
        id: GROUP,
        project: PROJECT,
        name: "group".into(),
        domains: vec![HOST.into()],
    })]);
    world.apply(apis.into_iter().map(|api| Change::Api(Box::new(api))));
}

pub(crate) fn call(world: &World, target: &str) -> Ask {
    Ask::new("POST", target)
        .header("X-Auth-Token", world.token())
        .body("{}")
}

#[test]
fn no_api_answers_whoever_shows_no_credentials() {
    let world = world([]);
    for bits in 0..8_u8 {
        let callers = Callers {
            iam: bits & 1 != 0,
            app: bits & 2 != 0,
            app_code: bits & 4 != 0,
        };
        publish(
            &world,
            [Api {
                callers,
                ..api(fixed("made"))
            }],
        );
        let reply = world.ask(&Ask::new("POST", "/shop/1").body("{}"));
        assert_eq!(reply.status, 401, "{callers:?}: {}", reply.text());
    }
    let reply = World::new().ask(&Ask::new("POST", path("")).body("{}"));
    assert_eq!(reply.status, 401, "a service: {}", reply.text());
}

#[test]
fn an_http_back_end_gets_the_call_and_its_answer_comes_back() {
    let program = Program::start(|_| {
        let location = "Location: /elsewhere\r\nX-Own: 1\r\n";
        Act::Say(answer("201 Created", location, "made"))
    });
    let world = world([api(http(program.address))]);
    let reply = world.ask(&call(&world, "/shop/a%20b?n=1"));
    assert_eq!((reply.status, reply.text()), (201, "made"));
    assert_eq!(reply.header("x-own"), "1");
    assert_eq!(reply.header("location"), "/elsewhere");
    let seen = program.seen();
    assert_eq!(seen[0].line, "POST /base/shop/a%20b?n=1 HTTP/1.1");
    assert_eq!(seen[0].header("x-auth-token"), None, "credentials stay here");
    assert_eq!(seen[0].header("x-forwarded-host"), Some(HOST));
    assert_eq!(seen[0].body, b"{}");
    let record = world.record(&reply);
    assert_eq!(
        (record.api, record.project, record.service),
        (Some(API), Some(PROJECT), None)
    );
    assert_eq!((record.reason, record.instance), (None, None));
    assert_eq!(record.caller.map(|caller| caller.name).as_deref(), Some("admin"));
}

#[test]
fn every_step_is_about_the_api() {
    let program = Program::echo();
    let limited = Api {
        calls_per_second: Some(1),
        ..api(http(program.address))
    };
    let world = world([limited.clone()]);
    let refused = |ask: &Ask| {
        let reply = world.ask(ask);
        (reply.status, reply.reason().to_owned())
    };
    let reason = |status: u16, reason: Reason| (status, reason.sub_code().to_owned());
    let bare = || Ask::new("POST", "/shop/x").body("{}");
    // Route.
    let mut wrong = call(&world, "/shop/x");
    wrong.method = "GET".into();
    assert_eq!(refused(&wrong), reason(404, Reason::RouteWrongMethod));
    assert_eq!(
        refused(&call(&world, "/shop/x/y")),
        reason(404, Reason::RouteNotAnApiAddress)
    );
    let staged = call(&world, "/shop/x").header("X-Stage", "TEST");
    assert_eq!(refused(&staged), reason(404, Reason::RouteNotInStage));
    // Authenticate: what the API accepts.
    assert_eq!(refused(&bare()), reason(401, Reason::CredentialsMissing));
    let closed = Api {
        callers: Callers {
            iam: true,
            app: false,
            app_code: false,
        },
        ..limited.clone()
    };
    world.apply([Change::Api(Box::new(closed))]);
    let with_code = || bare().header("X-Apig-AppCode", APP_CODE);
    assert_eq!(refused(&with_code()), reason(401, Reason::CredentialsNotAccepted));
    world.apply([Change::Api(Box::new(limited))]);
    // Authorise: apps for the API.
    assert_eq!(refused(&with_code()), reason(403, Reason::AppNotAuthorised));
    world.apply([Change::Authorisation(Authorisation {
        id: AuthorisationId::from_bits(9),
        app: APP,
        api: API,
        created_at: world.clock.now(),
    })]);
    let stranger = world.signed(bare(), STRANGER_KEY, APP_SECRET);
    assert_eq!(refused(&stranger), reason(403, Reason::AppNotAuthorised));
    // Throttle: the API's own limit, which nobody has used so far.
    assert_eq!(refused(&with_code()), (200, String::new()));
    let reply = world.ask(&with_code());
    assert_eq!(
        (reply.status, reply.reason()),
        (429, Reason::ThrottleApi.sub_code())
    );
    let record = world.record(&reply);
    assert!(matches!(
        record.evidence,
        Evidence::Throttle {
            setting: ThrottleSetting::CallsPerSecond,
            ..
        }
    ));
    assert_eq!(program.seen().len(), 1);
}

#[test]
fn a_fixed_answer_is_given_by_the_gateway() {
    let world = world([api(fixed("made up"))]);
    let reply = world.ask(&call(&world, "/shop/x"));
    assert_eq!(
        (reply.status, reply.text(), reply.header("x-mock")),
        (201, "made up", "yes")
    );
    assert_eq!(reply.header("x-adyton-answered-by"), "gateway");
    let record = world.record(&reply);
    assert_eq!((record.api, record.answered_by), (Some(API), AnsweredBy::Gateway));
    assert_eq!(world.ask(&Ask::new("POST", "/shop/x").body("{}")).status, 401);
}

#[test]
fn what_is_more_exact_wins_and_what_is_taken_back_is_gone() {
    let one = |number: u128, method: &str, path: &str, body: &'static str| Api {
        id: ApiId::from_bits(0x100 + number),
        method: Method::declared(method),
        path: PathPattern::new(path),
        ..api(fixed(body))
    };
    let world = world([
        one(0, "POST", "/a/*", "prefix"),
        one(1, "POST", "/a/{x}", "parameter"),
        one(2, "ANY", "/a/b", "exact, any"),
        one(3, "POST", "/a/b", "exact"),
    ]);
    let said = |target: &str| world.ask(&call(&world, target)).text().to_owned();
    assert_eq!(said("/a/b"), "exact");
    assert_eq!(said("/a/c"), "parameter");
    assert_eq!(said("/a/c/d"), "prefix");
    world.apply([Change::ApiGone(ApiId::from_bits(0x103))]);
    assert_eq!(said("/a/b"), "exact, any");
    world.apply([Change::ApiGone(ApiId::from_bits(0x102))]);
    assert_eq!(said("/a/b"), "parameter");
}

#[test]
fn a_host_finds_its_group_however_it_is_written_and_others_find_services() {
    let world = world([api(fixed("api"))]);
    let ask = |host: &str, target: &str| {
        let mut ask = call(&world, target).bare();
        ask = ask.header("Host", host).header("Content-Length", "2");
        world.ask(&ask)
    };
    for host in ["gateway.test", "GATEWAY.Test:8080"] {
        assert_eq!(ask(host, "/shop/x").text(), "api", "{host}");
    }
    let elsewhere = ask("other.test", "/shop/x");
    assert_eq!(elsewhere.reason(), Reason::RouteNotAnApiAddress.sub_code());
    let program = Program::echo();
    world.runs_at(program.address);
    assert_eq!(ask("other.test", &path("")).status, 200);
    let hidden = ask("gateway.test", &path(""));
    assert_eq!(hidden.reason(), Reason::RouteNotAnApiAddress.sub_code());
}

#[test]
fn a_wrong_url_at_a_groups_host_is_explained_with_the_nearest_api() {
    let staged = Api {
        id: ApiId::from_bits(0x99),
        name: "basket".into(),
        environment: "TEST".into(),
        path: PathPattern::new("/basket"),
        ..api(fixed("basket"))
    };
    let world = world([api(fixed("shop")), staged]);
    let near = |method: &str, target: &str, reader: Reader| {
        let mut ask = call(&world, target);
        ask.method = method.into();
        let reply = world.ask(&ask);
        assert_eq!(reply.status, 404, "{method} {target}");
        let explanation = explain(&world.record(&reply), &world.cell.load(), reader, None);
        explanation.nearest.first().map(|near| {
            let parts: Vec<Part> = near.differs.iter().map(|differs| differs.part).collect();
            let call = format!("{} {}", near.method, near.path);
            (near.owner.name().to_owned(), call, parts)
        })
    };
    for (method, target, name, to_call, part) in [
        ("GET", "/shop/a%20b", "shop", "POST /shop/a%20b", Part::Method),
        ("POST", "/Shop/x", "shop", "POST /shop/x", Part::Path),
        ("POST", "/shop", "shop", "POST /shop/{item}", Part::Path),
        ("POST", "/shop/x/y", "shop", "POST /shop/x", Part::Path),
        ("POST", "/basket", "basket", "POST /basket", Part::Environment),
    ] {
        let expected = Some((name.to_owned(), to_call.to_owned(), vec![part]));
        assert_eq!(
            near(method, target, Reader::Project(PROJECT)),
            expected,
            "{target}"
        );
        let stranger = Reader::Project(ProjectId::from_bits(0x7777));
        assert_eq!(near(method, target, stranger), None, "{target}");
    }
}

#[test]
fn a_channel_shares_the_calls_among_its_members() {
    let (one, two) = (Program::echo(), Program::echo());
    let members = |weights: [u32; 2]| {
        let member = |(program, weight): (&Program, u32)| Member {
            address: program.address.into(),
            weight,
        };
        Backend::Http(HttpBackend {
            members: Members::Channel([&one, &two].into_iter().zip(weights).map(member).collect()),
        })
    };
    let world = world([api(members([1, 1]))]);
    for _ in 0..20 {
        assert_eq!(world.ask(&call(&world, "/shop/x")).status, 200);
    }
    let calls = (one.seen().len(), two.seen().len());
    assert_eq!(calls, (10, 10));
    assert_eq!(one.seen()[0].line, "POST /shop/x HTTP/1.1");
    world.apply([Change::Api(Box::new(api(members([0, 1]))))]);
    assert_eq!(world.ask(&call(&world, "/shop/x")).status, 200);
    assert_eq!(two.seen().len(), 11);
}

#[test]
fn a_back_end_may_have_a_name_which_is_looked_up_when_it_is_called() {
    let program = Program::echo();
    let address = format!("http://localhost:{}/base", program.address.port());
    let world = world([api(at(&address))]);
    for _ in 0..2 {
        assert_eq!(world.ask(&call(&world, "/shop/x")).status, 200);
    }
    assert_eq!(program.seen()[0].line, "POST /base/shop/x HTTP/1.1");
    let host = format!("localhost:{}", program.address.port());
    assert_eq!(program.seen()[0].header("host"), Some(&*host));
}

#[test]
fn an_address_that_may_not_be_called_is_refused_and_explained_and_an_instance_there_is_called() {
    let (world, reply) = denied();
    assert_eq!(
        (reply.status, reply.reason()),
        (403, Reason::BackendAddressDenied.sub_code())
    );
    assert!(
        !reply.text().contains("127.0.0.1"),
        "callers are not told where back ends are: {}",
        reply.text()
    );
    let explanation = explain(
        &world.record(&reply),
        &world.cell.load(),
        Reader::Project(PROJECT),
        None,
    );
    let compared = &explanation.compared[0];
    assert!(compared.label.starts_with("back end 127.0.0.1:"), "{compared:?}");
    assert!(compared.got.contains("gateway.backend_allow"), "{compared:?}");
    assert!(
        explanation.fix[0].contains("gateway.backend_allow"),
        "{:?}",
        explanation.fix
    );
    let program = Program::echo();
    world.runs_at(program.address);
    let mut ask = call(&world, &path("")).bare();
    ask = ask.header("Host", "other.test").header("Content-Length", "2");
    assert_eq!(world.ask(&ask).status, 200, "instances are this node's own");
}

#[test]
fn a_reload_takes_addresses_away_although_connections_to_them_are_kept() {
    let program = Program::echo();
    let world = world([api(http(program.address))]);
    assert_eq!(world.ask(&call(&world, "/shop/x")).status, 200);
    world.gateway.reload(&GatewaySettings {
        outgoing: Arc::new(Outgoing::new(Some(Vec::new()), Vec::new())),
        ..GatewaySettings::default()
    });
    wait_for("the reload", || world.ask(&call(&world, "/shop/x")).status == 403);
    assert_eq!(world.ask(&call(&world, "/shop/x")).status, 403);
}

#[test]
fn the_gateway_does_not_call_itself() {
    let world = world([]);
    let own = world.gateway.local_addr();
    world.apply([Change::Api(Box::new(api(http(own))))]);
    let reply = world.ask(&call(&world, "/shop/x"));
    assert_eq!(reply.reason(), Reason::BackendAddressDenied.sub_code());
}

/// How a back end fails, for `reasons`.
pub(crate) fn fails(act: fn() -> Act) -> (World, Reply) {
    let program = Program::start(move |_| act());
    let world = world([api(http(program.address))]);
    let reply = world.ask(&call(&world, "/shop/x"));
    (world, reply)
}

pub(crate) fn unreachable() -> (World, Reply) {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let world = world([api(http(closed))]);
    let reply = world.ask(&call(&world, "/shop/x"));
    (world, reply)
}

/// Nothing of this machine may be called.
pub(crate) fn denied() -> (World, Reply) {
    let program = Program::echo();
    let world = World::with(|settings| {
        settings.outgoing = Arc::new(Outgoing::new(Some(Vec::new()), Vec::new()));
    });
    publish(&world, [api(http(program.address))]);
    let reply = world.ask(&call(&world, "/shop/x"));
    assert_eq!(program.seen().len(), 0);
    (world, reply)
}

pub(crate) fn no_member() -> (World, Reply) {
    let world = world([api(Backend::Http(HttpBackend {
        members: Members::Channel(Vec::new()),
    }))]);
    let reply = world.ask(&call(&world, "/shop/x"));
    (world, reply)
}

/// The API's own time limit is shorter than the gateway's.
pub(crate) fn too_late() -> (World, Reply) {
    let program = Program::start(|_| Act::Hang);
    let world = world([Api {
        timeout: Some(Duration::from_secs(5)),
        ..api(http(program.address))
    }]);
    let mut client = world.client();
    client.send(call(&world, "/shop/x").bytes());
    program.wait_until_asked(1);
    world.clock.advance(Duration::from_secs(6));
    let reply = client.read();
    program.wait_until_left(1);
    (world, reply)
}

/// The first bytes of the body come, and nothing more.
pub(crate) fn stalled() -> (World, Reply) {
    let half = || Act::Say(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".to_vec());
    let program = Program::start(move |_| half());
    let world = world([Api {
        timeout: Some(Duration::from_secs(100_000_000)),
        ..api(http(program.address))
    }]);
    let mut client = world.client();
    client.send(call(&world, "/shop/x").bytes());
    program.wait_until_asked(1);
    let reply = thread::spawn(move || client.read());
    // From when the half has been read no more than the time for pauses passes; until then all of the API's own does not.
    wait_for("the refusal", || {
        world.clock.advance(Duration::from_secs(301));
        reply.is_finished()
    });
    let reply = reply.join().expect("an answer");
    program.wait_until_left(1);
    (world, reply)
}

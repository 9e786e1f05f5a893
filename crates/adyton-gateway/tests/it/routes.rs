//! Paths of models with parameters and prefixes, over a socket: which are taken, and what the model is asked.

use adyton_core::live::Change;
use adyton_core::model::ApiDeclaration;
use adyton_sign::EncodedSlash;

use crate::model::Program;
use crate::world::{MODEL, World, api, path};

fn declares(world: &World, apis: Vec<ApiDeclaration>) {
    let mut model = (**world.cell.load().model(MODEL).expect("the model")).clone();
    model.spec.as_mut().expect("a spec").apis = apis;
    world.apply([Change::Model(Box::new(model))]);
}

fn patterns() -> Vec<ApiDeclaration> {
    vec![
        api("/v1/{name}/chat", "POST"),
        api("/v1/plain/chat", "GET"),
        api("/files/*", "POST"),
    ]
}

#[test]
fn what_a_pattern_takes_is_asked_as_it_was_called() {
    let world = World::new();
    let program = Program::echo();
    world.runs_at(program.address);
    declares(&world, patterns());
    let ask = |method: &str, below: &str| {
        let mut ask = world.call();
        ask.method = method.to_owned();
        ask.target = path(below);
        let reply = world.ask(&ask);
        (reply.status, reply.reason().to_owned())
    };
    let taken = (200, String::new());
    for (method, below, asked) in [
        ("POST", "/v1/x%20y/chat?n=1", "/v1/x%20y/chat?n=1"),
        ("GET", "/v1/plain/chat", "/v1/plain/chat"),
        // The exact path is for another method, so the pattern takes it.
        ("POST", "/v1/plain/chat", "/v1/plain/chat"),
        ("POST", "/files", "/files"),
        ("POST", "/files/a//b/", "/files/a//b/"),
        ("POST", "/files/%e6%98%a5", "/files/%E6%98%A5"),
    ] {
        assert_eq!(ask(method, below), taken, "{method} {below}");
        let line = program.seen().pop().expect("asked").line;
        assert_eq!(line, format!("{method} {asked} HTTP/1.1"));
    }
    let undeclared = (404, "route.undeclared_path".to_owned());
    for below in ["", "/v1//chat", "/v1/x/chat/", "/v1/x/y/chat", "/filesystem"] {
        assert_eq!(ask("POST", below), undeclared, "{below}");
    }
    let wrong = (404, "route.wrong_method".to_owned());
    assert_eq!(ask("PUT", "/v1/x/chat"), wrong);
}

#[test]
fn an_encoded_slash_that_is_kept_stays_one_segment() {
    let world = World::with(|settings| settings.encoded_slash = EncodedSlash::Keep);
    let program = Program::echo();
    world.runs_at(program.address);
    declares(&world, patterns());
    let mut ask = world.call();
    ask.target = path("/v1/a%2Fb/chat");
    assert_eq!(world.ask(&ask).status, 200);
    assert_eq!(program.seen()[0].line, "POST /v1/a%2Fb/chat HTTP/1.1");
    ask.target = path("/v1/a/b/chat");
    assert_eq!(world.ask(&ask).status, 404);
}

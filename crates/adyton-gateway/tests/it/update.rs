//! While the version of a service changes, the former one answers until the new one does.

use std::sync::Arc;

use adyton_core::id::{InstanceId, ModelId};
use adyton_core::live::{Change, Routes};
use adyton_core::model::ApiDeclaration;
use adyton_runtime::targets::{Instance, ServiceTargets, Target, Unavailable, VersionTargets};

use crate::model::Program;
use crate::world::{MODEL, SERVICE, World, api, path};

const NEW: ModelId = ModelId::from_bits(0x77);

/// The service wants the new version: `/` as before, and a path of its own.
fn change_version(world: &World, apis: Vec<ApiDeclaration>) {
    let mut model = (**world.cell.load().model(MODEL).expect("the model")).clone();
    model.id = NEW;
    model.spec.as_mut().expect("a spec").apis = apis;
    world.apply([Change::Model(Box::new(model))]);
    world.change_service(|service| service.versions[0].model = NEW);
}

fn serves(world: &World, model: ModelId, program: &Program) {
    let instance = Instance::new(
        InstanceId::from_bits(1),
        model,
        Target::from(program.address),
        Arc::clone(&world.tally),
    );
    let live = world.cell.load();
    let declares = live.model(model).expect("the model");
    let versions = vec![VersionTargets {
        model,
        weight: 100,
        instances: vec![instance],
        routes: Arc::new(Routes::union(std::iter::once((0, &**declares)))),
    }];
    let targets = ServiceTargets {
        versions,
        otherwise: Unavailable::NoInstance,
    };
    world.targets.publish(SERVICE, Some(targets));
}

fn ask(world: &World, method: &str, below: &str) -> (u16, String) {
    let mut ask = world.call();
    ask.method = method.to_owned();
    ask.target = path(below);
    let reply = world.ask(&ask);
    (reply.status, reply.header("x-adyton-reason").to_owned())
}

#[test]
fn the_former_version_answers_until_the_new_one_is_ready() {
    let world = World::new();
    let (old, new) = (Program::echo(), Program::echo());
    serves(&world, MODEL, &old);
    change_version(&world, vec![api("/", "POST"), api("/new", "POST")]);
    assert_eq!(ask(&world, "POST", "").0, 200, "a common path");
    assert_eq!(
        ask(&world, "GET", "/only/get").0,
        200,
        "a path of the former version"
    );
    assert_eq!(ask(&world, "POST", "/new"), (500, "instance.none".to_owned()));
    assert_eq!((old.seen().len(), new.seen().len()), (2, 0));
    // Further changes before any came through: still the first one answers.
    world.change_service(|service| service.generation += 1);
    assert_eq!(ask(&world, "GET", "/only/get").0, 200);

    serves(&world, NEW, &new);
    assert_eq!(ask(&world, "POST", "").0, 200);
    assert_eq!(ask(&world, "POST", "/new").0, 200);
    assert_eq!(
        ask(&world, "GET", "/only/get"),
        (404, "route.undeclared_path".to_owned()),
        "nobody declares it any more"
    );
    assert_eq!(new.seen().len(), 2);
}

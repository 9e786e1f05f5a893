//! What finding an API costs with ten routes, and with ten thousand: nanoseconds a look-up, and microseconds a change.
//!
//! `cargo bench -p adyton-core --features sample --bench routes`. The goal: a request's CPU time with 10,000 routes is at most 1.1 of that with
//! ten. A request costs some 20 µs, so a look-up may cost 2 µs more.
#![expect(clippy::print_stdout, reason = "a bench prints its result")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use adyton_core::address;
use adyton_core::api::{Api, Backend, Method, PathPattern, RELEASE};
use adyton_core::id::{ApiId, ServiceId};
use adyton_core::live::{Change, Live};
use adyton_core::model::Model;
use adyton_core::sample;
use adyton_core::service::Service;

const ROUNDS: u32 = 200_000;
/// What the rest of a request costs, in nanoseconds (`bench/README.md`).
const REQUEST: f64 = 20_000.0;

fn main() {
    let (few, many) = (World::new(10), World::new(10_000));
    for (what, path) in [
        ("a service's route", few.service()),
        ("an exact path of a group", "/shop/7/items".to_owned()),
        ("a path with a parameter", "/shop/7/items/some/parts".to_owned()),
        ("a path below a prefix", "/files/7/a/b/c".to_owned()),
    ] {
        let (ten, thousands) = (few.look_up(&path), many.look_up(&path));
        let ratio = (REQUEST + thousands) / (REQUEST + ten);
        println!(
            "{what}: {ten:.0} ns with ten, {thousands:.0} ns with ten thousand, {ratio:.3} of a request"
        );
    }
    let (ten, thousands) = (few.change(), many.change());
    println!("one API changed: {ten:.1} µs with ten, {thousands:.1} µs with ten thousand");
}

/// As many services as APIs in one group: exact paths, parameters and prefixes.
struct World {
    live: Live,
    count: u128,
}

impl World {
    fn new(count: u128) -> Self {
        let mut live = Live::default();
        live.apply(1, Change::Model(Box::new(model())));
        for number in 0..count {
            live.apply(1, Change::Service(Box::new(service(number))));
            let patterns = [
                format!("/shop/{number}/items"),
                format!("/shop/{number}/items/{{item}}/parts"),
                format!("/files/{number}/*"),
            ];
            for (kind, path) in (0..).zip(patterns) {
                live.apply(1, Change::Api(Box::new(api(number * 3 + kind, path))));
            }
        }
        Self { live, count }
    }

    /// A path of some service that is there.
    fn service(&self) -> String {
        format!(
            "{}/predictions/poetry",
            address::of_service(ServiceId::from_bits(7))
        )
    }

    /// Nanoseconds: the best of some batches, since the machine does other things too.
    fn look_up(&self, path: &str) -> f64 {
        let batch = || {
            let begun = Instant::now();
            for _ in 0..ROUNDS {
                assert!(self.finds(black_box(path)));
            }
            begun.elapsed()
        };
        let best = (0..10).map(|_| batch()).min().unwrap_or_default();
        best.as_secs_f64() * 1e9 / f64::from(ROUNDS)
    }

    fn finds(&self, path: &str) -> bool {
        let Some((id, below)) = address::split_service(path) else {
            return self.live.published(sample::GROUP, RELEASE, path, "POST").is_ok();
        };
        let service = ServiceId::parse(id.as_bytes()).and_then(|id| self.live.service(id));
        service.is_some_and(|service| service.routes.find(below, "POST").is_ok())
    }

    /// Microseconds that one change of a published API takes, while somebody holds the state before.
    fn change(&self) -> f64 {
        let mut took = Duration::ZERO;
        for round in 0..100 {
            let mut next = self.live.clone();
            let begun = Instant::now();
            let path = format!("/shop/{}/items", u128::from(round % 10_u32) % self.count);
            next.apply(2, Change::Api(Box::new(api(u128::from(round % 10) * 3, path))));
            took += begun.elapsed();
            black_box(next);
        }
        took.as_secs_f64() * 1e6 / 100.0
    }
}

fn api(number: u128, path: String) -> Api {
    Api {
        id: ApiId::from_bits(1 << 64 | number),
        method: Method::Only("POST".into()),
        path: PathPattern::new(path),
        ..sample::api(Backend::Service(sample::SERVICE))
    }
}

fn service(number: u128) -> Service {
    Service {
        id: ServiceId::from_bits(number),
        name: format!("service {number}"),
        api: ApiId::from_bits(number),
        ..sample::service()
    }
}

/// The model of all services.
fn model() -> Model {
    let declared = [("POST", "/predictions/poetry"), ("POST", "/other/{name}")];
    Model {
        spec: Some(sample::spec(&declared)),
        ..sample::model()
    }
}

//! The router against a naive matcher.

use adyton_core::live::Method;
use proptest::prelude::*;

use super::*;

fn route(path: &str, method: Option<&str>) -> ServiceRoute {
    let method = method.map_or(Method::Any, |only| Method::Only(only.to_owned()));
    ServiceRoute::new(path.to_owned(), method, vec![0])
}

#[test]
fn paths_are_compared_exactly() {
    let routes = [
        route("/", Some("POST")),
        route("/test", Some("POST")),
        route("/any", None),
    ];
    let check = |below: &str, method: &str| choose(&routes, below, method).map(|route| route.path.as_str());
    assert_eq!(check("", "POST"), Ok("/"));
    assert_eq!(check("/", "POST"), Ok("/"));
    assert_eq!(check("/test", "POST"), Ok("/test"));
    assert_eq!(check("/any", "PATCH"), Ok("/any"));
    assert_eq!(check("/test", "GET"), Err(Reason::RouteWrongMethod));
    assert_eq!(check("/test", "post"), Err(Reason::RouteWrongMethod));
    for undeclared in ["/test/", "/Test", "/tes", "/test/AA", "//test", "//"] {
        assert_eq!(
            check(undeclared, "POST"),
            Err(Reason::RouteUndeclaredPath),
            "{undeclared}"
        );
    }
}

fn segment() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("a".to_owned()),
        Just("A".to_owned()),
        Just(String::new()),
        Just("bb".to_owned())
    ]
}

fn some_path() -> impl Strategy<Value = String> {
    prop::collection::vec(segment(), 0..3).prop_map(|segments| format!("/{}", segments.join("/")))
}

fn some_method() -> impl Strategy<Value = Option<&'static str>> {
    prop_oneof![Just(None), Just(Some("GET")), Just(Some("POST"))]
}

proptest! {
    /// The naive matcher: all pairs, no early exit, no special case but that `/` is also the bare address.
    #[test]
    fn the_router_agrees_with_a_naive_matcher(
        declared in prop::collection::vec((some_path(), some_method()), 0..6),
        path in some_path(),
        bare in any::<bool>(),
        method in prop_oneof![Just("GET"), Just("POST"), Just("PUT")],
    ) {
        let routes: Vec<ServiceRoute> = declared.iter().map(|(path, method)| route(path, *method)).collect();
        let below = if bare { "" } else { path.as_str() };
        let asked = if bare { "/" } else { path.as_str() };
        let fits: Vec<usize> = (0..routes.len()).filter(|at| declared[*at].0 == asked).collect();
        let first = fits.iter().find(|at| declared[**at].1.is_none_or(|only| only == method));
        let expected = match (first, fits.is_empty()) {
            (Some(at), _) => Ok(&routes[*at]),
            (None, false) => Err(Reason::RouteWrongMethod),
            (None, true) => Err(Reason::RouteUndeclaredPath),
        };
        prop_assert_eq!(choose(&routes, below, method), expected);
    }
}

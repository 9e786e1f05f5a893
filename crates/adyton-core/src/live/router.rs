//! From a method and a path to what is published there: a tree of segments.
//!
//! Exact segments win over parameters, and these over prefixes; of several prefixes the longest. Where the method fits
//! nothing at one path, what is less exact is looked at. At the same path a method's own entry comes before one for `ANY`.
//!
//! The tree shares what does not change, so a change of one entry costs its path (and a copy of the lists of names beside
//! it), however many entries there are. A look-up costs one search by halves a segment.

use std::sync::Arc;

use crate::api::{Method, PathPattern, Segment};

/// A tree of what is published.
#[derive(Clone, Debug)]
pub struct Router<T> {
    root: Node<T>,
}

/// Why nothing was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Miss {
    /// Nothing takes the path.
    Path,
    /// Something takes the path, for another method.
    Method,
}

#[derive(Clone, Debug)]
struct Node<T> {
    /// Exact segments, in their order.
    exact: Vec<(Box<str>, Arc<Node<T>>)>,
    parameter: Option<Arc<Node<T>>>,
    /// What is published at the path that ends here.
    here: Entries<T>,
    /// What is published as a prefix: at this path and at all below.
    below: Entries<T>,
}

/// At most one for each method, `ANY` last.
type Entries<T> = Vec<(Method, T)>;

impl<T> Default for Node<T> {
    fn default() -> Self {
        Self {
            exact: Vec::new(),
            parameter: None,
            here: Vec::new(),
            below: Vec::new(),
        }
    }
}

impl<T> Default for Router<T> {
    fn default() -> Self {
        Self {
            root: Node::default(),
        }
    }
}

impl<T: Clone> Router<T> {
    /// Publishes `value`; gives what was published there before.
    pub fn insert(&mut self, path: &PathPattern, method: Method, value: T) -> Option<T> {
        let mut node = &mut self.root;
        for segment in path.segments() {
            node = node.child(segment);
        }
        let entries = if path.is_prefix() {
            &mut node.below
        } else {
            &mut node.here
        };
        if let Some((_, old)) = entries.iter_mut().find(|(known, _)| *known == method) {
            return Some(std::mem::replace(old, value));
        }
        let at = match method {
            Method::Only(_) => 0,
            Method::Any => entries.len(),
        };
        entries.insert(at, (method, value));
        None
    }

    /// Takes back what is published there, if `is_it` says so.
    pub fn remove(&mut self, path: &PathPattern, method: &Method, is_it: impl Fn(&T) -> bool) {
        let segments: Vec<Segment<'_>> = path.segments().collect();
        self.root.remove(&segments, path.is_prefix(), method, &is_it);
    }

    /// What is published at a decoded path, for a method.
    pub fn find(&self, path: &str, method: &str) -> Result<&T, Miss> {
        let mut miss = Miss::Path;
        let segments = path.strip_prefix('/');
        self.root.find(segments, method, &mut miss).ok_or(miss)
    }

    /// Whether nothing is published.
    pub fn is_empty(&self) -> bool {
        self.root.is_empty()
    }
}

impl<T: Clone> Node<T> {
    fn child(&mut self, segment: Segment<'_>) -> &mut Self {
        let child = match segment {
            Segment::Exact(text) => {
                let at = match self.position(text) {
                    Ok(at) => at,
                    Err(at) => {
                        self.exact.insert(at, (text.into(), Arc::default()));
                        at
                    }
                };
                &mut self.exact[at].1
            }
            Segment::Parameter => self.parameter.get_or_insert_default(),
        };
        Arc::make_mut(child)
    }

    fn position(&self, text: &str) -> Result<usize, usize> {
        self.exact.binary_search_by(|(known, _)| (**known).cmp(text))
    }

    fn remove(
        &mut self,
        segments: &[Segment<'_>],
        is_prefix: bool,
        method: &Method,
        is_it: &impl Fn(&T) -> bool,
    ) {
        let Some((first, rest)) = segments.split_first() else {
            let entries = if is_prefix {
                &mut self.below
            } else {
                &mut self.here
            };
            entries.retain(|(known, value)| known != method || !is_it(value));
            return;
        };
        match first {
            Segment::Exact(text) => {
                let Ok(at) = self.position(text) else { return };
                let child = Arc::make_mut(&mut self.exact[at].1);
                child.remove(rest, is_prefix, method, is_it);
                if child.is_empty() {
                    self.exact.remove(at);
                }
            }
            Segment::Parameter => {
                let Some(child) = &mut self.parameter else { return };
                let child = Arc::make_mut(child);
                child.remove(rest, is_prefix, method, is_it);
                if child.is_empty() {
                    self.parameter = None;
                }
            }
        }
    }

    /// `rest` is what follows the `/` behind this node; nothing where the path ends. No node is looked at twice.
    fn find(&self, rest: Option<&str>, method: &str, miss: &mut Miss) -> Option<&T> {
        let found = match rest {
            None => fitting(&self.here, method, miss),
            Some(rest) => {
                let (segment, after) = match rest.split_once('/') {
                    Some((segment, after)) => (segment, Some(after)),
                    None => (rest, None),
                };
                let exact = self.position(segment).ok().map(|at| &*self.exact[at].1);
                let exact = exact.and_then(|child| child.find(after, method, miss));
                exact.or_else(|| {
                    let child = self.parameter.as_ref().filter(|_| !segment.is_empty())?;
                    child.find(after, method, miss)
                })
            }
        };
        found.or_else(|| fitting(&self.below, method, miss))
    }
}

impl<T> Node<T> {
    fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.parameter.is_none() && self.here.is_empty() && self.below.is_empty()
    }
}

fn fitting<'e, T>(entries: &'e Entries<T>, method: &str, miss: &mut Miss) -> Option<&'e T> {
    if entries.is_empty() {
        return None;
    }
    let fitting = entries.iter().find(|(known, _)| known.admits(method));
    if fitting.is_none() {
        *miss = Miss::Method;
    }
    fitting.map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn router(published: &[(&str, &str)]) -> Router<usize> {
        let mut router = Router::default();
        for (at, (method, path)) in published.iter().enumerate() {
            router.insert(&PathPattern::new(*path), Method::declared(method), at);
        }
        router
    }

    #[test]
    fn exact_wins_over_parameters_and_these_over_prefixes() {
        let published = [
            ("POST", "/"),
            ("POST", "/a/b"),
            ("POST", "/a/{x}"),
            ("POST", "/a/*"),
            ("POST", "/a/b/c/*"),
            ("POST", "/{x}/b/d"),
            ("ANY", "/a/b"),
        ];
        let router = router(&published);
        let found = |method: &str, path: &str| router.find(path, method).map(|at| published[*at]);
        for (method, path, expected) in [
            ("POST", "/", 0),
            ("POST", "/a/b", 1),
            ("PUT", "/a/b", 6),
            ("POST", "/a/x", 2),
            ("POST", "/a/x/y", 3),
            ("POST", "/a", 3),
            ("POST", "/a/", 3),
            ("POST", "/a/b/c", 4),
            ("POST", "/a/b/c/d", 4),
            // The prefix is less exact, yet all that is left below `/a/b`.
            ("POST", "/a/b/x", 3),
            // The parameter stands before the exact segment of another entry, and fits only here.
            ("POST", "/z/b/d", 5),
        ] {
            assert_eq!(found(method, path), Ok(published[expected]), "{method} {path}");
        }
        assert_eq!(found("PUT", "/a/x"), Err(Miss::Method));
        assert_eq!(found("POST", "/b"), Err(Miss::Path));
        assert_eq!(found("POST", "//"), Err(Miss::Path));
        assert_eq!(found("POST", ""), Err(Miss::Path));
    }

    #[test]
    fn a_method_that_does_not_fit_leaves_the_request_to_what_is_less_exact() {
        let published = [("GET", "/a/b"), ("POST", "/a/{x}"), ("ANY", "/*")];
        let router = router(&published);
        assert_eq!(router.find("/a/b", "GET"), Ok(&0));
        assert_eq!(router.find("/a/b", "POST"), Ok(&1));
        assert_eq!(router.find("/a/b", "PUT"), Ok(&2));
    }

    #[test]
    fn what_is_replaced_is_not_taken_back_with_the_one_before() {
        let path = PathPattern::new("/a/{x}");
        let mut router: Router<u8> = Router::default();
        assert_eq!(router.insert(&path, Method::Any, 1), None);
        let before = router.clone();
        assert_eq!(router.insert(&path, Method::Any, 2), Some(1));
        router.remove(&path, &Method::Any, |value| *value == 1);
        assert_eq!(router.find("/a/b", "GET"), Ok(&2));
        router.remove(&path, &Method::Any, |value| *value == 2);
        assert!(router.is_empty());
        assert_eq!(
            before.find("/a/b", "GET"),
            Ok(&1),
            "who reads an older state keeps it"
        );
    }

    fn segment() -> impl Strategy<Value = &'static str> {
        prop_oneof![Just("a"), Just("b"), Just("{x}"), Just("")]
    }

    fn pattern() -> impl Strategy<Value = String> {
        (prop::collection::vec(segment(), 0..4), any::<bool>()).prop_map(|(segments, is_prefix)| {
            match (segments.join("/"), is_prefix) {
                (path, true) if path.is_empty() => "/*".to_owned(),
                (path, true) => format!("/{path}/*"),
                (path, false) => format!("/{path}"),
            }
        })
    }

    fn method() -> impl Strategy<Value = &'static str> {
        prop_oneof![Just("ANY"), Just("GET"), Just("POST")]
    }

    /// How exact a pattern is at each segment: exact, parameter, its end as a prefix.
    fn exactness(path: &PathPattern) -> Vec<u8> {
        let mut all: Vec<u8> = path
            .segments()
            .map(|segment| match segment {
                Segment::Exact(_) => 2,
                Segment::Parameter => 1,
            })
            .collect();
        all.push(if path.is_prefix() { 0 } else { 3 });
        all
    }

    proptest! {
        /// The naive matcher looks at all entries and compares them by the rules, segment by segment.
        #[test]
        fn the_router_agrees_with_a_naive_matcher(
            published in prop::collection::vec((pattern(), method()), 0..8),
            taken_back in prop::collection::vec(any::<bool>(), 8),
            sent in prop::collection::vec(prop_oneof![Just("a"), Just("b"), Just("c"), Just("")], 1..5),
            asked in prop_oneof![Just("GET"), Just("POST"), Just("PUT")],
        ) {
            let path = format!("/{}", sent.join("/"));
            let mut router = Router::default();
            let mut known: Vec<(PathPattern, Method, usize)> = Vec::new();
            for (at, (pattern, method)) in published.iter().enumerate() {
                let (pattern, method) = (PathPattern::new(pattern.as_str()), Method::declared(method));
                router.insert(&pattern, method.clone(), at);
                known.retain(|(other, of, _)| !(other.is_like(&pattern) && *of == method));
                known.push((pattern, method, at));
            }
            for (at, (pattern, method)) in published.iter().enumerate().filter(|(at, _)| taken_back[*at]) {
                router.remove(&PathPattern::new(pattern.as_str()), &Method::declared(method), |value| *value == at);
                known.retain(|(_, _, value)| *value != at);
            }
            let fits: Vec<_> = known.iter().filter(|(pattern, _, _)| pattern.takes(&path)).collect();
            let best = fits
                .iter()
                .filter(|(_, method, _)| method.admits(asked))
                .max_by_key(|(pattern, method, _)| (exactness(pattern), *method != Method::Any));
            let expected = match (best, fits.is_empty()) {
                (Some((_, _, at)), _) => Ok(at),
                (None, true) => Err(Miss::Path),
                (None, false) => Err(Miss::Method),
            };
            prop_assert_eq!(router.find(&path, asked), expected);
        }
    }
}

//! What `adyton-identity` is shown of a request, and what is taken as credentials: with the head, and again with the last byte.

use adyton_core::api::{Api, Callers};
use adyton_core::record::Door;
use adyton_identity::{Accepts, Purpose, Request};
use adyton_sign::{EncodedSlash, Head};
use http_body::Body as _;

use crate::arrival::Arrival;

/// What is taken as credentials: what the API says; at the Prediction tab users alone: apps call APIs, not the management
/// address that the door is.
pub(crate) fn accepted(arrival: &Arrival, api: &Api) -> Accepts {
    let Callers { iam, app, app_code } = api.callers;
    match arrival.door() {
        Door::Address => Accepts {
            iam,
            app,
            app_code,
            session: false,
        },
        Door::PredictionTab => Accepts::IAM,
    }
}

/// The request as its client signed it.
pub(crate) fn as_signed(arrival: &Arrival, slash: EncodedSlash) -> Request<'_> {
    let head = arrival.sent();
    Request {
        head: Head {
            method: head.method.as_str(),
            path: head.uri.path(),
            query: head.uri.query().unwrap_or_default(),
            // The absolute form names the host that the client signed.
            host: head
                .uri
                .authority()
                .map(|authority| authority.as_str().as_bytes()),
            headers: &head.headers,
        },
        source: arrival.remote.address,
        private: arrival.remote.private,
        has_body: !arrival.body.is_end_stream(),
        slash,
        door: Some(arrival.door()),
        purpose: Purpose::Call,
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::sample;
    use adyton_identity::Visitor;

    use super::*;
    use crate::pipeline::rig::{Rig, call};

    #[test]
    fn what_the_api_says_is_taken_at_its_address_and_users_alone_at_the_tab() {
        let rig = Rig::new();
        let arrival = rig.arrival(call(), "{}");
        let (found, _) = rig.found(&arrival).expect("a route");
        let mut api = found.api().clone();
        api.callers = Callers {
            iam: false,
            app: true,
            app_code: false,
        };
        let at_address = accepted(&rig.arrival(call(), "{}"), &api);
        assert_eq!(
            (at_address.iam, at_address.app, at_address.app_code),
            (false, true, false)
        );
        let at_tab = rig.at_tab(Some(sample::PROJECT), Visitor::Credentials, call(), "{}");
        let taken = accepted(&at_tab, &api);
        assert_eq!((taken.iam, taken.app, taken.app_code), (true, false, false));
    }

    #[test]
    fn the_absolute_form_names_the_host_that_was_signed() {
        let rig = Rig::new();
        let slash = EncodedSlash::default();
        let plain = rig.arrival(call().uri("/v1/infers/x?a=b"), "");
        let signed = as_signed(&plain, slash);
        assert_eq!((signed.head.path, signed.head.query), ("/v1/infers/x", "a=b"));
        assert_eq!((signed.head.host, signed.has_body), (None, false));
        let absolute = rig.arrival(call().uri("http://other.test:81/v1"), "{}");
        let signed = as_signed(&absolute, slash);
        assert_eq!(
            (signed.head.host, signed.has_body),
            (Some(&b"other.test:81"[..]), true)
        );
    }
}

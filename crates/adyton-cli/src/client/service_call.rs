//! A call of a service as its callers make it: its URL, and the request that it becomes.

use super::address::Address;
use super::answer::Answer;
use super::{Body, Client, Request, Shown};
use crate::failure::{Failure, Outcome};
use crate::said;

/// A call of a service.
pub struct ServiceCall<'a> {
    /// The service's API address with the path.
    pub url: &'a str,
    /// `POST`, …
    pub method: &'a str,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
}

/// Does something with the request that a call is.
pub fn as_request<T>(call: ServiceCall<'_>, with: impl FnOnce(Request<'_>) -> Outcome<T>) -> Outcome<T> {
    let (address, rest) = Address::split(call.url).ok_or_else(|| {
        Failure::failed(said!(
            "`{}` is not the address of a service",
            "`{}` 不是服务的地址",
            call.url
        ))
    })?;
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    with(Request {
        method: call.method,
        address: &address,
        path,
        query,
        headers: call.headers,
        body: call.body,
    })
}

/// Sends a call to the gateway, whatever the answer.
pub fn call(client: &Client, call: ServiceCall<'_>, shown: &Shown<'_>) -> Outcome<Answer> {
    as_request(call, |request| client.send(request, shown))
}

/// The whole URL of a call: the address that the service is printed with, or at the gateway that the context names; `path` has its
/// escapes.
pub fn url(client: &Client, printed: &str, path: &str) -> Outcome<String> {
    let (address, base) = Address::split(printed).ok_or_else(|| {
        Failure::failed(said!(
            "the service has no address: `{printed}`",
            "该服务没有地址：`{printed}`"
        ))
    })?;
    let address = client.server.gateway.clone().unwrap_or(address);
    let base = base.trim_end_matches('/');
    match path.trim_start_matches('/') {
        "" => Ok(format!("{address}{base}")),
        path => Ok(format!("{address}{base}/{path}")),
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::clock::Clock;

    use super::*;
    use crate::client::server_access::{Credentials, ServerAccess};

    fn client(gateway: Option<&str>) -> Client {
        let address = |url| Address::parse(url, "test").unwrap();
        let server = ServerAccess {
            control: address("http://127.0.0.1:8081"),
            gateway: gateway.map(address),
            authorities: None,
            project: "p".to_owned(),
            credentials: Credentials::default(),
            said: "test".to_owned(),
        };
        Client::new(server, Clock::system())
    }

    #[test]
    fn a_path_is_joined_to_the_address_with_one_slash() {
        let at = |path| url(&client(None), "http://10.0.0.1:8080/v1/infers/x/", path).unwrap();
        for (path, whole) in [
            ("", "http://10.0.0.1:8080/v1/infers/x"),
            ("/", "http://10.0.0.1:8080/v1/infers/x"),
            ("v2/a", "http://10.0.0.1:8080/v1/infers/x/v2/a"),
            ("/v2/a?b=c%20d", "http://10.0.0.1:8080/v1/infers/x/v2/a?b=c%20d"),
        ] {
            assert_eq!(at(path), whole, "{path}");
        }
    }

    #[test]
    fn the_gateway_of_the_context_is_called_in_place_of_the_printed_one() {
        let client = client(Some("https://api.example"));
        let whole = url(&client, "http://10.0.0.1:8080/v1/infers/x", "a").unwrap();
        assert_eq!(whole, "https://api.example/v1/infers/x/a");
    }

    #[test]
    fn a_url_is_taken_apart_into_listener_path_and_query() {
        let parts = |url: &str| {
            let call = ServiceCall {
                url,
                method: "POST",
                headers: Vec::new(),
                body: Body::Empty,
            };
            as_request(call, |request| {
                Ok(format!("{} {} {}", request.address, request.path, request.query))
            })
        };
        let told = parts("http://127.0.0.1:8080/v1/infers/x/a?b=c&d=e?f").unwrap();
        assert_eq!(told, "http://127.0.0.1:8080 /v1/infers/x/a b=c&d=e?f");
        let failure = parts("nowhere").unwrap_err().to_string();
        assert!(
            failure.contains("`nowhere` is not the address of a service"),
            "{failure}"
        );
        assert!(
            url(&client(None), "", "a").is_err(),
            "a service that has no address yet"
        );
    }
}

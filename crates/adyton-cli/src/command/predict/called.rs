//! What `adyton predict` calls: a service by name or id, whose declarations say path and method, or an API address as it stands.

use adyton_api::modelarts::services::ServiceShown;
use adyton_core::address;
use adyton_core::api::PathPattern;
use adyton_core::live::route::encoded;
use adyton_core::model::ApiDeclaration;

use crate::client::Client;
use crate::client::address::Address;
use crate::client::lookup;
use crate::command::call_path;
use crate::failure::{Failure, Outcome};
use crate::said;

/// What was named.
pub(super) enum Called<'a> {
    /// A service, which was looked up.
    Service(Box<ServiceShown>),
    /// An API address, and perhaps a path below it.
    Address(&'a str),
}

/// What is called, and what is declared there. At an API address nothing is looked up: a caller's role does not permit it.
pub(super) fn called<'a>(
    client: &Client,
    said: &'a str,
    path: Option<&str>,
) -> Outcome<(Called<'a>, Option<ApiDeclaration>)> {
    if Address::split(said).is_some() {
        return Ok((Called::Address(said), None));
    }
    let service = lookup::service(client, said).map_err(|failure| match failure.status() {
        Some(403) => failure.hint(said!(
            "to call a service without looking it up, name its API address, which operators and auditors see: \
             adyton predict http://GATEWAY{}SERVICE_ID",
            "无权查看服务时，可直接按 API 地址调用（操作员和审计员可以看到该地址）：adyton predict http://GATEWAY{}SERVICE_ID",
            address::SERVICES
        )),
        _ => failure,
    })?;
    let declared = declared(client, &service, path);
    Ok((Called::Service(Box::new(service)), declared))
}

/// The only path that is declared, as it is sent; one that stands for many has to be filled in by whoever calls.
pub(super) fn only_path(service: &str, declared: &str) -> Outcome<String> {
    if PathPattern::new(declared).is_exact() {
        return Ok(encoded(declared).into_owned());
    }
    Err(Failure::wrong_use(said!(
        "the declared path `{declared}` matches many paths",
        "声明的路径 `{declared}` 匹配多个路径"
    ))
    .hint(said!(
        "name the one to call: adyton predict {service} PATH",
        "请指明要调用的路径：adyton predict {service} PATH"
    )))
}

/// A path below an API address, before a query that the address has.
pub(super) fn joined(address: &str, path: &str) -> String {
    let (base, query) = match address.split_once('?') {
        Some((base, query)) => (base, format!("?{query}")),
        None => (address, String::new()),
    };
    match path.trim_start_matches('/') {
        "" => address.to_owned(),
        path => format!("{}/{path}{query}", base.trim_end_matches('/')),
    }
}

/// What the service's first model declares at `path`.
fn declared(client: &Client, service: &ServiceShown, path: Option<&str>) -> Option<ApiDeclaration> {
    let version = service.config.first()?;
    let model = client.model(&version.settings.model_id).ok()?;
    chosen(model.declared(), path)
}

/// The declaration at `path`; without one that at `/`, or the only one there is.
fn chosen(mut apis: Vec<ApiDeclaration>, path: Option<&str>) -> Option<ApiDeclaration> {
    let at = |path: &str| apis.iter().position(|api| plain(&api.url) == plain(path));
    let found = match path {
        Some(path) => at(path).or_else(|| at(&call_path::decoded(path)))?,
        None => at("/").or((apis.len() == 1).then_some(0))?,
    };
    Some(apis.swap_remove(found))
}

/// A path without its first and last slash: people leave them out.
pub(super) fn plain(path: &str) -> &str {
    path.trim_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stands_below_the_address_that_was_named() {
        for (address, path, whole) in [
            ("http://g/x", "", "http://g/x"),
            ("http://g/x/", "/a", "http://g/x/a"),
            ("http://g/x/a?b=c", "", "http://g/x/a?b=c"),
            ("http://g/x?b=c", "d", "http://g/x/d?b=c"),
        ] {
            assert_eq!(joined(address, path), whole, "{address} {path}");
        }
    }

    #[test]
    fn a_path_that_stands_for_many_is_not_called_as_it_is_written() {
        assert_eq!(only_path("s", "/with space").unwrap(), "/with%20space");
        for open in ["/v1/{id}/chat", "/files/*"] {
            let told = only_path("s", open).unwrap_err().to_string();
            assert!(told.contains("adyton predict s PATH"), "{told}");
        }
    }

    #[test]
    fn what_is_called_is_what_the_model_declares() {
        let apis = |urls: &[&str]| -> Vec<ApiDeclaration> {
            let api = |url: &&str| ApiDeclaration {
                url: (*url).to_owned(),
                method: "POST".to_owned(),
                request: None,
                response: None,
            };
            urls.iter().map(api).collect()
        };
        let called = |urls: &[&str], path| chosen(apis(urls), path).map(|api| api.url);
        assert_eq!(called(&["/a", "/"], None).as_deref(), Some("/"));
        assert_eq!(called(&["/a"], None).as_deref(), Some("/a"));
        assert_eq!(
            called(&["/a", "/b"], None),
            None,
            "which of them is not for us to choose"
        );
        assert_eq!(
            called(&["/a", "/with space"], Some("with%20space")).as_deref(),
            Some("/with space")
        );
        assert_eq!(called(&["/a"], Some("/c")), None);
    }
}

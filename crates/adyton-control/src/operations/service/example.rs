//! A body that fits what a service declares.

use adyton_core::example_body::ExampleBody;
use adyton_core::id::{ProjectId, ServiceId};
use adyton_core::language::{Bilingual, both};
use adyton_core::model::{ApiDeclaration, ModelSpec};

use crate::failure::{Failure, OperationResult};
use crate::shared::Shared;

/// An example of a request to a declared path.
#[derive(Debug)]
pub(crate) struct Example {
    /// The path as it is declared.
    pub(crate) path: String,
    /// The method to call it with.
    pub(crate) method: String,
    /// The body.
    pub(crate) body: ExampleBody,
}

/// An example for the path and method of a service, or for the first that its models declare where none is named.
pub(crate) async fn example(
    shared: &Shared,
    project: ProjectId,
    id: ServiceId,
    path: Option<&str>,
    method: Option<&str>,
) -> OperationResult<Example> {
    let service = super::show(shared, project, id).await?.service;
    let live = shared.live();
    let specs = service
        .versions
        .iter()
        .filter_map(|version| live.model(version.model)?.spec.clone());
    let specs: Vec<ModelSpec> = specs.collect();
    of_specs(&specs, path, method)
}

fn of_specs(specs: &[ModelSpec], path: Option<&str>, method: Option<&str>) -> OperationResult<Example> {
    let declared = || {
        specs
            .iter()
            .flat_map(|spec| spec.apis.iter().map(move |api| (spec, api)))
    };
    let fits = |api: &ApiDeclaration| {
        path.is_none_or(|path| plain(path) == plain(&api.url))
            && method.is_none_or(|method| api.method == "ANY" || method.eq_ignore_ascii_case(&api.method))
    };
    let Some((spec, api)) = declared().find(|(_, api)| fits(api)) else {
        let field = match path {
            Some(path) if !declared().any(|(_, api)| plain(path) == plain(&api.url)) => "path",
            _ => "method",
        };
        let there: Vec<String> = declared()
            .map(|(_, api)| format!("{} {}", api.method, api.url))
            .collect();
        let problem = match there.as_slice() {
            [] => Bilingual::from(("the service declares nothing", "服务没有声明任何 API")),
            there => both!(
                "is not declared; the service declares {}",
                "没有声明；服务声明了 {}",
                there.join(", ")
            ),
        };
        return Err(Failure::query(field, problem));
    };
    Ok(Example {
        path: api.url.clone(),
        method: match (api.method.as_str(), method) {
            ("ANY", Some(method)) => method.to_uppercase(),
            ("ANY", None) => "POST".to_owned(),
            (declared, _) => declared.to_owned(),
        },
        body: ExampleBody::of(api, spec.ports.as_ref()),
    })
}

/// A path without the slash that it may or may not begin with.
fn plain(path: &str) -> &str {
    path.trim_start_matches('/')
}

#[cfg(test)]
mod tests {
    use adyton_core::example_body::ExampleSource;
    use adyton_core::sample;
    use serde_json::json;

    use super::*;

    fn specs() -> Vec<ModelSpec> {
        let mut first = sample::spec(&[("POST", "/"), ("GET", "/labels"), ("ANY", "/any")]);
        first.apis[0].request =
            Some(json!({"data": {"type": "object", "properties": {"text": {"type": "string"}}}}));
        let mut second = sample::spec(&[("POST", "/"), ("POST", "/second")]);
        second.apis[0].request = Some(json!({"data": {"type": "string"}}));
        vec![first, second]
    }

    #[test]
    fn the_first_version_that_declares_a_path_gives_the_example() {
        let of = |path, method| {
            let example = of_specs(&specs(), path, method).unwrap();
            (example.method, example.path, example.body)
        };
        let (method, path, body) = of(None, None);
        assert_eq!((method.as_str(), path.as_str()), ("POST", "/"));
        assert_eq!(
            (body.body, body.source),
            (Some(json!({"text": "text"})), ExampleSource::Apis)
        );
        for (path, method, found) in [
            (Some(""), None, ("POST", "/")),
            (Some("labels"), None, ("GET", "/labels")),
            (Some("/second"), Some("post"), ("POST", "/second")),
            (None, Some("GET"), ("GET", "/labels")),
            (Some("/any"), None, ("POST", "/any")),
            (Some("/any"), Some("put"), ("PUT", "/any")),
        ] {
            let (method, path, _) = of(path, method);
            assert_eq!((method.as_str(), path.as_str()), found);
        }
    }

    #[test]
    fn what_is_not_declared_is_told_with_what_is() {
        let told = |specs: &[ModelSpec], path, method| of_specs(specs, path, method).unwrap_err().to_string();
        let all = specs();
        let path = told(&all, Some("/nowhere"), None);
        assert!(
            path.starts_with("path: is not declared; the service declares POST /, GET /labels"),
            "{path}"
        );
        assert!(told(&all, Some("/labels"), Some("PUT")).starts_with("method: is not declared"));
        assert_eq!(told(&[], None, None), "method: the service declares nothing");
    }
}

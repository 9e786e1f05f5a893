//! The catalog in a token: where each API of this server is, as clients of Keystone look it up.

use adyton_api::iam::tokens::{CatalogEndpoint, CatalogEntry, TokenProject};

/// All services; those that belong to a project are below it.
pub(super) fn catalog(region: &str, base: &str, project: Option<&TokenProject>) -> Vec<CatalogEntry> {
    let below = project
        .map(|project| format!("/{}", project.id))
        .unwrap_or_default();
    [
        ("iam", "identity", format!("{base}/v3")),
        ("modelarts", "modelarts", format!("{base}/v1{below}")),
        ("apig", "apig", format!("{base}/v2{below}")),
    ]
    .into_iter()
    .map(|(name, kind, url)| CatalogEntry {
        id: name.to_owned(),
        name: name.to_owned(),
        r#type: kind.to_owned(),
        endpoints: vec![CatalogEndpoint {
            id: format!("{name}-public"),
            interface: "public".to_owned(),
            region: region.to_owned(),
            region_id: region.to_owned(),
            url,
        }],
    })
    .collect()
}

//! Every endpoint of the OpenAPI document, tried by a stranger, by another tenant's administrator and by a user whose role
//! permits nothing there.
//!
//! Proven: whatever the document lists is refused to whoever may not, with the code of its dialect, before the body is read or
//! the thing is looked up. Not proven here: which operation each role may do (adyton-identity's own tests say that), and what
//! an operation shows of others' things (the files beside this one). The Prediction tab's door is the gateway's to guard.

use bytes::Bytes;
use serde_json::Value;

use crate::client::Caller;
use crate::world::World;

/// Open to all on purpose; a line more needs a reason.
const OPEN: [&str; 17] = [
    "GET /",
    "GET /v3",
    "GET /v3/",
    "POST /v3/auth/tokens",
    "POST /adyton/v1/session",
    "POST /adyton/v1/session/link",
    "GET /adyton/v1/errors",
    "GET /healthz/live",
    "GET /healthz/ready",
    "GET /metrics",
    "GET /openapi.json",
    "GET /console",
    "GET /console/",
    "GET /console/{page}",
    "GET /docs",
    "GET /docs/",
    "GET /docs/{file}",
];

pub(crate) struct Operation {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) document: Value,
}

impl Operation {
    /// The path with this project, and ids of nothing.
    pub(crate) fn at(&self, project: &str) -> String {
        self.path
            .replace("{project_id}", project)
            .replace("{instance_id}", project)
            .replace("{service_id}", "00000000-0000-4000-8000-000000000000")
            .split('/')
            .map(|segment| {
                if segment.starts_with('{') {
                    "0".repeat(32)
                } else {
                    segment.to_owned()
                }
            })
            .collect::<Vec<_>>()
            .join("/")
    }
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
    pub(crate) fn id(&self) -> &str {
        self.document["operationId"].as_str().unwrap()
    }
    fn of_a_project(&self) -> bool {
        self.path.contains("{project_id}")
    }
    /// The Prediction tab's: the gateway refuses there.
    pub(crate) fn is_the_door(&self) -> bool {
        self.path.contains("/predict")
    }
    fn needs_permission(&self) -> bool {
        self.document["description"].is_string()
    }
}

pub(crate) async fn operations(world: &World) -> Vec<Operation> {
    let document = world.stranger().get("/openapi.json").await.expect(200);
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            all.push(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                document: operation.clone(),
            });
        }
    }
    assert!(all.len() > 70, "the document lists everything");
    all
}

async fn ask(caller: &Caller, operation: &Operation, project: &str) -> (u16, String) {
    let body = if operation.method == "GET" {
        ""
    } else {
        "{\"nonsense\": true}"
    };
    let answer = caller
        .send(&operation.method, &operation.at(project), Bytes::from(body))
        .await;
    (answer.status.as_u16(), answer.header("x-adyton-reason"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_gets_nowhere() {
    let world = World::start().await;
    for operation in operations(&world).await {
        let open = operation.document["security"].is_null();
        assert_eq!(
            open,
            OPEN.contains(&operation.name().as_str()),
            "{}",
            operation.name()
        );
        if open || operation.is_the_door() {
            continue;
        }
        let (status, reason) = ask(&world.stranger(), &operation, &world.project()).await;
        let expected = match operation.path.as_str() {
            path if path.starts_with("/v3") => "iam.credentials_missing",
            // Callers of APIs are told what a call is told.
            "/adyton/v1/requests/{request_id}" | "/adyton/v1/audit/{request_id}" => "credentials.missing",
            _ => "manage.credentials_missing",
        };
        assert_eq!((status, reason.as_str()), (401, expected), "{}", operation.name());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenant_gets_nowhere_and_cannot_tell_what_exists() {
    let world = World::start().await;
    let (neighbour, _) = world.neighbour().await;
    for operation in operations(&world)
        .await
        .iter()
        .filter(|operation| operation.of_a_project() && !operation.is_the_door())
    {
        let expected = match operation.path.as_str() {
            path if path.starts_with("/v1") || path.contains("/modelarts-service-v2") => {
                "modelarts.other_project"
            }
            _ => "manage.other_project",
        };
        for project in [world.project(), "f".repeat(32)] {
            let (status, reason) = ask(&neighbour, operation, &project).await;
            assert_eq!(
                (status, reason.as_str()),
                (403, expected),
                "{} in {project}",
                operation.name()
            );
        }
    }
    // Nor does a domain's thing answer: a project's administrator is none of the domain.
    for operation in operations(&world)
        .await
        .iter()
        .filter(|operation| operation.path.starts_with("/v3"))
    {
        if operation.needs_permission() {
            let (status, reason) = ask(&neighbour, operation, "").await;
            assert_eq!(
                (status, reason.as_str()),
                (403, "iam.forbidden"),
                "{}",
                operation.name()
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_only_calls_manages_nothing() {
    let world = World::start().await;
    let caller = world.member("caller").await;
    for operation in operations(&world)
        .await
        .iter()
        .filter(|operation| operation.needs_permission())
    {
        let (status, reason) = ask(&caller, operation, &world.project()).await;
        let expected = match operation.path.as_str() {
            path if path.starts_with("/v3") => "iam.forbidden",
            path if path.contains("/apigw/") => "apig.not_permitted",
            _ => "modelarts.not_permitted",
        };
        assert_eq!((status, reason.as_str()), (403, expected), "{}", operation.name());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_reads_and_changes_nothing() {
    let world = World::start().await;
    let auditor = world.member("auditor").await;
    auditor.get(&world.v1("/services")).await.expect(200);
    auditor.get(&world.v2("/apps")).await.expect(200);
    for operation in operations(&world)
        .await
        .iter()
        .filter(|operation| operation.needs_permission())
    {
        // Those two ask with a body.
        let only_asks = operation.path.contains("/resource-instances/");
        if operation.method != "GET" && !only_asks {
            let (status, _) = ask(&auditor, operation, &world.project()).await;
            assert_eq!(status, 403, "{}", operation.name());
        }
    }
}

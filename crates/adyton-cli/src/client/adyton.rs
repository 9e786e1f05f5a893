//! What Adyton's own addresses are asked.

use adyton_api::adyton::audit::{AuditExplained, AuditList};
use adyton_api::adyton::examples::ExampleShown;
use adyton_api::adyton::logs::LogTail;
use adyton_api::adyton::metrics::ServiceMetrics;
use adyton_api::adyton::overview::ProjectOverview;
use adyton_api::adyton::packages::Uploaded;
use adyton_api::adyton::quotas::{QuotaList, QuotaSet, QuotaWanted};
use adyton_api::adyton::requests::{OwnRequest, RequestExplained, RequestList};
use adyton_api::adyton::rollouts::RolloutShown;
use adyton_api::adyton::sessions::SessionLink;
use adyton_api::adyton::whoami::Whoami;
use adyton_core::address::{OWN_MANAGEMENT_CALLS, OWN_REQUESTS};
use adyton_core::id::RequestId;

use super::answer::{Answer, Asked};
use super::{Body, Client, Request, Shown};
use crate::failure::Outcome;
use crate::language::spoken;

impl Client {
    /// Who the server says that calls.
    pub fn whoami(&self) -> Outcome<Whoami> {
        self.get("/adyton/v1/whoami", "")
    }
    /// How everything of the project does.
    pub fn overview(&self) -> Outcome<ProjectOverview> {
        self.get(&format!("/adyton/v1/{}/overview", self.project()), "")
    }
    /// The quotas that hold in the project.
    pub fn quotas(&self) -> Outcome<QuotaList> {
        self.get(&format!("/adyton/v1/{}/quotas", self.project()), "")
    }
    /// Sets a quota of the project of this id, or of the domain.
    pub fn set_quota(&self, project: Option<&str>, quota: QuotaWanted) -> Outcome<QuotaList> {
        let place = project.map(|id| format!("/{id}")).unwrap_or_default();
        let body = QuotaSet { quotas: vec![quota] };
        self.put(&format!("/adyton/v1/quotas{place}"), &body)
    }
    /// A link that signs the caller in at the console, once.
    pub fn sign_in_link(&self) -> Outcome<SessionLink> {
        self.manage("POST", "/adyton/v1/session-links", "", Body::Empty)?
            .read()
    }
    /// What the server counts, in Prometheus' text format.
    pub fn metrics(&self) -> Outcome<String> {
        let answer = self.manage("GET", "/metrics", "", Body::Empty)?;
        Ok(String::from_utf8_lossy(&answer.body).into_owned())
    }
    /// A page of the project's requests, newest first.
    pub fn requests(&self, query: &str) -> Outcome<RequestList> {
        self.get(&format!("/adyton/v1/{}/requests", self.project()), query)
    }
    /// A request, and why it was answered so.
    pub fn explained(&self, id: RequestId) -> Outcome<RequestExplained> {
        self.get(&format!("/adyton/v1/{}/requests/{id}", self.project()), "")
    }
    /// What became of a request, told to whoever sent it: to the holder of these credentials.
    pub fn own_request(&self, id: RequestId, shown: &Shown<'_>) -> Outcome<OwnRequest> {
        self.ask_as(&format!("{OWN_REQUESTS}{id}"), shown)?.read()
    }
    /// Asks with other credentials than the client's own.
    fn ask_as(&self, path: &str, shown: &Shown<'_>) -> Outcome<Answer> {
        let request = Request {
            method: "GET",
            address: &self.server.control,
            path,
            query: "",
            headers: vec![("Accept-Language".to_owned(), spoken().tag().to_owned())],
            body: Body::Empty,
        };
        let answer = self.send(request, shown)?.ok(Asked::Control);
        answer.map_err(|failure| match shown {
            // Commands take an AppKey for the app, too.
            Shown::Signed(keys) => {
                failure.named(|word| matches!(word, "AK" | "APP").then(|| keys.access.clone()))
            }
            Shown::Token(_) | Shown::AppCode(_) | Shown::Nobody => failure,
        })
    }
    /// A page of the audit trail, of the project or of the whole domain.
    pub fn audit(&self, is_of_domain: bool, query: &str) -> Outcome<AuditList> {
        match is_of_domain {
            true => self.get("/adyton/v1/audit", query),
            false => self.get(&format!("/adyton/v1/{}/audit", self.project()), query),
        }
    }
    /// A management call, and why it was refused.
    pub fn audited(&self, id: RequestId) -> Outcome<AuditExplained> {
        self.get(&format!("/adyton/v1/{}/audit/{id}", self.project()), "")
    }
    /// What became of a management call, told to whoever made it: to the holder of these credentials.
    pub fn own_audited(&self, id: RequestId, shown: &Shown<'_>) -> Outcome<AuditExplained> {
        self.ask_as(&format!("{OWN_MANAGEMENT_CALLS}{id}"), shown)?.read()
    }
    /// The newest lines that the programs of a service printed, oldest first.
    pub fn service_log(&self, id: &str, query: &str) -> Outcome<LogTail> {
        let path = format!("/adyton/v1/{}/services/{id}/log", self.project());
        self.get(&path, query)
    }
    /// Hands on the events of a service's log as it grows, until `each` has enough.
    pub fn follow_log(
        &self,
        id: &str,
        query: &str,
        each: impl FnMut(&str, &str) -> Outcome<bool>,
    ) -> Outcome {
        let path = format!("/adyton/v1/{}/services/{id}/log/follow", self.project());
        self.events(&path, query, each)
    }
    /// A body that fits what a service declares, for a path or for the first that is declared.
    pub fn service_example(&self, id: &str, query: &str) -> Outcome<ExampleShown> {
        let path = format!("/adyton/v1/{}/services/{id}/example", self.project());
        self.get(&path, query)
    }
    /// What became of a service's requests in a range of time.
    pub fn service_metrics(&self, id: &str, range: &str) -> Outcome<ServiceMetrics> {
        let path = format!("/adyton/v1/{}/services/{id}/metrics", self.project());
        self.get(&path, &format!("range={range}"))
    }
    /// How far the change of a service has come that began this generation, or the newest one.
    pub fn service_rollout(&self, id: &str, generation: Option<u64>) -> Outcome<RolloutShown> {
        let path = format!("/adyton/v1/{}/services/{id}/rollout", self.project());
        let which = generation.map(|generation| format!("generation={generation}"));
        self.get(&path, &which.unwrap_or_default())
    }
    /// Replaces the instances of a service by new ones of the same configuration.
    pub fn restart_service(&self, id: &str) -> Outcome<RolloutShown> {
        let path = format!("/adyton/v1/{}/services/{id}/restart", self.project());
        self.manage("POST", &path, "", Body::Empty)?.read()
    }
    /// Uploads a package.
    pub(super) fn upload(&self, archive: Body) -> Outcome<Uploaded> {
        let path = format!("/adyton/v1/{}/packages", self.project());
        self.manage("POST", &path, "", archive)?.read()
    }
}

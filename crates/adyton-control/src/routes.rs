//! Every address of the control plane, one line each: method, path, who may call it, the status of success, the function, and
//! what it is for. Both the router and the OpenAPI document are made from this page.

use adyton_core::catalogue::Surface;
use adyton_identity::Action;
use http::StatusCode;

use crate::dialect::adyton::{
    audit, catalogue, console, documents, examples, health, live, logs, metrics, overview, own_requests,
    packages, predict, quotas, requests, rollouts, sessions, whoami,
};
use crate::dialect::apig::{apis, app_auths, app_codes, apps, instance};
use crate::dialect::iam::{credentials, discovery, projects, quotas as os_quotas, tokens, users};
use crate::dialect::modelarts::{
    model_import, models, quotas as resource_quotas, service_activity, service_deploy, service_tags,
    services, tagged_services,
};
use crate::heading::Access::{AnyCaller, Anyone, May, SignedIn};
use crate::heading::{Heading, Verb};
use crate::table::Table;

macro_rules! routes {
    ($table:ident, $surface:ident, $prefix:literal; $($verb:ident $path:literal $access:expr => $status:literal $module:ident::$function:ident, $summary:literal;)*) => {
        $($table.add(
            Heading {
                verb: Verb::$verb,
                path: concat!($prefix, $path).to_owned(),
                surface: Surface::$surface,
                access: $access,
                status: StatusCode::from_u16($status).unwrap_or(StatusCode::OK),
                name: concat!(stringify!($module), "_", stringify!($function)),
                summary: $summary,
            },
            $module::$function,
        );)*
    };
}

/// The table: one function a surface.
pub(crate) fn table() -> Table {
    let mut table = Table::default();
    iam(&mut table);
    modelarts(&mut table);
    apig(&mut table);
    adyton(&mut table);
    table
}

/// Identity and Access Management.
#[rustfmt::skip]
fn iam(table: &mut Table) {
    routes! { table, Iam, "";
        Get    "/"                                   Anyone => 300 discovery::root, "Versions of the identity API; a page for browsers";
        Get    "/v3"                                 Anyone => 200 discovery::v3, "The identity API, version 3";
        Get    "/v3/"                                Anyone => 200 discovery::v3, "The same";
        Post   "/v3/auth/tokens"                     Anyone => 201 tokens::create, "Sign in: issue a token";
        Get    "/v3/auth/tokens"                     SignedIn => 200 tokens::show, "The contents of the token in X-Subject-Token";
        Head   "/v3/auth/tokens"                     SignedIn => 200 tokens::show, "Whether the token in X-Subject-Token is valid";
        Delete "/v3/auth/tokens"                     SignedIn => 204 tokens::delete, "Sign out: revoke the token in X-Subject-Token";
        Get    "/v3/auth/projects"                   SignedIn => 200 projects::list, "Projects in which the caller has a role";
        Get    "/v3/auth/domains"                    SignedIn => 200 projects::domains, "The caller's domain";
        Get    "/v3/projects"                        SignedIn => 200 projects::list, "Projects in which the caller has a role";
        Post   "/v3/projects"                        May(Action::ProjectCreate) => 201 projects::create, "Create a project";
        Get    "/v3/projects/{in_project}"           SignedIn => 200 projects::show, "A project in which the caller has a role";
        Get    "/v3/regions"                         SignedIn => 200 projects::regions, "The one region";
        Get    "/v3/roles"                           SignedIn => 200 users::roles, "The built-in roles";
        Post   "/v3/users"                           May(Action::UserCreate) => 201 users::create, "Create a user";
        Get    "/v3/users"                           May(Action::UserList) => 200 users::list, "Users of the domain";
        Get    "/v3/users/{user_id}"                 May(Action::UserGet) => 200 users::show, "A user";
        Patch  "/v3/users/{user_id}"                 May(Action::UserUpdate) => 200 users::update, "Change a user, or disable them";
        Delete "/v3/users/{user_id}"                 May(Action::UserDelete) => 204 users::delete, "Delete a user";
        Post   "/v3/users/{user_id}/password"        SignedIn => 204 users::password, "Change the caller's own password";
        Get    "/v3/projects/{in_project}/users/{user_id}/roles"            May(Action::UserGet) => 200 users::assigned, "Roles of a user in a project";
        Put    "/v3/projects/{in_project}/users/{user_id}/roles/{role_id}"  May(Action::UserUpdate) => 204 users::give, "Grant a role in a project";
        Delete "/v3/projects/{in_project}/users/{user_id}/roles/{role_id}"  May(Action::UserUpdate) => 204 users::take, "Revoke a role in a project";
        Get    "/v3/domains/{in_domain}/users/{user_id}/roles"              May(Action::UserGet) => 200 users::assigned, "Roles of a user in the domain";
        Put    "/v3/domains/{in_domain}/users/{user_id}/roles/{role_id}"    May(Action::UserUpdate) => 204 users::give, "Grant a role in the domain";
        Delete "/v3/domains/{in_domain}/users/{user_id}/roles/{role_id}"    May(Action::UserUpdate) => 204 users::take, "Revoke a role in the domain";
    }
    routes! { table, Iam, "/v3.0/OS-CREDENTIAL/credentials";
        Post   ""                                    SignedIn => 201 credentials::create, "Create an access key; its secret is shown once";
        Get    ""                                    SignedIn => 200 credentials::list, "Access keys of a user";
        Get    "/{access_key}"                       SignedIn => 200 credentials::show, "An access key";
        Put    "/{access_key}"                       SignedIn => 200 credentials::update, "Disable or enable an access key";
        Delete "/{access_key}"                       SignedIn => 204 credentials::delete, "Delete an access key";
    }
    routes! { table, Iam, "/v3.0/OS-QUOTA";
        Get    "/domains/{in_domain}"                SignedIn => 200 os_quotas::of_domain, "Quotas of the caller's domain";
        Get    "/projects/{in_project}"              SignedIn => 200 os_quotas::of_project, "Quotas of a project in which the caller has a role";
    }
}

/// ModelArts management.
#[rustfmt::skip]
fn modelarts(table: &mut Table) {
    // Each version of the API has its own addresses for the same.
    macro_rules! tags {
        ($of_all:literal, $of_one:literal) => {
            routes! { table, ModelArts, $of_all;
                Get    ""                            May(Action::ServiceGet) => 200 service_tags::list, "Tags of the project's services";
            }
            routes! { table, ModelArts, $of_one;
                Get    "/tags"                       May(Action::ServiceGet) => 200 service_tags::show, "Tags of a service";
                Post   "/tags/create"                May(Action::ServiceUpdate) => 204 service_tags::create, "Give a service tags";
                Delete "/tags/delete"                May(Action::ServiceUpdate) => 204 service_tags::delete, "Take tags away from a service";
            }
        };
    }
    routes! { table, ModelArts, "/v1/{project_id}";
        Post   "/models"                             May(Action::ModelCreate) => 200 model_import::create, "Import a model package";
        Get    "/models"                             May(Action::ModelList) => 200 models::list, "Models of the project";
        Get    "/models/ai-engine-runtimes"          May(Action::ModelList) => 200 models::engines, "Engines that can run models on this server";
        Get    "/models/{model_id}"                  May(Action::ModelGet) => 200 models::show, "A model";
        Delete "/models/{model_id}"                  May(Action::ModelDelete) => 200 models::delete, "Delete a model, or all versions of it";
        Post   "/services"                           May(Action::ServiceCreate) => 200 service_deploy::deploy, "Deploy models as a service";
        Get    "/services"                           May(Action::ServiceList) => 200 services::list, "Services of the project";
        Get    "/services/specifications"            May(Action::ServiceList) => 200 services::specifications, "What services can ask to run on";
        Get    "/services/{service_id}"              May(Action::ServiceGet) => 200 services::show, "A service";
        Put    "/services/{service_id}"              May(Action::ServiceUpdate) => 200 service_deploy::update, "Start, stop or change a service";
        Delete "/services/{service_id}"              May(Action::ServiceDelete) => 200 services::delete, "Delete services, separated by commas";
        Get    "/services/{service_id}/events"       May(Action::ServiceGet) => 200 service_activity::events, "What happened to a service";
        Get    "/services/{service_id}/logs"         May(Action::ServiceGet) => 200 service_activity::history, "Updates of a service";
        Get    "/quotas"                             May(Action::QuotaGet) => 200 resource_quotas::show, "Quotas of models and services, and what is used of them";
        Get    "/services/{service_id}/monitor"      May(Action::ServiceGet) => 200 service_activity::monitor, "How a service does: its calls, its instances and what they take";
    }
    tags! { "/v1/{project_id}/services/tms/tags", "/v1/{project_id}/services/{service_id}" }
    tags! { "/v2/{project_id}/modelarts-service-v2/tags", "/v2/{project_id}/modelarts-service-v2/{service_id}" }
    routes! { table, ModelArts, "/v2/{project_id}/modelarts-service-v2/resource-instances";
        Ask    "/filter"                             May(Action::ServiceList) => 200 tagged_services::list, "Services that have these tags";
        Ask    "/count"                              May(Action::ServiceList) => 200 tagged_services::count, "How many services have these tags";
    }
}

/// API Gateway management.
#[rustfmt::skip]
fn apig(table: &mut Table) {
    routes! { table, Apig, "/v2/{project_id}/apigw/instances";
        Get    ""                                    May(Action::InstanceList) => 200 instance::list, "The gateway, as the project's one instance";
        Get    "/{instance_id}"                      May(Action::InstanceGet) => 200 instance::show, "The gateway";
        Get    "/{instance_id}/envs"                 May(Action::EnvironmentList) => 200 instance::environments, "Environments: RELEASE";
    }
    routes! { table, Apig, "/v2/{project_id}/apigw/instances/{instance_id}";
        Get    "/apis"                               May(Action::ApiList) => 200 apis::list, "APIs of the project's services";
        Get    "/apis/{api_id}"                      May(Action::ApiGet) => 200 apis::show, "An API";
        Post   "/apps"                               May(Action::AppCreate) => 201 apps::create, "Create an app; its secret is shown once";
        Get    "/apps"                               May(Action::AppList) => 200 apps::list, "Apps of the project";
        Put    "/apps/secret/{app_id}"               May(Action::AppUpdate) => 200 apps::reset_secret, "Replace an app's secret; the new one is shown once";
        Get    "/apps/{app_id}"                      May(Action::AppGet) => 200 apps::show, "An app";
        Put    "/apps/{app_id}"                      May(Action::AppUpdate) => 200 apps::update, "Change an app";
        Delete "/apps/{app_id}"                      May(Action::AppDelete) => 204 apps::delete, "Delete an app";
        Post   "/apps/{app_id}/app-codes"            May(Action::AppUpdate) => 201 app_codes::create, "Add a given AppCode";
        Put    "/apps/{app_id}/app-codes"            May(Action::AppUpdate) => 200 app_codes::generate, "Add a generated AppCode";
        Get    "/apps/{app_id}/app-codes"            May(Action::AppUpdate) => 200 app_codes::list, "AppCodes of an app";
        Get    "/apps/{app_id}/app-codes/{app_code_id}"    May(Action::AppUpdate) => 200 app_codes::show, "An AppCode";
        Delete "/apps/{app_id}/app-codes/{app_code_id}"    May(Action::AppUpdate) => 204 app_codes::delete, "Delete an AppCode";
        Post   "/app-auths"                          May(Action::AppAuthCreate) => 201 app_auths::create, "Authorise apps for APIs";
        Delete "/app-auths/{app_auth_id}"            May(Action::AppAuthDelete) => 204 app_auths::delete, "Revoke an authorisation";
        Get    "/app-auths/binded-apis"              May(Action::AppAuthList) => 200 app_auths::binded_apis, "APIs that an app may call";
        Get    "/app-auths/binded-apps"              May(Action::AppAuthList) => 200 app_auths::binded_apps, "Apps that may call an API";
        Get    "/app-auths/unbinded-apis"            May(Action::AppAuthList) => 200 app_auths::unbinded_apis, "APIs that an app may not call";
    }
}

/// Adyton's own, with the Prediction tab's door.
#[rustfmt::skip]
fn adyton(table: &mut Table) {
    routes! { table, Adyton, "/adyton/v1";
        Get    "/whoami"                             SignedIn => 200 whoami::whoami, "The identity behind the credentials, and when they expire";
        Post   "/session"                            Anyone => 201 sessions::create, "Sign in at the console: open a session, in a cookie";
        Get    "/session"                            SignedIn => 200 sessions::show, "Who is signed in, and what they may do in each project";
        Delete "/session"                            SignedIn => 204 sessions::delete, "Sign out of the console: end the session";
        Post   "/session/link"                       Anyone => 201 sessions::redeem, "Sign in at the console with the secret of a link, once";
        Post   "/session-links"                      SignedIn => 201 sessions::link, "A link that signs the caller in at the console, once within five minutes";
        Get    "/errors"                             Anyone => 200 catalogue::list, "The error catalogue";
        Get    "/requests/{request_id}"              AnyCaller => 200 own_requests::show, "One's own request, explained to whoever sent it; on both listeners";
        Get    "/audit"                              May(Action::DomainAuditList) => 200 audit::list_all, "The audit trail of the domain";
        Get    "/audit/{request_id}"                 AnyCaller => 200 audit::own, "One's own management call, explained to whoever made it; on both listeners";
        Get    "/{project_id}/audit"                 May(Action::AuditList) => 200 audit::list, "The audit trail of the project: changes, sign-ins, refused calls";
        Get    "/{project_id}/audit/{request_id}"    May(Action::AuditGet) => 200 audit::show, "One management call, explained";
        Get    "/{project_id}/quotas"                May(Action::QuotaGet) => 200 quotas::show, "Quotas that hold in the project, and what is used of them";
        Put    "/quotas"                             May(Action::QuotaUpdate) => 200 quotas::set_in_domain, "Set quotas of the domain's users";
        Put    "/quotas/{in_project}"                May(Action::QuotaUpdate) => 200 quotas::set_in_project, "Set quotas of a project of the domain";
        Post   "/{project_id}/packages"              May(Action::ModelCreate) => 200 packages::create, "Upload a model package: tar, tar.gz or zip";
        Get    "/{project_id}/requests"              May(Action::RequestList) => 200 requests::list, "The request journal of the project";
        Get    "/{project_id}/requests/{request_id}" May(Action::RequestGet) => 200 requests::show, "One request, explained";
        Get    "/{project_id}/overview"              May(Action::ServiceList) => 200 overview::show, "How everything of the project does: services, calls, refusals, changes, the server";
        Get    "/{project_id}/live"                  May(Action::RequestList) => 200 live::follow, "What happens in the project, as it happens: requests and services";
        Get    "/{project_id}/services/{service_id}/log"   May(Action::ServiceGet) => 200 logs::tail, "The newest lines of a service's log";
        Get    "/{project_id}/services/{service_id}/log/follow" May(Action::ServiceGet) => 200 logs::follow, "A service's log as it grows";
        Get    "/{project_id}/services/{service_id}/example" May(Action::ServiceGet) => 200 examples::show, "A body that fits what a service declares";
        Get    "/{project_id}/services/{service_id}/metrics" May(Action::ServiceGet) => 200 metrics::show, "What became of a service's requests: calls, failures, times, instances";
        Get    "/{project_id}/services/{service_id}/rollout" May(Action::ServiceGet) => 200 rollouts::show, "Progress of a change to a service";
    }
    routes! { table, Adyton, "/adyton/v1/{project_id}/services/{service_id}";
        Post   "/restart"                            May(Action::ServiceUpdate) => 200 rollouts::restart, "Replace the instances of a service by new ones of the same configuration";
    }
    routes! { table, Gateway, "/adyton/v1/{project_id}/services/{service_id}";
        Any    "/predict"                            SignedIn => 200 predict::predict, "The Prediction tab's door: the API address itself";
        Any    "/predict/"                           SignedIn => 200 predict::predict, "The same";
        Any    "/predict/{*path}"                    SignedIn => 200 predict::predict, "The Prediction tab's door: a path below the API address";
    }
    routes! { table, Adyton, "";
        Get    "/healthz/live"                       Anyone => 200 health::live, "Whether the process responds";
        Get    "/healthz/ready"                      Anyone => 200 health::ready, "Whether the node is ready, or what it is waiting for";
        Get    "/metrics"                            Anyone => 200 health::metrics, "Metrics in Prometheus' text format";
        Get    "/openapi.json"                       Anyone => 200 documents::openapi, "The OpenAPI document";
        Get    "/console"                            Anyone => 200 console::page, "The web console";
        Get    "/console/"                           Anyone => 200 console::page, "The same";
        Get    "/console/{*page}"                    Anyone => 200 console::page, "A page of the web console, or one of its files";
        Get    "/docs"                               Anyone => 308 documents::docs, "The reference, for people";
        Get    "/docs/"                              Anyone => 200 documents::viewer, "The reference, for people";
        Get    "/docs/{*file}"                       Anyone => 200 documents::viewer, "The reference's files";
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::heading::Kind;

    #[test]
    fn what_is_open_to_all_says_so_twice() {
        for row in table().rows {
            let open = row.heading.access == Anyone;
            assert_eq!(
                open,
                row.kind == Kind::Open,
                "{:?} {}",
                row.heading.verb,
                row.heading.path
            );
        }
    }

    #[test]
    fn callers_of_all_kinds_only_read() {
        for row in table().rows {
            let reads = row.heading.access == AnyCaller;
            assert_eq!(reads, row.kind == Kind::Read, "{}", row.heading.path);
            assert!(!reads || row.heading.verb == Verb::Get, "{}", row.heading.path);
        }
    }

    #[test]
    fn only_the_door_leaves_its_callers_to_the_gateway() {
        for row in table().rows {
            let door = row.heading.surface == Surface::Gateway;
            assert_eq!(door, row.kind == Kind::Forwarded, "{}", row.heading.path);
        }
    }

    #[test]
    fn questions_why_something_was_refused_are_operations() {
        let table = table();
        for question in adyton_core::audit::QUESTIONS {
            let row = table.rows.iter().find(|row| row.heading.name == question);
            assert!(
                row.is_some_and(|row| row.heading.path.ends_with("/{request_id}")),
                "{question}"
            );
        }
    }

    #[test]
    fn no_address_stands_twice() {
        let mut seen = HashSet::new();
        for row in table().rows {
            let address = format!("{:?} {}", row.heading.verb, row.heading.path);
            assert!(seen.insert(address.clone()), "{address}");
        }
    }
}

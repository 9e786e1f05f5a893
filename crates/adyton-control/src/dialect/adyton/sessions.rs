//! `/adyton/v1/session`: signing in and out at the web console, and links that sign in once.
//!
//! The session is in a cookie that no script can read. Its text is in no answer and in no address; a link's secret stands behind
//! `#`, which browsers send to nobody.

use adyton_api::adyton::sessions::{LinkSignIn, SessionLink, SessionProject, SessionShown, SignIn};
use adyton_api::iam::Named;
use adyton_core::audit::AuditedKind;
use adyton_core::id::DomainId;
use adyton_core::live::Live;
use adyton_core::secret::Secret;
use adyton_core::tenant::{Role, Scope, User};
use adyton_identity::policy::{permitted, roles};
use adyton_identity::session::COOKIE;
use adyton_store::repository::{DomainName, UserName};
use http::{HeaderMap, HeaderValue, header};

use crate::call::{Call, OpenCall};
use crate::dialect::iam::shapes::{base, domain};
use crate::endpoint::{Bare, Body, Json, WithHeaders};
use crate::failure::{Failure, OperationResult};
use crate::operations::project;
use crate::operations::session::{self, Opened};
use crate::operations::token;
use crate::remote::Remote;
use crate::shared::Shared;

/// The console's page that takes a sign-in link.
const SIGN_IN_PAGE: &str = "/console/sign-in#";

/// `POST /adyton/v1/session`
pub(crate) async fn create(
    call: OpenCall,
    Body(wanted): Body<SignIn>,
) -> OperationResult<WithHeaders<SessionShown>> {
    let only_domain = call.shared.live().only_domain();
    let who = user_name(wanted.user, wanted.domain, only_domain)?;
    let password = Secret::new(wanted.password);
    let named = token::Named::User(who.clone());
    match session::open(&call.shared, call.remote.address, &who, &password).await {
        Ok(opened) => signed_in(&call, &opened, "password"),
        Err(failure) => {
            let live = call.shared.live();
            call.audit.sign_in(token::named(&live, &named), "password", false);
            Err(failure)
        }
    }
}

/// `POST /adyton/v1/session/link`
pub(crate) async fn redeem(
    call: OpenCall,
    Body(wanted): Body<LinkSignIn>,
) -> OperationResult<WithHeaders<SessionShown>> {
    match session::redeem(&call.shared, &Secret::new(wanted.secret)).await {
        Ok(opened) => signed_in(&call, &opened, "link"),
        Err(failure) => {
            call.audit.sign_in(None, "link", false);
            Err(failure)
        }
    }
}

/// `POST /adyton/v1/session-links`
pub(crate) async fn link(call: Call) -> OperationResult<Json<SessionLink>> {
    let made = session::link(&call.shared, &call.actor)?;
    let mut url = base(&call.shared, &call.headers);
    if is_https(&call.shared, call.remote)
        && let Some(rest) = url.strip_prefix("http://")
    {
        url = format!("https://{rest}");
    }
    Ok(Json(SessionLink {
        url: format!("{url}{SIGN_IN_PAGE}{}", made.secret.expose()),
        expires_at: made.expires_at.to_iso(),
    }))
}

/// `GET /adyton/v1/session`
pub(crate) async fn show(call: Call) -> OperationResult<Json<SessionShown>> {
    let caller = &call.actor.caller;
    let mut shown = shown(&call.actor.live, call.actor.user()?, caller.scope());
    shown.way = caller.way().name().to_owned();
    shown.expires_at = caller.token().map(|token| token.expires_at.to_iso());
    shown.server_time = call.shared.clock.now().to_iso();
    Ok(Json(shown))
}

/// `DELETE /adyton/v1/session`
pub(crate) async fn delete(call: Call) -> OperationResult<Bare> {
    session::close(&call.shared, &call.actor).await?;
    if let Some(token) = call.actor.caller.token() {
        call.audit
            .about(AuditedKind::Token, token.id, &call.actor.user_name());
    }
    let mut headers = HeaderMap::new();
    let gone = cookie("", 0, is_https(&call.shared, call.remote))?;
    headers.insert(header::SET_COOKIE, gone);
    Ok(Bare(headers))
}

/// A name without a domain is one of the only domain, if there is one alone.
fn user_name(
    name: String,
    domain: Option<String>,
    only_domain: Option<DomainId>,
) -> OperationResult<UserName> {
    let domain = match (domain.filter(|name| !name.is_empty()), only_domain) {
        (Some(name), _) => DomainName::Name(name),
        (None, Some(only)) => DomainName::Id(only),
        (None, None) => {
            return Err(Failure::invalid(
                "domain",
                (
                    "is missing: a name requires its domain",
                    "缺失：使用名称时需要同时给出账号（domain）",
                ),
            ));
        }
    };
    Ok(UserName::InDomain { name, domain })
}

/// The answer to whoever has just signed in: who they are, and the cookie.
fn signed_in(call: &OpenCall, opened: &Opened, method: &str) -> OperationResult<WithHeaders<SessionShown>> {
    let now = call.shared.clock.now();
    let live = call.shared.live();
    call.audit.sign_in(Some(&opened.user), method, true);
    let (id, scope) = (opened.contents.id.to_string(), opened.contents.scope);
    call.audit.token(&live, id, scope);
    let expires_at = opened.contents.expires_at;
    let mut shown = shown(&live, &opened.user, opened.contents.scope);
    shown.expires_at = Some(expires_at.to_iso());
    shown.server_time = now.to_iso();
    let seconds = expires_at.since(now).as_secs();
    let secure = is_https(&call.shared, call.remote);
    let mut headers = HeaderMap::new();
    headers.insert(header::SET_COOKIE, cookie(opened.text.expose(), seconds, secure)?);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(WithHeaders(shown, headers))
}

/// Whether callers reach this server by HTTPS: it says so of itself, or the proxy in front of it does.
fn is_https(shared: &Shared, remote: Remote) -> bool {
    match &shared.settings().control_url {
        Some(own) => own.starts_with("https://"),
        None => remote.https,
    }
}

/// The cookie's line. A browser that reaches this server by HTTPS sends it by nothing else.
fn cookie(text: &str, seconds: u64, secure: bool) -> OperationResult<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    let line = format!("{COOKIE}={text}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    let mut value = HeaderValue::from_str(&line).map_err(Failure::defect)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Who somebody is, and what they may do where a credential of this scope reaches.
fn shown(live: &Live, user: &User, scope: Scope) -> SessionShown {
    let own = roles(live, user, Scope::Domain(user.domain));
    let projects = project::of_user(live, user)
        .into_iter()
        .filter(|one| match scope {
            Scope::Project(id) => one.id == id,
            Scope::Domain(id) => one.domain == id,
        });
    SessionShown {
        user: Named {
            id: user.id.to_string(),
            name: user.name.clone(),
        },
        domain: domain(live, user),
        roles: names(&own),
        permissions: actions(&own),
        projects: projects
            .map(|project| {
                let roles = roles(live, user, Scope::Project(project.id));
                SessionProject {
                    id: project.id.to_string(),
                    name: project.name,
                    permissions: actions(&roles),
                    roles: names(&roles),
                }
            })
            .collect(),
        way: adyton_identity::Way::Console.name().to_owned(),
        expires_at: None,
        server_time: String::new(),
    }
}

fn names(roles: &[Role]) -> Vec<String> {
    roles.iter().map(|role| role.name().to_owned()).collect()
}

fn actions(roles: &[Role]) -> Vec<String> {
    permitted(roles).map(|action| action.name().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_named_in_their_domain_or_the_only_one() {
        let only = DomainId::from_bits(7);
        let named = |domain: Option<&str>, only| user_name("ada".to_owned(), domain.map(str::to_owned), only);
        let in_domain = |domain| UserName::InDomain {
            name: "ada".to_owned(),
            domain,
        };
        for unsaid in [None, Some("")] {
            assert_eq!(
                named(unsaid, Some(only)).unwrap(),
                in_domain(DomainName::Id(only))
            );
        }
        let said = in_domain(DomainName::Name("acme".to_owned()));
        assert_eq!(named(Some("acme"), Some(only)).unwrap(), said);
        let told = named(None, None).unwrap_err().to_string();
        assert!(told.starts_with("domain: "), "{told}");
    }

    #[test]
    fn no_script_reads_the_cookie_and_no_other_site_sends_it() {
        let line = |secure| cookie("text", 60, secure).unwrap();
        assert_eq!(
            line(false),
            "adyton_session=text; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"
        );
        assert_eq!(
            line(true),
            "adyton_session=text; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"
        );
        assert!(line(true).is_sensitive());
    }
}

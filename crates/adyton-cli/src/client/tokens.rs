//! Tokens: signing in, what a token says, and its end.

use adyton_api::iam::tokens::{
    NamedRef, PasswordMethod, PasswordUser, TokenAnswer, TokenAuth, TokenIdentity, TokenMethod, TokenRequest,
    TokenScope,
};
use adyton_core::id::ProjectId;
use adyton_core::secret::Secret;

use super::answer::{Answer, Asked};
use super::request::{Body, Request, Shown};
use super::{Client, json, lookup};
use crate::failure::{Failure, Outcome};
use crate::said;

/// A token, and until when it counts.
pub struct SignedIn {
    /// The token.
    pub token: Secret<String>,
    /// ISO 8601.
    pub expires_at: String,
}

impl Client {
    /// A token: the context's, or one that is got now.
    pub fn token(&self) -> Outcome<Secret<String>> {
        if let Some(token) = self.token.borrow().as_ref() {
            return Ok(token.clone());
        }
        let Some(known) = &self.server.credentials.password else {
            return Err(self.no_token());
        };
        let scope = TokenScope::project(&known.project_id);
        let got = self.sign_in(&known.user, Some(&known.domain), &known.password, Some(scope))?;
        *self.token.borrow_mut() = Some(got.token.clone());
        Ok(got.token)
    }
    /// `POST /v3/auth/tokens` with a password; without a domain, in the only one that the server has.
    pub fn sign_in(
        &self,
        user: &str,
        domain: Option<&str>,
        password: &Secret<String>,
        scope: Option<TokenScope>,
    ) -> Outcome<SignedIn> {
        let user = PasswordUser {
            id: None,
            name: Some(user.to_owned()),
            domain: domain.map(NamedRef::name),
            password: password.expose().clone(),
        };
        let identity = TokenIdentity {
            methods: vec!["password".to_owned()],
            password: Some(PasswordMethod { user }),
            token: None,
        };
        self.token_for(identity, scope)
    }
    /// A token for a project, for another token. It ends when that would.
    fn sign_in_elsewhere(&self, token: &Secret<String>, project: &str) -> Outcome<SignedIn> {
        let identity = TokenIdentity {
            methods: vec!["token".to_owned()],
            password: None,
            token: Some(TokenMethod {
                id: token.expose().clone(),
            }),
        };
        self.token_for(identity, Some(TokenScope::project(project)))
    }
    /// `POST /v3/auth/tokens` with a password, for the project.
    pub fn sign_in_here(
        &self,
        user: &str,
        domain: Option<&str>,
        password: &Secret<String>,
    ) -> Outcome<SignedIn> {
        self.sign_in(user, domain, password, Some(TokenScope::project(self.project())))
    }
    /// A token of the caller for the project, which nobody else has. One that is got for another token ends when that does.
    pub fn new_token(&self) -> Outcome<SignedIn> {
        let credentials = &self.server.credentials;
        match (&credentials.password, &credentials.token) {
            (Some(known), _) => self.sign_in_here(&known.user, Some(&known.domain), &known.password),
            (None, Some(token)) => self.sign_in_elsewhere(token, self.project()),
            (None, None) => Err(self.no_token()),
        }
    }
    fn no_token(&self) -> Failure {
        Failure::wrong_use(said!(
            "{} has an access key but no password, so it cannot get a token", "{} 只有访问密钥而没有密码，因此无法获取令牌",
            self.server.said
        ))
        .hint(said!("run `adyton login --user NAME` to get one and save it, or `adyton token create --user NAME` to print one", "执行 `adyton login --user NAME` 获取并保存令牌，或用 `adyton token create --user NAME` 输出令牌"))
    }
    /// What a token says.
    pub fn token_shown(&self, token: &Secret<String>) -> Outcome<TokenAnswer> {
        self.of_token("GET", "nocatalog=true", token, &self.manager(token))?
            .read()
    }
    /// Revokes a token of the caller, or of somebody whom they may manage.
    pub fn revoke_token(&self, token: &Secret<String>) -> Outcome {
        self.of_token("DELETE", "", token, &self.manager(token)).map(drop)
    }
    /// Revokes a token, which is all that is known of its holder.
    pub fn sign_out(&self, token: &Secret<String>) -> Outcome {
        self.of_token("DELETE", "", token, &Shown::Token(token)).map(drop)
    }
    /// Who asks about a token: the caller by their keys, else whoever holds it.
    fn manager<'a>(&'a self, token: &'a Secret<String>) -> Shown<'a> {
        match &self.server.credentials.keys {
            Some(keys) => Shown::Signed(keys),
            None => Shown::Token(token),
        }
    }
    fn of_token(
        &self,
        method: &str,
        query: &str,
        token: &Secret<String>,
        shown: &Shown<'_>,
    ) -> Outcome<Answer> {
        let request = Request {
            method,
            address: &self.server.control,
            path: "/v3/auth/tokens",
            query,
            headers: vec![("X-Subject-Token".to_owned(), token.expose().clone())],
            body: Body::Empty,
        };
        self.send(request, shown)?.ok(Asked::Control)
    }
    /// In the only project of the caller, if none was said.
    pub fn in_some_project(self) -> Outcome<Self> {
        if !self.project().is_empty() {
            return Ok(self);
        }
        let known = self.whoami()?;
        let [only] = known.projects.as_slice() else {
            let names: Vec<&str> = known
                .projects
                .iter()
                .map(|project| project.name.as_str())
                .collect();
            let (names, said) = (names.join(", "), &self.server.said);
            return Err(Failure::wrong_use(said!(
                "{said} does not say which project is meant; you have a role in: {names}",
                "{said} 未说明是哪个项目；您有角色的项目：{names}"
            ))
            .hint(said!(
                "give --project NAME, or set ADYTON_PROJECT_ID (`adyton project list` shows the ids)",
                "请给出 --project NAME，或设置 ADYTON_PROJECT_ID（`adyton project list` 显示 ID）"
            )));
        };
        let id = only.id.clone();
        self.in_project(&id)
    }
    /// The same server and caller in another project: its id or name.
    pub fn in_project(mut self, said: &str) -> Outcome<Self> {
        let project = match ProjectId::parse(said.as_bytes()) {
            Some(id) => id.to_string(),
            None => lookup::project(&self, said)?.id,
        };
        if self.server.credentials.keys.is_none()
            && let Some(token) = self.server.credentials.token.clone()
        {
            let token = self.sign_in_elsewhere(&token, &project)?.token;
            self.server.credentials.token = Some(token);
        }
        if let Some(password) = &mut self.server.credentials.password {
            password.project_id.clone_from(&project);
        }
        self.server.project = project;
        Ok(Self::new(self.server, self.clock))
    }
    fn token_for(&self, identity: TokenIdentity, scope: Option<TokenScope>) -> Outcome<SignedIn> {
        let wanted = TokenRequest {
            auth: TokenAuth { identity, scope },
        };
        let request = Request {
            method: "POST",
            address: &self.server.control,
            path: "/v3/auth/tokens",
            query: "nocatalog=true",
            headers: Vec::new(),
            body: json(&wanted)?,
        };
        let answer = self.send(request, &Shown::Nobody)?.ok(Asked::Control)?;
        let token = answer
            .header("x-subject-token")
            .map(str::to_owned)
            .ok_or_else(|| {
                Failure::failed(said!(
                    "{} answered without `X-Subject-Token`",
                    "{} 的响应中没有 `X-Subject-Token`",
                    answer.asked
                ))
            })?;
        Ok(SignedIn {
            token: Secret::new(token),
            expires_at: answer.read::<TokenAnswer>()?.token.expires_at,
        })
    }
}

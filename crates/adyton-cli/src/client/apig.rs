//! What API Gateway is asked.

use adyton_api::apig::app_auths::{AuthCreate, AuthCreated, AuthList};
use adyton_api::apig::app_codes::{AppCodeList, AppCodeShown};
use adyton_api::apig::apps::{AppCreate, AppList, AppResetSecret, AppShown, AppUpdate};
use adyton_api::apig::instances::InstanceList;

use super::pages::{PAGE, all};
use super::{Body, Client};
use crate::failure::{Failure, Outcome};
use crate::said;

/// The environment in which every service is published (API Gateway API Reference, "Environment Management").
const RELEASE_ID: &str = "DEFAULT_ENVIRONMENT_RELEASE_ID";

impl Client {
    /// All apps of the project.
    pub fn apps(&self) -> Outcome<AppList> {
        let path = self.apigw("/apps")?;
        let mut total = 0;
        let apps = all(|from| {
            let page: AppList = self.get(&path, &page_of(from, ""))?;
            total = page.total;
            Ok(page.apps)
        })?;
        Ok(AppList {
            total,
            size: apps.len(),
            apps,
        })
    }
    /// Makes an app; the answer holds its secret.
    pub fn create_app(&self, name: &str, remark: &str) -> Outcome<AppShown> {
        let wanted = AppCreate {
            name: name.to_owned(),
            remark: Some(remark.to_owned()),
            ..AppCreate::default()
        };
        self.post(&self.apigw("/apps")?, &wanted)
    }
    /// Gives an app another secret; the answer holds it.
    pub fn reset_app_secret(&self, id: &str) -> Outcome<AppShown> {
        self.put(
            &self.apigw(&format!("/apps/secret/{id}"))?,
            &AppResetSecret::default(),
        )
    }
    /// Lets an app call, or refuses all its calls.
    pub fn enable_app(&self, id: &str, enabled: bool) -> Outcome<AppShown> {
        let change = AppUpdate {
            status: Some(enabled.into()),
            ..AppUpdate::default()
        };
        self.put(&self.apigw(&format!("/apps/{id}"))?, &change)
    }
    /// Deletes an AppCode of an app.
    pub fn delete_app_code(&self, app: &str, code: &str) -> Outcome {
        self.delete(&self.apigw(&format!("/apps/{app}/app-codes/{code}"))?)
    }
    /// Deletes an app.
    pub fn delete_app(&self, id: &str) -> Outcome {
        self.delete(&self.apigw(&format!("/apps/{id}"))?)
    }
    /// Gives an app a generated AppCode.
    pub fn create_app_code(&self, app: &str) -> Outcome<AppCodeShown> {
        let path = self.apigw(&format!("/apps/{app}/app-codes"))?;
        self.manage("PUT", &path, "", Body::Empty)?.read()
    }
    /// All AppCodes of an app.
    pub fn app_codes(&self, app: &str) -> Outcome<AppCodeList> {
        let path = self.apigw(&format!("/apps/{app}/app-codes"))?;
        let mut total = 0;
        let app_codes = all(|from| {
            let page: AppCodeList = self.get(&path, &page_of(from, ""))?;
            total = page.total;
            Ok(page.app_codes)
        })?;
        Ok(AppCodeList {
            total,
            size: app_codes.len(),
            app_codes,
        })
    }
    /// Authorises an app for APIs.
    pub fn authorise(&self, app: &str, apis: Vec<String>) -> Outcome<AuthCreated> {
        let wanted = AuthCreate {
            env_id: RELEASE_ID.to_owned(),
            app_ids: vec![app.to_owned()],
            api_ids: apis,
        };
        self.post(&self.apigw("/app-auths")?, &wanted)
    }
    /// All authorisations of an app.
    pub fn authorisations(&self, app: &str) -> Outcome<AuthList> {
        let path = self.apigw("/app-auths/binded-apis")?;
        let mut total = 0;
        let auths = all(|from| {
            let page: AuthList = self.get(&path, &page_of(from, &format!("&app_id={app}")))?;
            total = page.total;
            Ok(page.auths)
        })?;
        Ok(AuthList {
            total,
            size: auths.len(),
            auths,
        })
    }
    /// Takes an authorisation back.
    pub fn revoke(&self, id: &str) -> Outcome {
        self.delete(&self.apigw(&format!("/app-auths/{id}"))?)
    }
    /// An address of the project's gateway: `/v2/{project_id}/apigw/instances/{instance_id}` and what is below it.
    fn apigw(&self, below: &str) -> Outcome<String> {
        if let Some(base) = self.gateway.get() {
            return Ok(format!("{base}{below}"));
        }
        let path = format!("/v2/{}/apigw/instances", self.project());
        let listed: InstanceList = self.get(&path, "")?;
        let instance = listed.instances.first().ok_or_else(|| {
            Failure::failed(said!("the project has no gateway instance", "该项目没有网关实例"))
        })?;
        let base = self.gateway.get_or_init(|| format!("{path}/{}", instance.id));
        Ok(format!("{base}{below}"))
    }
}

/// API Gateway counts entries.
fn page_of(from: usize, filter: &str) -> String {
    format!("offset={from}&limit={PAGE}{filter}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_entries() {
        assert_eq!(page_of(2 * PAGE, "&app_id=a"), "offset=200&limit=100&app_id=a");
    }
}

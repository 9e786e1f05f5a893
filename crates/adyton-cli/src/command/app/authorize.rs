//! `adyton app authorize`: lets an app call services. A service is one API; the first authorisation opens it to apps.

use adyton_api::apig::app_auths::AuthCreated;
use clap::Args;

use crate::client::lookup;
use crate::context::Context;
use crate::failure::Outcome;
use crate::said;

/// Let an app call services
#[derive(Args)]
#[command(after_help = "Examples:
  adyton app authorize reader iris
  adyton app authorize reader iris poetry")]
pub struct Authorize {
    /// Name, AppKey or id of the app
    app: String,
    /// Names or ids of services
    #[arg(required = true)]
    services: Vec<String>,
}

impl Authorize {
    /// Authorises and says so.
    pub fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let app = lookup::app(&client, &self.app)?;
        let apis: Vec<String> = self
            .services
            .iter()
            .map(|said| Ok(lookup::service(&client, said)?.summary.api_id))
            .collect::<Outcome<_>>()?;
        let given = client.authorisations(&app.id)?.auths;
        let new = not_given_yet(apis, |api| given.iter().any(|auth| auth.api_id == api));
        let made = match new.is_empty() {
            true => AuthCreated { auths: Vec::new() },
            false => client.authorise(&app.id, new)?,
        };
        if context.terminal.is_json() {
            context.terminal.document(&made);
        } else {
            context.terminal.print(said!(
                "{} may call {}.",
                "{} 现在可以调用 {}。",
                app.name,
                self.services.join(", ")
            ));
        }
        Ok(())
    }
}

/// The APIs that an app may not call yet, each once: what is given already is no error to whoever asks for it again.
fn not_given_yet(apis: Vec<String>, is_given: impl Fn(&str) -> bool) -> Vec<String> {
    let mut new: Vec<String> = Vec::new();
    for api in apis {
        if !new.contains(&api) && !is_given(&api) {
            new.push(api);
        }
    }
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_already_or_named_twice_is_given_once() {
        let apis = ["a", "b", "a", "c"].map(str::to_owned).to_vec();
        assert_eq!(not_given_yet(apis.clone(), |api| api == "b"), ["a", "c"]);
        assert!(not_given_yet(apis, |_| true).is_empty());
    }
}

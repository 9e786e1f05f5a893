//! `adyton app authorize`: lets an app call services. A service is one API; the first authorisation opens it to apps.

use clap::Args;

use crate::client::lookup;
use crate::context::Context;
use crate::failure::Outcome;

/// Let an app call services
#[derive(Args)]
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
        let made = client.authorise(&app.id, apis)?;
        if context.terminal.is_json() {
            context.terminal.document(&made);
        } else {
            context
                .terminal
                .print(format!("{} may call {}.", app.name, self.services.join(", ")));
        }
        Ok(())
    }
}

//! What an instance of a program runs: the command, its folder and its environment.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use adyton_core::model::{ApiDeclaration, Health};

use super::{CommandSettings, PATH, RESERVED};
use crate::keeper::Order;
use crate::launcher::Launch;

/// See the top of the file.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    /// Program and arguments, as the package declares them.
    pub(super) command: Vec<String>,
    /// The package's `model/`.
    pub(super) folder: PathBuf,
    /// `envs` of the service.
    pub(super) environment: BTreeMap<String, String>,
    /// The health question, if one is declared.
    pub(super) health: Option<Health>,
    /// A path that the model declares, for the question where no health is.
    pub(super) path: String,
    /// How long the program may take until it is ready.
    pub(super) deploy_timeout: Duration,
    /// How much of that is left.
    pub(super) ready_within: Duration,
    /// The instance's own temporary folder; made and removed with it.
    pub(super) temporary: PathBuf,
}

impl Task {
    /// The task of one instance.
    pub(crate) fn new(launch: &Launch, command: Vec<String>, settings: &CommandSettings) -> Self {
        Self {
            command,
            folder: launch.folder.clone(),
            environment: launch.environment.clone(),
            health: launch.spec.health.clone(),
            path: question_path(&launch.spec.apis),
            deploy_timeout: launch.deploy_timeout,
            ready_within: launch.ready_within,
            temporary: settings.temporary.join(launch.instance.to_string()),
        }
    }

    /// What a keeper is told to run, with this port.
    pub(super) fn order(&self, settings: &CommandSettings, port: u16) -> Order {
        let mut command = self.command.clone();
        if let Some(program) = command.first_mut() {
            let inside = self.folder.join(&*program);
            if inside.is_file() {
                *program = inside.display().to_string();
            }
        }
        Order {
            command,
            folder: self.folder.clone(),
            environment: self.variables(port),
            temporary: self.temporary.clone(),
            hidden: settings.hidden.clone(),
            readable: settings.readable.clone(),
            ports: [port].into_iter().chain(settings.ports.iter().copied()).collect(),
            grace_ms: u64::try_from(settings.grace.as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// The whole environment of the program.
    fn variables(&self, port: u16) -> BTreeMap<String, String> {
        let temporary = self.temporary.display().to_string();
        // What a service sets may stand in for these.
        let mut variables: BTreeMap<String, String> = [
            ("LANG", "C.UTF-8"),
            // Lines are to be seen when they are printed, and the package cannot be written to.
            ("PYTHONUNBUFFERED", "1"),
            ("PYTHONDONTWRITEBYTECODE", "1"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        variables.extend(self.environment.clone());
        // These hold whatever it sets; a service that sets them is refused when it is made.
        let [port_name, model, path, home, tmp] = RESERVED;
        let ours = [
            (port_name, port.to_string()),
            (model, self.folder.display().to_string()),
            (path, PATH.to_owned()),
            (home, temporary.clone()),
            (tmp, temporary),
        ];
        variables.extend(ours.map(|(name, value)| (name.to_owned(), value)));
        variables
    }
}

/// The first declared path that can be asked for as it is; declared paths are kept decoded.
fn question_path(apis: &[ApiDeclaration]) -> String {
    let plain = |url: &&str| url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'%');
    apis.iter()
        .map(|api| api.url.as_str())
        .find(plain)
        .unwrap_or("/")
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(command: &[&str], environment: &[(&str, &str)]) -> Task {
        Task {
            command: command.iter().map(|word| (*word).to_owned()).collect(),
            folder: "/packages/1/model".into(),
            environment: environment
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            health: None,
            path: "/".to_owned(),
            deploy_timeout: Duration::from_secs(1),
            ready_within: Duration::from_secs(1),
            temporary: "/run/1".into(),
        }
    }

    #[test]
    fn a_service_may_set_variables_but_not_those_that_hold_for_all() {
        let task = task(&["python3"], &[("LANG", "de_DE"), ("PORT", "80"), ("MINE", "1")]);
        let variables = task.variables(20_001);
        let value = |name: &str| variables.get(name).map(String::as_str);
        assert_eq!(value("LANG"), Some("de_DE"));
        assert_eq!(value("MINE"), Some("1"));
        assert_eq!(value("PORT"), Some("20001"));
        assert_eq!(value("MODEL_PATH"), Some("/packages/1/model"));
        assert_eq!((value("HOME"), value("TMPDIR")), (Some("/run/1"), Some("/run/1")));
        assert_eq!(value("PATH"), Some(PATH));
        assert_eq!(variables.len(), 9, "nothing of the server's own: {variables:?}");
    }

    #[test]
    fn a_program_binds_its_own_port_and_those_that_all_may() {
        let mut settings = CommandSettings::new(Vec::new(), "/run".into());
        settings.ports = vec![9000];
        settings.grace = Duration::from_millis(1_500);
        let order = task(&["python3", "serve.py"], &[]).order(&settings, 20_001);
        assert_eq!((order.ports, order.grace_ms), (vec![20_001, 9000], 1_500));
        assert_eq!(
            order.command,
            ["python3", "serve.py"],
            "not in the package: looked up on PATH"
        );
    }

    #[test]
    fn a_program_of_the_package_is_the_packages_own() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("run"), "").expect("a file");
        let mut task = task(&["run", "--quiet"], &[]);
        task.folder = folder.path().to_owned();
        let order = task.order(&CommandSettings::new(Vec::new(), "/run".into()), 1);
        assert_eq!(order.command[0], folder.path().join("run").display().to_string());
    }

    #[test]
    fn the_question_goes_to_a_path_that_needs_no_encoding() {
        let api = |url: &str| ApiDeclaration {
            url: url.to_owned(),
            method: "POST".to_owned(),
            request: None,
            response: None,
        };
        assert_eq!(
            question_path(&[api("/a b"), api("/ä"), api("/100%"), api("/plain")]),
            "/plain"
        );
        assert_eq!(question_path(&[api("/a b")]), "/");
    }
}

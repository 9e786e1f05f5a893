//! What of a thing is shown in its record: its fields as texts. Secrets are compared and never shown.

use std::collections::BTreeMap;

use adyton_core::audit::{AuditedKind, FieldChange};
use adyton_core::model::Model;
use adyton_core::service::{Service, Version, Wanted};
use adyton_core::tenant::{AccessKey, App, Project, Scope, User};

/// A value of a field.
pub(crate) enum Value {
    /// One that may be shown; nothing is like a field that is not there.
    Shown(Option<String>),
    /// One that may not: only whether it differs from another counts.
    Secret(String),
}

impl Value {
    fn text(text: impl ToString) -> Self {
        Self::Shown(Some(text.to_string()))
    }
}

/// A thing that changes are recorded of.
pub(crate) trait Audited {
    /// What it is.
    const KIND: AuditedKind;
    /// Its id.
    fn id(&self) -> String;
    /// Its name.
    fn name(&self) -> String;
    /// Its fields, in the order in which they are shown.
    fn fields(&self) -> Vec<(String, Value)>;
}

/// The fields in which two states of a thing differ; all that it has, where there is no state of before.
pub(super) fn differences<T: Audited>(before: Option<&T>, after: &T) -> Vec<FieldChange> {
    let is_new = before.is_none();
    let before = before.map(T::fields).unwrap_or_default();
    let mut former: BTreeMap<String, Value> = before.into_iter().collect();
    let mut changes = Vec::new();
    for (field, now) in after.fields() {
        let was = former.remove(&field);
        changes.extend(difference(field, was, Some(now), is_new));
    }
    for (field, was) in former {
        changes.extend(difference(field, Some(was), None, is_new));
    }
    changes
}

fn difference(field: String, was: Option<Value>, now: Option<Value>, is_new: bool) -> Option<FieldChange> {
    let (from, to, is_secret) = match (was, now) {
        (Some(Value::Secret(was)), Some(Value::Secret(now))) if was == now => return None,
        // What is just made has secrets, of which there is nothing to say.
        (None, Some(Value::Secret(_))) if is_new => return None,
        (Some(Value::Secret(_)), _) | (_, Some(Value::Secret(_))) => (None, None, true),
        (was, now) => (shown(was), shown(now), false),
    };
    let differs = is_secret || from != to;
    // An empty text is what was left out.
    let says_something = !is_new || to.as_ref().is_some_and(|text| !text.is_empty());
    (differs && says_something).then_some(FieldChange {
        field,
        from,
        to,
        is_secret,
    })
}

fn shown(value: Option<Value>) -> Option<String> {
    match value {
        Some(Value::Shown(text)) => text,
        Some(Value::Secret(_)) | None => None,
    }
}

fn field(name: &str, value: impl ToString) -> (String, Value) {
    (name.to_owned(), Value::text(value))
}

fn secret(name: &str, value: &str) -> (String, Value) {
    (name.to_owned(), Value::Secret(value.to_owned()))
}

impl Audited for App {
    const KIND: AuditedKind = AuditedKind::App;
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn name(&self) -> String {
        self.name.clone()
    }
    fn fields(&self) -> Vec<(String, Value)> {
        vec![
            field("name", &self.name),
            field("remark", &self.remark),
            field("app_key", &self.key),
            secret("app_secret", self.secret.expose()),
            field("enabled", self.enabled),
        ]
    }
}

impl Audited for User {
    const KIND: AuditedKind = AuditedKind::User;
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn name(&self) -> String {
        self.name.clone()
    }
    fn fields(&self) -> Vec<(String, Value)> {
        let mut fields = vec![field("name", &self.name), field("enabled", self.enabled)];
        let mut roles: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for given in &self.assignments {
            let scope = match given.scope {
                Scope::Project(id) => format!("roles in project {id}"),
                Scope::Domain(id) => format!("roles in domain {id}"),
            };
            roles.entry(scope).or_default().push(given.role.name());
        }
        let listed = roles.into_iter().map(|(scope, mut roles)| {
            roles.sort_unstable();
            (scope, Value::text(roles.join(", ")))
        });
        fields.extend(listed);
        fields
    }
}

impl Audited for AccessKey {
    const KIND: AuditedKind = AuditedKind::AccessKey;
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn name(&self) -> String {
        String::new()
    }
    fn fields(&self) -> Vec<(String, Value)> {
        vec![
            field("user_id", self.user),
            field("enabled", self.enabled),
            field("description", &self.description),
        ]
    }
}

impl Audited for Project {
    const KIND: AuditedKind = AuditedKind::Project;
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn name(&self) -> String {
        self.name.clone()
    }
    fn fields(&self) -> Vec<(String, Value)> {
        vec![field("name", &self.name)]
    }
}

impl Audited for Model {
    const KIND: AuditedKind = AuditedKind::Model;
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn name(&self) -> String {
        format!("{} {}", self.name, self.version)
    }
    fn fields(&self) -> Vec<(String, Value)> {
        // What follows `?` in an address may be a signature.
        let source = self.source_location.split('?').next().unwrap_or_default();
        vec![
            field("name", &self.name),
            field("version", &self.version),
            field("source", source),
        ]
    }
}

impl Audited for Service {
    const KIND: AuditedKind = AuditedKind::Service;
    fn id(&self) -> String {
        self.id.to_string()
    }
    fn name(&self) -> String {
        self.name.clone()
    }
    fn fields(&self) -> Vec<(String, Value)> {
        let limit = match self.calls_per_second {
            None => "the server's default".to_owned(),
            Some(0) => "no limit".to_owned(),
            Some(number) => number.to_string(),
        };
        let wanted = match self.wanted {
            Wanted::Running => "running",
            Wanted::Stopped => "stopped",
        };
        let mut fields = vec![
            field("name", &self.name),
            field("description", &self.description),
            field("status", wanted),
            field("calls_per_second", limit),
            field("app_auth", self.app_auth),
            field("app_code", self.app_code),
        ];
        for (at, version) in self.versions.iter().enumerate() {
            fields.extend(of_version(at, version));
        }
        fields
    }
}

/// The values of environment variables may be secrets.
fn of_version(at: usize, version: &Version) -> Vec<(String, Value)> {
    let named = |name: &str| format!("config[{at}].{name}");
    let mut fields = vec![
        field(&named("model_id"), version.model),
        field(&named("weight"), version.weight),
        field(&named("instance_count"), version.instance_count),
        field(&named("specification"), &version.specification),
        field(
            &named("deploy_timeout_in_seconds"),
            version.deploy_timeout_seconds,
        ),
    ];
    let variables = version
        .envs
        .iter()
        .map(|(name, value)| secret(&named(&format!("envs.{name}")), value));
    fields.extend(variables);
    fields
}

#[cfg(test)]
mod tests {
    use adyton_core::sample;
    use adyton_core::secret::Secret;
    use adyton_core::tenant::{Assignment, Role};

    use super::*;

    /// `field: from → to`, or `field: secret`.
    fn told<T: Audited>(before: Option<&T>, after: &T) -> Vec<String> {
        let text = |text: Option<String>| text.unwrap_or_else(|| "nothing".to_owned());
        let changes = differences(before, after).into_iter();
        changes
            .map(|change| match change.is_secret {
                true => format!("{}: secret", change.field),
                false => format!("{}: {} → {}", change.field, text(change.from), text(change.to)),
            })
            .collect()
    }

    #[test]
    fn fields_that_differ_are_shown_and_secrets_are_only_named() {
        let before = sample::app();
        let after = App {
            name: "till".to_owned(),
            enabled: false,
            secret: Secret::new("another secret".to_owned()),
            ..sample::app()
        };
        assert_eq!(
            told(Some(&before), &after),
            [
                format!("name: {} → till", before.name),
                "app_secret: secret".to_owned(),
                "enabled: true → false".to_owned()
            ]
        );
        assert!(told(Some(&before), &before).is_empty());
        let made = told(None, &before).join("\n");
        assert!(made.contains("app_key: nothing → "), "{made}");
        assert!(!made.contains("secret"), "{made}");
    }

    #[test]
    fn roles_are_told_by_where_they_hold() {
        let here = Scope::Project(sample::PROJECT);
        let with = |roles: &[Role]| User {
            assignments: roles
                .iter()
                .map(|role| Assignment {
                    role: *role,
                    scope: here,
                })
                .collect(),
            ..sample::user()
        };
        let field = format!("roles in project {}", sample::PROJECT);
        assert_eq!(
            told(
                Some(&with(&[Role::Caller])),
                &with(&[Role::Operator, Role::Caller])
            ),
            [format!("{field}: caller → caller, operator")]
        );
        assert_eq!(
            told(Some(&with(&[Role::Caller])), &with(&[])),
            [format!("{field}: caller → nothing")]
        );
    }

    #[test]
    fn variables_of_a_service_are_named_and_their_values_are_not() {
        let before = sample::service();
        let mut after = sample::service();
        after.versions[0].envs = [("TOKEN".to_owned(), "hush".to_owned())].into();
        after.versions[0].weight = 40;
        after.calls_per_second = Some(0);
        let told = told(Some(&before), &after).join("\n");
        assert!(told.contains("config[0].envs.TOKEN: secret"), "{told}");
        assert!(told.contains("config[0].weight: 100 → 40"), "{told}");
        assert!(
            told.contains("calls_per_second: ") && told.contains("→ no limit"),
            "{told}"
        );
        assert!(!told.contains("hush"), "{told}");
    }

    #[test]
    fn the_query_of_a_source_may_be_a_signature() {
        let model = Model {
            source_location: "https://store/m.zip?Signature=hush".to_owned(),
            ..sample::model()
        };
        let told = told(None, &model).join("\n");
        assert!(told.contains("source: nothing → https://store/m.zip"), "{told}");
        assert!(!told.contains("hush"), "{told}");
    }
}

//! `adyton quota show|set`: how many of each kind a project may have.

use adyton_api::adyton::quotas::{QuotaShown, QuotaWanted};
use adyton_core::quota::Quota as Kind;
use clap::{Args, Subcommand};

use crate::byte_size;
use crate::client::lookup;
use crate::context::Context;
use crate::failure::Outcome;
use crate::said;

/// Show and set how many of each kind a project may have
#[derive(Subcommand)]
pub enum Quota {
    /// Show the quotas of the project and their use
    #[command(visible_aliases = ["list", "ls"])]
    Show(ShowQuotas),
    /// Set a quota; what exists already stays
    Set(SetQuota),
}

impl Quota {
    /// Carries it out.
    pub fn run(self, context: &Context) -> Outcome {
        match self {
            Quota::Show(verb) => verb.run(context),
            Quota::Set(verb) => verb.run(context),
        }
    }
}

/// Show the quotas of the project and their use
#[derive(Args)]
#[command(after_help = "Examples:
  adyton quota show
  adyton quota show --project vision")]
pub struct ShowQuotas {}

impl ShowQuotas {
    fn run(self, context: &Context) -> Outcome {
        let listed = context.client()?.quotas()?;
        if context.terminal.is_json() {
            context.terminal.document(&listed);
            return Ok(());
        }
        let rows = listed.quotas.iter().map(row).collect();
        let table = context.terminal.table(&["type", "used", "quota", "of"], rows);
        context.terminal.print(table);
        Ok(())
    }
}

fn row(quota: &QuotaShown) -> Vec<String> {
    let used = quota.used.map(|used| used.to_string()).unwrap_or_default();
    vec![
        quota.r#type.clone(),
        used,
        limit(quota.quota),
        holder(&quota.r#type),
    ]
}

/// Whose quota it is.
fn holder(kind: &str) -> String {
    match Kind::parse(kind) {
        Some(Kind::AppCodes) => said!("each app", "每个应用"),
        Some(Kind::AccessKeys) => said!("each user of the domain", "账号的每个用户"),
        Some(Kind::Services | Kind::Instances | Kind::Models | Kind::PackageBytes | Kind::Apps) => {
            said!("the project", "项目")
        }
        // Of a newer server.
        None => String::new(),
    }
}

fn limit(number: i64) -> String {
    match number {
        -1 => said!("no limit", "无限制"),
        number => number.to_string(),
    }
}

/// Set a quota; what exists already stays
///
/// Only an administrator of the domain may. When a quota is lower than what there is, nothing is taken away, and nothing is added until there is
/// room.
#[derive(Args)]
#[command(after_help = "Examples:
  adyton quota set services 20 --project vision
  adyton quota set package_bytes 10GiB --project vision
  adyton quota set instances none --project vision
  adyton quota set access_keys 4")]
pub struct SetQuota {
    /// services, instances, models, package_bytes, apps, app_codes or access_keys
    #[arg(value_name = "TYPE", value_parser = kind)]
    kind: Kind,
    /// A number, `none` for no limit, or `usual` for the default
    #[arg(value_name = "NUMBER", value_parser = number)]
    number: Number,
}

/// A number that was typed: nothing is the usual one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Number(Option<i64>);

impl SetQuota {
    fn run(self, context: &Context) -> Outcome {
        let usual = context.in_usual_project();
        let client = usual.client()?;
        let project = match self.kind.is_of_domain() {
            true => None,
            false => {
                let said = context.project.as_deref().unwrap_or(client.project());
                Some(lookup::project(&client, said)?)
            }
        };
        let wanted = QuotaWanted {
            r#type: self.kind.name().to_owned(),
            quota: self.number.0,
        };
        let id = project.as_ref().map(|project| project.id.as_str());
        let set = client.set_quota(id, wanted)?;
        if context.terminal.is_json() {
            context.terminal.document(&set);
            return Ok(());
        }
        let (kind, number) = (self.kind.name(), set.quotas.first().map_or(-1, |one| one.quota));
        let number = limit(number);
        context.terminal.print(match project {
            Some(project) => said!(
                "The quota of {kind} of the project {} is now: {number}.",
                "项目 {} 的 {kind} 配额现为：{number}。",
                project.name
            ),
            None => said!(
                "The quota of {kind} of each user of the domain is now: {number}.",
                "账号中每个用户的 {kind} 配额现为：{number}。"
            ),
        });
        Ok(())
    }
}

fn kind(text: &str) -> Result<Kind, String> {
    let known = || Kind::ALL.map(Kind::name).join(", ");
    Kind::parse(&text.replace('-', "_"))
        .ok_or_else(|| said!("must be one of {}", "必须是以下之一：{}", known()))
}

/// A number, bytes with a unit, or a word.
fn number(text: &str) -> Result<Number, String> {
    match text {
        "none" => return Ok(Number(Some(-1))),
        "usual" => return Ok(Number(None)),
        _ => {}
    }
    let number = byte_size::read(text).map(i64::try_from);
    match number {
        Ok(Ok(number)) => Ok(Number(Some(number))),
        Ok(Err(_)) | Err(_) => Err(said!(
            "must be a number (bytes may end in KiB, MiB, GiB or TiB), `none` or `usual`",
            "必须是数字（字节数可以以 KiB、MiB、GiB 或 TiB 结尾）、`none` 或 `usual`"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_may_have_a_unit_and_words_stand_for_no_limit_and_the_usual_one() {
        for (text, read) in [
            ("20", Some(20)),
            ("0", Some(0)),
            ("10GiB", Some(10 << 30)),
            ("3KiB", Some(3072)),
            ("none", Some(-1)),
            ("usual", None),
        ] {
            assert_eq!(number(text), Ok(Number(read)), "{text}");
        }
        for wrong in ["", "-1", "many", "10GB", "GiB", "1.5", "99999999999TiB"] {
            assert!(number(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_quota_is_named_with_either_dash() {
        assert_eq!(kind("package-bytes"), Ok(Kind::PackageBytes));
        assert!(kind("service").unwrap_err().contains("services"));
    }

    #[test]
    fn no_limit_is_said_in_words() {
        let shown = QuotaShown {
            r#type: "apps".to_owned(),
            used: Some(3),
            quota: -1,
            usual: -1,
        };
        assert_eq!(row(&shown), ["apps", "3", "no limit", "the project"]);
        let newer = QuotaShown {
            r#type: "keys_of_tomorrow".to_owned(),
            quota: 2,
            ..shown
        };
        assert_eq!(row(&newer), ["keys_of_tomorrow", "3", "2", ""]);
    }
}

//! `adyton service tag`: gives a service tags, takes them away, shows them.

use adyton_api::modelarts::tags::{TagList, TagsDelete, TmsTag, TmsTagForDelete};
use clap::Args;

use crate::client::lookup::service_id;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::said;

/// Tag a service, or show its tags
///
/// Without tags and without --delete, the tags that it has are shown. A key that it has already gets the new value.
#[derive(Args)]
#[command(after_help = "Examples:
  adyton service tag iris env=prod team=vision
  adyton service tag iris --delete env
  adyton service tag iris                  shows its tags
  adyton service list --tag env=prod")]
pub struct Tag {
    /// Name or id
    service: String,
    /// A tag to add; the key ends at the first `=`
    #[arg(value_name = "KEY=VALUE")]
    tags: Vec<String>,
    /// The key of a tag to remove; may be repeated
    #[arg(long, value_name = "KEY")]
    delete: Vec<String>,
}

impl Tag {
    /// Takes away, gives, and shows what there is then.
    pub fn run(self, context: &Context) -> Outcome {
        let given = self
            .tags
            .iter()
            .map(|said| tag(said))
            .collect::<Outcome<Vec<TmsTag>>>()?;
        if let Some(both) = given.iter().find(|tag| self.delete.contains(&tag.key)) {
            return Err(Failure::wrong_use(said!(
                "`{}` is both given and deleted",
                "`{}` 同时被添加和删除",
                both.key
            )));
        }
        let client = context.client()?;
        let id = service_id(&client, &self.service)?;
        if !self.delete.is_empty() {
            let gone = self
                .delete
                .into_iter()
                .map(|key| TmsTagForDelete { key, value: None });
            client.untag_service(&id, &TagsDelete { tags: gone.collect() })?;
        }
        if !given.is_empty() {
            client.tag_service(&id, &TagList { tags: given })?;
        }
        let listed = client.service_tags(&id)?;
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&listed);
        } else if listed.tags.is_empty() {
            terminal.print(said!(
                "The service has no tags. Add one with: adyton service tag NAME KEY=VALUE",
                "该服务没有标签。添加标签：adyton service tag NAME KEY=VALUE"
            ));
        } else {
            let rows = listed.tags.into_iter().map(|tag| vec![tag.key, tag.value]);
            terminal.print(terminal.table(&["key", "value"], rows.collect()));
        }
        Ok(())
    }
}

/// `KEY=VALUE`.
fn tag(said: &str) -> Outcome<TmsTag> {
    let Some((key, value)) = said.split_once('=') else {
        return Err(
            Failure::wrong_use(said!("`{said}` is not a tag", "`{said}` 不是标签")).hint(said!(
                "write KEY=VALUE; the value may be empty: `{said}=`",
                "请写成 KEY=VALUE；值可以为空：`{said}=`"
            )),
        );
    };
    Ok(TmsTag {
        key: key.to_owned(),
        value: value.to_owned(),
    })
}

/// Tags in a line.
pub(super) fn line(tags: &[TmsTag]) -> String {
    let told = tags.iter().map(|tag| match tag.value.as_str() {
        "" => tag.key.clone(),
        value => format!("{}={value}", tag.key),
    });
    told.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_a_key_and_a_value_that_may_be_empty() {
        let read = |said| tag(said).map(|tag| (tag.key, tag.value));
        for (said, key, value) in [
            ("env=prod", "env", "prod"),
            ("a=b=c", "a", "b=c"),
            ("team=", "team", ""),
        ] {
            assert_eq!(read(said), Ok((key.to_owned(), value.to_owned())));
        }
        let told = read("prod").unwrap_err().to_string();
        assert!(
            told.contains("`prod` is not a tag") && told.contains("`prod=`"),
            "{told}"
        );
    }

    #[test]
    fn a_tag_without_a_value_is_its_key() {
        let tags = [tag("env=prod").unwrap(), tag("team=").unwrap()];
        assert_eq!(line(&tags), "env=prod, team");
    }
}

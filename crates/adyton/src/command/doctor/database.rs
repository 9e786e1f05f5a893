//! The database: whether it can be opened as it is, and whether the master key is its key. Nothing in it is changed.

use adyton_store::backup::{self, DatabaseKind};

use super::Finding;
use super::check_name::CheckName;
use crate::command::installation::wait;
use crate::config::Config;
use crate::server::{open_hint, store_settings};
use adyton_cli::language::spoken;
use adyton_cli::said;

const WHAT: CheckName = CheckName::Database;

/// Nothing where the first start is still to make one.
pub(super) fn check(config: &Config) -> Option<Finding> {
    let settings = store_settings(config);
    let looked = wait(async { Ok(backup::look(&config.general.data, &settings).await) }).ok()?;
    let schema = match looked {
        Ok(schema) => schema?,
        Err(error) => {
            let said = error.message_in(spoken());
            return Some(match open_hint(&error) {
                Some(fix) => Finding::wrong(WHAT, said, fix),
                None => Finding::plainly_wrong(WHAT, said),
            });
        }
    };
    let kind = DatabaseKind::of(&settings).name();
    let newest = backup::newest_schema();
    Some(match schema < newest {
        true => Finding::note(
            WHAT,
            said!(
                "{kind}, of schema version {schema}; this adyton has {newest}",
                "{kind}，模式版本为 {schema}；当前 adyton 的版本为 {newest}"
            ),
            said!(
                "make a backup (`adyton backup`): the next start of the server upgrades it",
                "请先备份（`adyton backup`）：服务器下次启动时会升级数据库"
            ),
        ),
        false => Finding::fine(
            WHAT,
            said!(
                "{kind}, of schema version {schema}; the master key is its key",
                "{kind}，模式版本为 {schema}；主密钥与数据库匹配"
            ),
        ),
    })
}

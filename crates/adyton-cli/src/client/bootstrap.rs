//! `bootstrap.json`: the first administrator, as the first start of a server writes it into its data folder.

use std::path::Path;

use serde::Deserialize;

use crate::failure::{Failure, Outcome};
use crate::said;

/// `bootstrap.json`, as the first start writes it. Not `Debug`: it holds secrets.
#[derive(Deserialize)]
pub struct Bootstrap {
    /// The account.
    pub domain: Named,
    /// The project.
    pub project: Named,
    /// The administrator.
    pub user: Named,
    /// Their password.
    pub password: String,
    /// AK.
    pub access_key: String,
    /// SK.
    pub secret_key: String,
}

/// An id and a name.
#[derive(Deserialize)]
pub struct Named {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
}

/// Reads `bootstrap.json` of a data folder.
pub fn bootstrap(data: &Path) -> Outcome<Bootstrap> {
    let path = data.join("bootstrap.json");
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Failure::failed(said!(
            "{}: cannot be read: {error}",
            "{}：无法读取：{error}",
            path.display()
        ))
        .hint(said!(
            "name the data folder of a server on this machine; for a server elsewhere: `adyton login --control URL --user NAME`",
            "请指定本机服务器的数据目录；其他机器上的服务器：`adyton login --control URL --user NAME`"
        ))
    })?;
    serde_json::from_str(&text).map_err(|error| {
        let place = format!(
            "{}: line {}, column {}",
            path.display(),
            error.line(),
            error.column()
        );
        Failure::failed(said!(
            "{place}: has been modified since the server wrote it",
            "{place}：服务器写入之后该文件被修改过"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_as_it_was_written_is_told_without_its_secrets() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bootstrap.json");
        let told = bootstrap(folder.path()).err().unwrap().to_string();
        assert!(told.contains("bootstrap.json: cannot be read"), "{told}");
        let named = |id: &str| format!(r#"{{"id":"{id}","name":"n"}}"#);
        let text = format!(
            r#"{{"domain":{},"project":{},"user":{},"password":"sesame","access_key":"AK","secret_key":"SK"}}"#,
            named("d"),
            named("p"),
            named("u")
        );
        std::fs::write(&path, &text).unwrap();
        let known = bootstrap(folder.path()).ok().unwrap();
        assert_eq!(
            (known.project.id.as_str(), known.access_key.as_str()),
            ("p", "AK")
        );
        std::fs::write(&path, text.replace("\"access_key\":\"AK\",", "")).unwrap();
        let told = bootstrap(folder.path()).err().unwrap().to_string();
        assert!(
            told.contains("line 1, column") && !told.contains("sesame"),
            "{told}"
        );
    }
}

//! A private certificate authority: whom the certificate of a server is checked with, in place of the public authorities.

use std::path::Path;
use std::sync::Arc;

use ureq::tls::{Certificate, PemItem, RootCerts, parse_pem};

use crate::failure::{Failure, Outcome};
use crate::said;

/// The certificates of a file.
#[derive(Clone)]
pub struct Authorities(Arc<Vec<Certificate<'static>>>);

impl Authorities {
    /// As the HTTP client takes them.
    pub(super) fn roots(&self) -> RootCerts {
        RootCerts::Specific(self.0.clone())
    }
}

/// The certificates in a file of PEM blocks; at least one.
pub fn authorities(path: &Path) -> Outcome<Authorities> {
    let wrong = |what: String| {
        Failure::wrong_use(format!("{}: {what}", path.display())).hint(said!(
            "name a file of certificates in PEM form (`-----BEGIN CERTIFICATE-----`)",
            "请指定 PEM 格式的证书文件（`-----BEGIN CERTIFICATE-----`）"
        ))
    };
    let text =
        std::fs::read(path).map_err(|error| wrong(said!("cannot be read: {error}", "无法读取：{error}")))?;
    let mut found = Vec::new();
    for item in parse_pem(&text) {
        match item {
            Ok(PemItem::Certificate(certificate)) => found.push(certificate),
            Ok(_) => {}
            Err(error) => return Err(wrong(said!("is not PEM: {error}", "不是 PEM 格式：{error}"))),
        }
    }
    match found.is_empty() {
        true => Err(wrong(said!("holds no certificate", "其中没有证书"))),
        false => Ok(Authorities(Arc::new(found))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_certificates_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let told = || authorities(&path).err().map(|failure| failure.to_string());
        assert!(told().unwrap().contains("ca.pem: cannot be read"));
        std::fs::write(&path, "not PEM").unwrap();
        assert!(told().unwrap().contains("ca.pem: holds no certificate"));
        std::fs::write(
            &path,
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        )
        .unwrap();
        assert_eq!(told(), None, "what is in it is judged when it is used");
    }
}

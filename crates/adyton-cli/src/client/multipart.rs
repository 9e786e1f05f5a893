//! Forms: `multipart/form-data` (RFC 7578) for models that take files.

use crate::failure::{Failure, Outcome};
use crate::said;

/// A form as a body, with its content type. Fields are `name=value` or `name=@FILE`.
pub fn form(fields: &[String]) -> Outcome<(Vec<u8>, String)> {
    let mut parts = Vec::new();
    for field in fields {
        let (name, value) = field.split_once('=').ok_or_else(|| {
            Failure::wrong_use(said!(
                "--form {field}: there is no `=`",
                "--form {field}：缺少 `=`"
            ))
            .hint(said!(
                "write --form NAME=VALUE or --form NAME=@FILE",
                "请写成 --form NAME=VALUE 或 --form NAME=@FILE"
            ))
        })?;
        parts.push(match value.strip_prefix('@') {
            None => (name, None, value.as_bytes().to_vec()),
            Some(path) => {
                let bytes = std::fs::read(path).map_err(|error| {
                    Failure::wrong_use(format!("--form {name}=@{path}: {error}")).hint(said!(
                        "write --form NAME=@FILE with a file that can be read, or --form NAME=VALUE",
                        "请写成 --form NAME=@FILE（文件须可读）或 --form NAME=VALUE"
                    ))
                })?;
                let file = path.rsplit('/').next().unwrap_or(path);
                (name, Some(file.to_owned()), bytes)
            }
        });
    }
    let boundary = boundary(
        &parts
            .iter()
            .map(|(_, _, bytes)| bytes.as_slice())
            .collect::<Vec<_>>(),
    );
    let mut body = Vec::new();
    for (name, file, bytes) in &parts {
        body.extend_from_slice(
            format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"",
                quoted(name)
            )
            .as_bytes(),
        );
        if let Some(file) = file {
            let head = format!("; filename=\"{}\"\r\nContent-Type: {}", quoted(file), kind(file));
            body.extend_from_slice(head.as_bytes());
        }
        body.extend_from_slice(b"\r\n\r\n");
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Ok((body, format!("multipart/form-data; boundary={boundary}")))
}

/// A boundary that no part holds: the digest of them all.
fn boundary(parts: &[&[u8]]) -> String {
    let mut hasher = adyton_sign::BodyHasher::new();
    parts.iter().for_each(|part| hasher.update(part));
    format!("adyton-{}", &hasher.finish().to_string()[..32])
}

/// A name inside of quotes, as browsers write it.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

fn kind(file: &str) -> &'static str {
    match file
        .rsplit('.')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase()
        .as_str()
    {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "wav" => "audio/wav",
        "mp3" => "audio/mpeg",
        "json" => "application/json",
        "txt" | "csv" => "text/plain",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_has_texts_and_files_with_their_kinds() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cat \"1\".PNG");
        std::fs::write(&file, b"\x89PNG\r\n").unwrap();
        let fields = ["top_k=3".to_owned(), format!("image=@{}", file.display())];
        let (body, kind) = form(&fields).ok().unwrap();
        let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
        let text = String::from_utf8_lossy(&body);
        assert_eq!(text.matches(boundary).count(), 3, "{text}");
        assert!(text.contains("name=\"top_k\"\r\n\r\n3\r\n"), "{text}");
        let head = "name=\"image\"; filename=\"cat %221%22.PNG\"\r\nContent-Type: image/png\r\n\r\n";
        assert!(text.contains(head), "{text}");
        assert!(text.ends_with(&format!("--{boundary}--\r\n")), "{text}");
    }

    #[test]
    fn what_is_no_field_is_told_with_how_to_write_one() {
        for wrong in ["top_k", "image=@/no/such/file"] {
            let told = form(&[wrong.to_owned()]).err().unwrap().to_string();
            assert!(told.contains("NAME=@FILE"), "{told}");
        }
    }
}

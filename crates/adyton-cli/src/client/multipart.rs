//! Forms: `multipart/form-data` (RFC 7578) for models that take files.

use crate::failure::{Failure, Outcome};

/// A form as a body, with its content type. Fields are `name=value` or `name=@FILE`.
pub fn form(fields: &[String]) -> Outcome<(Vec<u8>, String)> {
    let mut parts = Vec::new();
    for field in fields {
        let (name, value) = field.split_once('=').ok_or_else(|| {
            Failure::wrong_use(format!("--form {field}: there is no `=`"))
                .hint("write --form NAME=VALUE or --form NAME=@FILE")
        })?;
        parts.push(match value.strip_prefix('@') {
            None => (name, None, value.as_bytes().to_vec()),
            Some(path) => {
                let bytes = std::fs::read(path).map_err(|error| {
                    Failure::wrong_use(format!("--form {name}=@{path}: {error}"))
                        .hint("write --form NAME=@FILE with a file that can be read, or --form NAME=VALUE")
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

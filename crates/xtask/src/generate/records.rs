//! The page on records of requests, written from the documented fields of `Record`: what the journal keeps, and what a line
//! of the access log says.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result, bail};
use quote::ToTokens as _;
use syn::{Attribute, Expr, Fields, Item, ItemStruct, Lit, Meta};

use crate::repository::root;

/// Where the fields are documented.
const SOURCE: &str = "crates/adyton-core/src/record.rs";
/// Fields of a record that a line of the access log spells otherwise, or leaves out.
const IN_THE_ACCESS_LOG: [(&str, &[&str]); 3] = [
    ("caller", &["caller_way", "caller_id", "caller_name"]),
    ("reason", &["code", "reason"]),
    ("evidence", &[]),
];

/// The page.
pub(super) fn page() -> Result<String> {
    let text = fs::read_to_string(root().join(SOURCE)).with_context(|| format!("cannot read {SOURCE}"))?;
    let file = syn::parse_file(&text).with_context(|| format!("cannot parse {SOURCE}"))?;
    let structs: BTreeMap<String, &ItemStruct> = file
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Struct(item) => Some((item.ident.to_string(), item)),
            _ => None,
        })
        .collect();
    let Some(record) = structs.get("Record") else {
        bail!("{SOURCE}: no struct `Record`");
    };
    let mut page = format!(
        "# Records of requests\n\n<!-- Written by `cargo xtask generate` from {SOURCE}. Do not edit. -->\n\n\
         Every request that reaches the gateway, answered or refused, leaves one record. `adyton requests` lists them,\n\
         `adyton explain REQUEST_ID` explains one. The journal keeps them in `journal/` of the data folder, for\n\
         `journal.keep_days` and within `journal.keep_bytes`; its segments are read by Adyton only.\n\n\
         `journal.access_log` writes the same as text: one JSON object a line, with the names in the last column, always all\n\
         of them. SIGHUP reopens the file, for log rotation. A name is never given another meaning; new\n\
         ones may be added.\n\n\
         | field | kind | meaning | in the access log |\n| --- | --- | --- | --- |\n"
    );
    for field in &fields(record)? {
        let logged = IN_THE_ACCESS_LOG.iter().find(|(name, _)| *name == field.name);
        let logged: Vec<String> = match logged {
            Some((_, names)) => names.iter().map(|name| format!("`{name}`")).collect(),
            None => vec![format!("`{}`", field.name)],
        };
        let logged = if logged.is_empty() {
            "–".to_owned()
        } else {
            logged.join(", ")
        };
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {logged} |",
            field.name, field.kind, field.meaning
        );
        if let Some(parts) = structs.get(&field.of) {
            for part in fields(parts)? {
                let _ = writeln!(
                    page,
                    "| `{}.{}` | {} | {} | |",
                    field.name, part.name, part.kind, part.meaning
                );
            }
        }
    }
    Ok(page)
}

/// A field of a record.
struct Field {
    name: String,
    /// For people: `number`, `text or nothing`.
    kind: String,
    /// Its Rust type, without `Option`.
    of: String,
    meaning: String,
}

fn fields(of: &ItemStruct) -> Result<Vec<Field>> {
    let Fields::Named(named) = &of.fields else {
        bail!("{SOURCE}: `{}` has no named fields", of.ident);
    };
    let fields = named.named.iter().filter_map(|field| {
        let written = field.ty.to_token_stream().to_string().replace(' ', "");
        let inner = written
            .strip_prefix("Option<")
            .and_then(|inner| inner.strip_suffix('>'));
        let of = inner.unwrap_or(&written).to_owned();
        Some(Field {
            name: field.ident.as_ref()?.to_string(),
            kind: format!("{}{}", kind(&of), if inner.is_some() { ", or null" } else { "" }),
            meaning: meaning(&field.attrs),
            of,
        })
    });
    Ok(fields.collect())
}

/// What a value looks like.
fn kind(rust: &str) -> &'static str {
    match rust {
        "u16" | "u32" | "u64" => "number",
        "Timestamp" => "time, UTC, microseconds",
        "RequestId" | "ProjectId" | "ApiId" | "InstanceId" => "id, 32 hex digits",
        "ServiceId" | "ModelId" => "id, a UUID",
        "CallerSeen" | "Evidence" => "object",
        "Reason" => "sub-code",
        _ => "text",
    }
}

/// The documentation of a field, on one line.
fn meaning(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value().trim().to_owned()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

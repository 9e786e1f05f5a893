//! The page on records, written from documented fields: of requests (`Record`: what the journal keeps, and what a line of the
//! access log says), and of management calls (`AuditShown`: what the audit trail shows).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result, bail};
use quote::ToTokens as _;
use syn::{Attribute, Expr, Fields, Item, ItemStruct, Lit, Meta};

use crate::repository::root;

/// Where the fields are documented.
const SOURCE: &str = "crates/adyton-core/src/record.rs";
/// Where those of the audit trail are.
const AUDIT_SOURCE: &str = "crates/adyton-api/src/adyton/audit.rs";
/// What leaves a record although no server runs.
const OFFLINE: &str = "`adyton user password --offline` (`offline_password`), `adyton master-key rotate`\n(`master_key_rotate`), `adyton backup` (`backup`) and `adyton restore` (`restore`, taken in by the next start), done or refused";
/// Fields of a record that a line of the access log spells otherwise, or leaves out.
const IN_THE_ACCESS_LOG: [(&str, &[&str]); 3] = [
    ("caller", &["caller_way", "caller_id", "caller_name"]),
    ("reason", &["code", "reason"]),
    ("evidence", &[]),
];

/// The structs of a file, by name.
struct Structs {
    source: &'static str,
    all: BTreeMap<String, ItemStruct>,
}

impl Structs {
    fn read(source: &'static str) -> Result<Self> {
        let text =
            fs::read_to_string(root().join(source)).with_context(|| format!("cannot read {source}"))?;
        let file = syn::parse_file(&text).with_context(|| format!("cannot parse {source}"))?;
        let structs = file.items.into_iter().filter_map(|item| match item {
            Item::Struct(item) => Some((item.ident.to_string(), item)),
            _ => None,
        });
        Ok(Self {
            source,
            all: structs.collect(),
        })
    }
    fn fields(&self, name: &str) -> Result<Vec<Field>> {
        match self.all.get(name) {
            Some(found) => fields(found),
            None => bail!("{}: no struct `{name}`", self.source),
        }
    }
    /// The fields of the parts of a field, if it has any.
    fn parts(&self, field: &Field) -> Result<Vec<Field>> {
        match self.all.get(&field.of) {
            Some(found) => fields(found),
            None => Ok(Vec::new()),
        }
    }
}

/// The page.
pub(super) fn page() -> Result<String> {
    Ok(requests()? + &audit()?)
}

fn requests() -> Result<String> {
    let structs = Structs::read(SOURCE)?;
    let mut page = format!(
        "# Records of requests\n\n<!-- Written by `cargo xtask generate` from {SOURCE} and {AUDIT_SOURCE}. Do not edit. -->\n\n\
         Every request that reaches the gateway, answered or refused, leaves one record. `adyton requests` lists them,\n\
         `adyton explain REQUEST_ID` explains one. The journal keeps them in `journal/` of the data folder, for\n\
         `journal.keep_days` and within `journal.keep_bytes`; its segments are read by Adyton only.\n\n\
         `journal.access_log` writes the same as text: one JSON object a line, with the names in the last column, always all\n\
         of them. SIGHUP reopens the file, for log rotation. A name is never given another meaning; new\n\
         ones may be added.\n\n\
         | field | kind | meaning | in the access log |\n| --- | --- | --- | --- |\n"
    );
    for field in &structs.fields("Record")? {
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
        for part in structs.parts(field)? {
            let _ = writeln!(
                page,
                "| `{}.{}` | {} | {} | |",
                field.name, part.name, part.kind, part.meaning
            );
        }
    }
    Ok(page)
}

fn audit() -> Result<String> {
    let structs = Structs::read(AUDIT_SOURCE)?;
    let mut page = format!(
        "\n## Records of management calls\n\n\
         The audit trail: every management call that changed something, every sign-in and every call that was refused leaves one\n\
         record, also where no call came of what was sent. Reads that succeed leave none. So do the acts on the server's machine that need\n\
         no server: {OFFLINE}; the caller is then the user of the operating system, `way` is `offline`, and `method`,\n\
         `path` and `source` are empty, as is the code of a refusal. So does a reload by SIGHUP (`reload`); its `way` is `signal`. `adyton audit --json` prints these fields, `GET /adyton/v1/{{project_id}}/audit` and\n\
         `GET /adyton/v1/audit` answer with them. The database keeps them for `audit.keep_days`. No record holds a secret.\n\n\
         | field | kind | meaning |\n| --- | --- | --- |\n"
    );
    for field in &structs.fields("AuditShown")? {
        let _ = writeln!(page, "| `{}` | {} | {} |", field.name, field.kind, field.meaning);
        for part in structs.parts(field)? {
            let _ = writeln!(
                page,
                "| `{}.{}` | {} | {} |",
                field.name, part.name, part.kind, part.meaning
            );
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
        bail!("`{}` has no named fields", of.ident);
    };
    let fields = named.named.iter().filter_map(|field| {
        let written = field.ty.to_token_stream().to_string().replace(' ', "");
        let inner = written
            .strip_prefix("Option<")
            .and_then(|inner| inner.strip_suffix('>'));
        let of = inner.unwrap_or(&written);
        let several = of.strip_prefix("Vec<").and_then(|each| each.strip_suffix('>'));
        let of = several.unwrap_or(of).to_owned();
        Some(Field {
            name: field.ident.as_ref()?.to_string(),
            kind: match (several.is_some(), inner.is_some()) {
                (true, _) => "list of objects".to_owned(),
                (false, true) => format!("{}, or null", kind(&of)),
                (false, false) => kind(&of).to_owned(),
            },
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
        "bool" => "`true` or `false`",
        "CallerSeen" | "Evidence" | "AuditCaller" | "AuditThing" | "AuditRefused" => "object",
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

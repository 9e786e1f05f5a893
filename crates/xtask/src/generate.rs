//! Reference pages that are written from the code.

mod records;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use adyton_core::catalogue::{Code, SubCode, Surface};
use anyhow::{Context, Result, bail};

use crate::process::{command, run};
use crate::repository::{root, target};

/// A page, and what writes it, with the binary if need be.
type GeneratedPage = (&'static str, fn(&Path) -> Result<String>);

const PAGES: [GeneratedPage; 4] = [
    ("docs/reference/errors.md", |_| Ok(errors_page())),
    ("docs/reference/records.md", |_| records::page()),
    ("docs/reference/configuration.md", |binary| {
        printed(binary, &["config", "reference"])
    }),
    ("docs/reference/command-line.md", |binary| {
        printed(binary, &["reference"])
    }),
];

/// The binary that prints its own pages, built for nothing else.
pub(crate) fn binary() -> Result<PathBuf> {
    run(command("cargo").args(["build", "--quiet", "--package", "adyton"]))?;
    Ok(target().join("debug/adyton"))
}

/// Writes the pages, or with `check` compares them; whether all are as they should be.
pub(crate) fn generate(check: bool, binary: &Path) -> Result<bool> {
    let mut good = true;
    for (name, make) in PAGES {
        let wanted = make(binary).with_context(|| format!("cannot make {name}"))?;
        let path = root().join(name);
        if fs::read_to_string(&path).is_ok_and(|there| there == wanted) {
            continue;
        }
        if check {
            println!("generate: {name} is not what the code says; run `cargo xtask generate`");
            good = false;
            continue;
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        fs::write(&path, wanted).with_context(|| format!("cannot write {name}"))?;
        println!("generate: wrote {name}");
    }
    Ok(good)
}

/// A page that the binary itself prints.
fn printed(binary: &Path, verb: &[&str]) -> Result<String> {
    let output = command(binary)
        .args(verb)
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot run {}", binary.display()))?;
    if !output.status.success() {
        bail!("`adyton {}` failed ({})", verb.join(" "), output.status);
    }
    String::from_utf8(output.stdout).context("the page is not UTF-8")
}

/// The error reference: a table and the pages, surface by surface.
fn errors_page() -> String {
    let mut page = String::from(
        "# Errors\n\n<!-- Written by `cargo xtask generate` from crates/adyton-core/src/catalogue. Do not edit. -->\n\n\
         Every refusal, as the outside sees it. The *code* is what the compatible APIs show; the *sub-code*, in the header\n\
         `X-Adyton-Reason`, names one cause and is shared by no other. `adyton errors CODE` prints a page of this reference, \
         `adyton explain REQUEST_ID`\nsays what one request was refused for.\n",
    );
    for (surface, title) in [
        (Surface::Gateway, "Calls through the gateway"),
        (Surface::Adyton, "Management calls, at the edge"),
        (Surface::ModelArts, "ModelArts management API"),
        (Surface::Apig, "API Gateway management API"),
        (Surface::Iam, "IAM management API"),
    ] {
        let codes: Vec<Code> = Code::ALL
            .iter()
            .copied()
            .filter(|code| code.entry().surface == surface)
            .collect();
        let _ = write!(
            page,
            "\n## {title}\n\n| code | status | message | whose fault | retry | sub-codes |\n| --- | --- | --- | --- | --- | --- |\n"
        );
        for code in &codes {
            table_row(&mut page, *code);
        }
        for code in &codes {
            page.push('\n');
            page.push_str(&nested(&code.page()));
        }
    }
    page
}

fn table_row(page: &mut String, code: Code) {
    let entry = code.entry();
    let shown = SubCode::of(code);
    let mut retry = entry.retry.advice().to_owned();
    for other in shown.iter().filter(|shown| shown.retry() != entry.retry) {
        let _ = write!(retry, "; `{}`: {}", other, other.retry().advice());
    }
    let reasons: Vec<String> = shown.iter().map(|shown| format!("`{shown}`")).collect();
    let _ = writeln!(
        page,
        "| `{}` | {} | {} | {} | {} | {} |",
        entry.wire,
        entry.status,
        entry.message.trim(),
        entry.fault.name(),
        retry,
        reasons.join(", ")
    );
}

/// A page with its headings two levels deeper.
fn nested(page: &str) -> String {
    let deeper = |line: &str| {
        if line.starts_with('#') {
            format!("##{line}\n")
        } else {
            format!("{line}\n")
        }
    };
    page.trim_end().lines().map(deeper).collect()
}

#[cfg(test)]
mod tests {
    use super::errors_page;

    #[test]
    fn every_sub_code_is_in_the_reference() {
        let page = errors_page();
        for shown in adyton_core::catalogue::SubCode::all() {
            assert!(
                page.contains(&format!("`{shown}`")),
                "{shown} is not in the table"
            );
            assert!(
                page.contains(&format!("\n#### {shown}\n")),
                "{shown} has no section, to which links lead"
            );
        }
    }
}

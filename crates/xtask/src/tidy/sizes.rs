//! Sizes of files and functions, without their tests.

use super::sources::Source;

const FILE_USUAL: usize = 300;
const FILE_MOST: usize = 500;
const FUNCTION_MOST: usize = 70;

/// A few lines: how large files and functions are, and which are larger than we like.
pub(super) fn summary(files: &[Source]) -> String {
    let rust = files.iter().filter(|source| source.is_rust() && !is_test(source));
    let mut sizes: Vec<(usize, String)> = Vec::new();
    let mut functions: Vec<(usize, String)> = Vec::new();
    for source in rust {
        let lines: Vec<&str> = source.product().into_iter().map(|(_, line)| line).collect();
        functions.extend(
            long_functions(&lines)
                .into_iter()
                .map(|(length, name)| (length, format!("{} in {}", name, source.path.display()))),
        );
        sizes.push((lines.len(), source.path.display().to_string()));
    }
    sizes.sort();
    let count = sizes.len();
    let median = sizes.get(count / 2).map_or(0, |(size, _)| *size);
    let usual = sizes.iter().filter(|(size, _)| *size <= FILE_USUAL).count();
    let total: usize = sizes.iter().map(|(size, _)| size).sum();
    let mut text = format!(
        "sizes: {count} Rust files, {total} lines without tests, median {median}, {} % of them up to {FILE_USUAL}",
        (usual * 100).checked_div(count).unwrap_or(100)
    );
    for (size, path) in sizes.iter().rev().take_while(|(size, _)| *size > FILE_MOST) {
        text.push_str(&format!(
            "\nsizes: {path} has {size} lines; we like at most {FILE_MOST}"
        ));
    }
    functions.sort();
    for (length, name) in functions.iter().rev() {
        text.push_str(&format!(
            "\nsizes: {name} has {length} lines; we like at most {FUNCTION_MOST}"
        ));
    }
    text
}

fn is_test(source: &Source) -> bool {
    source.path.components().any(|part| part.as_os_str() == "tests") || source.path.ends_with("tests.rs")
}

/// Functions over the length we like. Relies on rustfmt: a function ends at the brace of its own indentation.
fn long_functions(lines: &[&str]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let Some(name) = function_name(code) else { continue };
        let indentation = &line[..line.len() - code.len()];
        if line.ends_with(['}', ';']) {
            continue;
        }
        let ends = |line: &&str| {
            line.strip_prefix(indentation)
                .is_some_and(|rest| rest.starts_with('}') || (rest.starts_with(')') && rest.ends_with(';')))
        };
        let end = lines[start..].iter().position(ends);
        let length = end.unwrap_or(0) + 1;
        if length > FUNCTION_MOST {
            found.push((length, name.to_owned()));
        }
    }
    found
}

fn function_name(code: &str) -> Option<&str> {
    let before = [
        "pub(crate) ",
        "pub(super) ",
        "pub ",
        "const ",
        "async ",
        "unsafe ",
    ];
    let mut rest = code;
    while let Some(shorter) = before.iter().find_map(|word| rest.strip_prefix(word)) {
        rest = shorter;
    }
    let name = rest.strip_prefix("fn ")?;
    name.split(['(', '<']).next()
}

#[cfg(test)]
mod tests {
    use super::{Source, long_functions};

    #[test]
    fn a_long_function_is_found_and_a_short_one_is_not() {
        let mut text =
            String::from("fn short() {\n    1\n}\n\nimpl X {\n    pub(crate) async fn long(&self) {\n");
        text.push_str(&"        step();\n".repeat(80));
        text.push_str("    }\n}\n");
        let found = long_functions(&text.lines().collect::<Vec<_>>());
        assert_eq!(found, [(82, "long".to_owned())]);
    }

    #[test]
    fn tests_do_not_count() {
        let source = Source {
            path: "a.rs".into(),
            text:
                "//! A.\n#[cfg(test)]\nmod rig;\nfn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n"
                    .to_owned(),
        };
        let lines: Vec<&str> = source.product().into_iter().map(|(_, line)| line).collect();
        assert_eq!(lines, ["//! A.", "fn a() {}", ""]);
    }
}

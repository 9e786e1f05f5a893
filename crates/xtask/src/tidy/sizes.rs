//! Sizes of files and functions, without their tests. Those of files are a compass: a good file is not split to please a number. A
//! function has a bound: what does not fit on a screen is not read as one thought.

use super::sources::Source;

const FILE_USUAL: usize = 300;
const FILE_MOST: usize = 500;
const FUNCTION_MOST: usize = 70;

/// Functions over the bound, in words.
pub(super) fn breaches(files: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in product(files) {
        for (length, name) in long_functions(&lines(source)) {
            found.push(format!(
                "{}: `{name}` has {length} lines; a function has at most {FUNCTION_MOST}",
                source.path.display()
            ));
        }
    }
    found
}

/// A few lines: how large files are, and which are larger than we like.
pub(super) fn summary(files: &[Source]) -> String {
    let mut sizes: Vec<(usize, String)> = product(files)
        .map(|source| (lines(source).len(), source.path.display().to_string()))
        .collect();
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
    text
}

fn product(files: &[Source]) -> impl Iterator<Item = &Source> {
    files.iter().filter(|source| source.is_rust() && !is_test(source))
}

fn lines(source: &Source) -> Vec<&str> {
    source.product().into_iter().map(|(_, line)| line).collect()
}

fn is_test(source: &Source) -> bool {
    source.path.components().any(|part| part.as_os_str() == "tests") || source.path.ends_with("tests.rs")
}

/// Functions over the bound. Relies on rustfmt: a function ends at the brace of its own indentation.
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
    use super::{Source, breaches, lines, long_functions};

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
    fn a_function_over_the_bound_is_a_breach_unless_it_is_a_test() {
        let long = format!("fn long() {{\n{}}}\n", "    step();\n".repeat(80));
        let source = |path: &str| Source {
            path: path.into(),
            text: long.clone(),
        };
        assert_eq!(
            breaches(&[
                source("src/a.rs"),
                source("src/a/tests.rs"),
                source("tests/it/a.rs")
            ]),
            ["src/a.rs: `long` has 82 lines; a function has at most 70"]
        );
    }

    #[test]
    fn tests_do_not_count() {
        let source = Source {
            path: "a.rs".into(),
            text:
                "//! A.\n#[cfg(test)]\nmod rig;\nfn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n"
                    .to_owned(),
        };
        assert_eq!(lines(&source), ["//! A.", "fn a() {}", ""]);
    }
}

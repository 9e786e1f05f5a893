//! Variables for a model's program, as `--env` names them.

use std::collections::BTreeMap;

use crate::failure::{Failure, Outcome};
use crate::said;

/// `--env` as written: `NAME=VALUE`.
pub(super) fn variables(said: &[String]) -> Outcome<BTreeMap<String, String>> {
    let pair = |one: &String| match one.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(Failure::wrong_use(said!(
            "--env {one}: expected NAME=VALUE",
            "--env {one}：应为 NAME=VALUE"
        ))
        .hint(said!("write --env NAME=VALUE", "请写成 --env NAME=VALUE"))),
    };
    said.iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_has_a_name_and_any_value() {
        let read = |said: &[&str]| variables(&said.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
        let read_ones = read(&["A=1", "B=x=y", "C="]).unwrap();
        assert_eq!(read_ones["B"], "x=y");
        assert_eq!(read_ones["C"], "");
        for wrong in ["NAME", "=value", ""] {
            assert!(read(&[wrong]).is_err_and(|failure| failure.to_string().contains("expected NAME=VALUE")));
        }
    }
}

//! Who may read the metrics, as `control.metrics` says; the token of `control.metrics_token_file` is read here.

use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::said;
use adyton_control::MetricsAccess;
use adyton_core::secret::Secret;

use crate::config::Config;
use crate::config::section::MetricsReaders;

/// A shorter token of the metrics could be guessed. In characters.
const METRICS_TOKEN_LEAST: usize = 16;

/// Who may read the metrics.
pub(super) fn metrics_access(config: &Config) -> Outcome<MetricsAccess> {
    let control = &config.control;
    let file = match (control.metrics, &control.metrics_token_file) {
        (MetricsReaders::Loopback, _) => return Ok(MetricsAccess::Loopback),
        (MetricsReaders::Open, _) => return Ok(MetricsAccess::Open),
        (MetricsReaders::Token, Some(file)) => file,
        (MetricsReaders::Token, None) => {
            return Err(Failure::wrong_use(said!(
                "`control.metrics` is `token`, and `control.metrics_token_file` names no file",
                "`control.metrics` 为 `token`，但未设置 `control.metrics_token_file`"
            ))
            .hint(what_the_file_holds()));
        }
    };
    let wrong = |problem: String| {
        Failure::wrong_use(format!("{}: {problem}", file.display())).hint(what_the_file_holds())
    };
    let text = std::fs::read_to_string(file).map_err(|error| {
        wrong(said!(
            "the token of the metrics cannot be read: {error}",
            "无法读取指标令牌：{error}"
        ))
    })?;
    let token = text.trim();
    if token.len() < METRICS_TOKEN_LEAST {
        return Err(wrong(said!(
            "the token of the metrics has fewer than {METRICS_TOKEN_LEAST} characters",
            "指标令牌少于 {METRICS_TOKEN_LEAST} 个字符"
        )));
    }
    Ok(MetricsAccess::Token(Secret::new(token.to_owned())))
}

fn what_the_file_holds() -> String {
    said!(
        "`control.metrics_token_file` names the file that holds the token, alone on its line",
        "`control.metrics_token_file` 指定存放令牌的文件，令牌单独一行"
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{Sources, load};

    fn of(text: Option<&str>) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        if let Some(text) = text {
            std::fs::write(&file, text).unwrap();
        }
        of_file(Some(&file))
    }

    fn of_file(file: Option<&Path>) -> Result<String, String> {
        let mut config = load(&Sources::default()).ok().unwrap().config;
        config.control.metrics = MetricsReaders::Token;
        config.control.metrics_token_file = file.map(Path::to_owned);
        match metrics_access(&config) {
            Ok(MetricsAccess::Token(token)) => Ok(token.expose().clone()),
            Ok(MetricsAccess::Loopback | MetricsAccess::Open) => panic!("no token is asked for"),
            Err(failure) => Err(failure.to_string()),
        }
    }

    #[test]
    fn the_token_stands_alone_in_its_file_and_is_long_enough() {
        assert_eq!(of(Some("0123456789abcdef\n")).unwrap(), "0123456789abcdef");
        let short = of(Some("0123456789abcde\n")).unwrap_err();
        assert!(short.contains("fewer than 16 characters"), "{short}");
        assert!(!short.contains("0123456789"), "{short}");
        assert!(of(Some(" \n")).is_err(), "an empty token would let everybody in");
        let missing = of(None).unwrap_err();
        assert!(missing.contains("cannot be read"), "{missing}");
        let unnamed = of_file(None).unwrap_err();
        assert!(unnamed.contains("names no file"), "{unnamed}");
    }
}

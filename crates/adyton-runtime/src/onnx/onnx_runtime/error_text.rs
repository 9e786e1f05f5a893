//! What ONNX Runtime says, made readable: without the places of its source code and the signatures of its functions, which
//! come first and would leave no room for what matters.

use crate::onnx::load_error::GraphFix;
use crate::onnx::predictor::shorten;

/// Where ONNX Runtime was compiled: each place in its source begins so.
const SOURCE: &str = "/onnxruntime_src/";

/// The words of an error, shortened.
pub(super) fn plain(said: &str) -> String {
    let mut text = said.split_whitespace().collect::<Vec<_>>().join(" ");
    // `Load model from /path/to/model.onnx failed:`; which file it is, our own message says.
    if let Some(rest) = text.strip_prefix("Load model from ")
        && let Some((_, cause)) = rest.split_once(" failed:")
    {
        text = cause.to_owned();
    }
    while let Some(start) = text.find(SOURCE) {
        let length = place(&text[start..]);
        let (before, after) = (text[..start].trim_end(), text[start + length..].trim_start());
        text = match before {
            "" => after.to_owned(),
            _ => format!("{before} {after}"),
        };
    }
    shorten(&text)
}

/// The length of `file:line returntype function(arguments) [with T = …]` at the beginning of `text`.
fn place(text: &str) -> usize {
    let file = text.find(' ').unwrap_or(text.len());
    let Some(open) = text.find('(').filter(|open| text[file..*open].len() < 400) else {
        return file;
    };
    let mut end = closed(text, open, '(', ')');
    for tail in [" const", " mutable"] {
        if text[end..].starts_with(tail) {
            end += tail.len();
        }
    }
    if text[end..].starts_with(" [with ") {
        end = closed(text, end + 1, '[', ']');
    }
    end
}

/// Behind the bracket that closes the one at `open`; the end of the text when none does.
fn closed(text: &str, open: usize, opens: char, closes: char) -> usize {
    let mut depth = 0usize;
    for (at, letter) in text[open..].char_indices() {
        if letter == opens {
            depth += 1;
        } else if letter == closes {
            depth -= 1;
            if depth == 0 {
                return open + at + letter.len_utf8();
            }
        }
    }
    text.len()
}

/// Whether a run failed because the system gave the runtime no memory.
pub(super) fn is_out_of_memory(said: &str) -> bool {
    ["Failed to allocate memory", "bad_alloc"]
        .iter()
        .any(|words| said.contains(words))
}

/// What to do about a model that ONNX Runtime does not load.
pub(super) fn fix(cause: &str) -> GraphFix {
    let cause = cause.to_ascii_lowercase();
    if cause.contains("opset") || cause.contains("ir version") || cause.contains("ir_version") {
        GraphFix::OlderOpset
    } else if cause.contains("external data")
        || cause.contains("external_data")
        || cause.contains("external initializer")
    {
        GraphFix::Weights
    } else if cause.contains("locale") {
        GraphFix::Locale
    } else {
        GraphFix::Checker
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn places_in_the_source_are_left_out() {
        let said = "Load model from /data/packages/.staging/x/model.onnx failed:/onnxruntime_src/onnxruntime/core/graph/\
            model_load_utils.h:56 void onnxruntime::model_load_utils::ValidateOpsetForDomain(const std::unordered_map<\
            std::basic_string<char>, int>&, const onnxruntime::logging::Logger&, bool, const string&, int) ONNX Runtime only \
            *guarantees* support for models stamped with official released onnx opset versions.";
        expect!["ONNX Runtime only *guarantees* support for models stamped with official released onnx opset versions."]
            .assert_eq(&plain(said));
        let said = "Non-zero status code. /onnxruntime_src/a/element_wise.cc:540 T f(int, Q<(n)>) const [with T = int] \
            3 by 4: cannot broadcast";
        expect!["Non-zero status code. 3 by 4: cannot broadcast"].assert_eq(&plain(said));
        expect!["no place"].assert_eq(&plain("no   place"));
        assert!(is_out_of_memory(
            "running Sum node. Name:'zeros' Status Message: std::bad_alloc"
        ));
        assert!(!is_out_of_memory(said));
        expect![""].assert_eq(&plain("/onnxruntime_src/a.cc:1"));
    }
}

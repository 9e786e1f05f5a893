//! Server-sent events, read as they come.

use std::io::{BufRead, BufReader, Read};

use super::answer::Answer;
use super::{Body, Client};
use crate::failure::{Failure, Outcome};
use crate::said;

/// A longer line, in bytes, is none of ours.
const LINE_MAX: u64 = 1 << 20;

impl Client {
    /// Hands on each event, its name and its document, until `each` has enough (`false`) or the server ends them.
    pub fn events(&self, path: &str, query: &str, each: impl FnMut(&str, &str) -> Outcome<bool>) -> Outcome {
        let opened = self.as_caller("GET", path, query, Body::Empty, |request, shown| {
            self.open(request, shown)
        });
        let (asked, head, mut body) = opened?;
        if !head.status.is_success() {
            let refused = Answer {
                status: head.status,
                headers: head.headers,
                body: body.read_to_vec().unwrap_or_default(),
                asked,
            };
            return self.accepted(refused).map(drop);
        }
        read(BufReader::new(body.into_reader()), each).map_err(|failure| failure.fact(&asked))
    }
}

fn read(mut stream: impl BufRead, mut each: impl FnMut(&str, &str) -> Outcome<bool>) -> Outcome {
    let (mut name, mut data, mut line) = (String::new(), String::new(), Vec::new());
    loop {
        line.clear();
        let length = (&mut stream).take(LINE_MAX).read_until(b'\n', &mut line);
        let length = length
            .map_err(|error| Failure::failed(said!("the connection broke: {error}", "连接中断：{error}")))?;
        if length == 0 {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&line);
        match text.trim_end_matches(['\r', '\n']) {
            "" => {
                if !data.is_empty() && !each(&name, &data)? {
                    return Ok(());
                }
                name.clear();
                data.clear();
            }
            field => match field.split_once(": ") {
                Some(("event", value)) => value.clone_into(&mut name),
                Some(("data", value)) => data.push_str(value),
                _ => {}
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(stream: &str, most: usize) -> Vec<String> {
        let mut heard = Vec::new();
        let each = |name: &str, data: &str| {
            heard.push(format!("{name} {data}"));
            Ok(heard.len() < most)
        };
        read(stream.as_bytes(), each).unwrap();
        heard
    }

    #[test]
    fn each_event_is_handed_on_with_its_document() {
        let stream = "retry: 1000\n\nevent: ping\ndata: {}\n\nevent: line\r\ndata: {\"text\":\"a: b\"}\r\n\r\n: a comment\n\nevent: cut off\nda";
        assert_eq!(heard(stream, 9), ["ping {}", "line {\"text\":\"a: b\"}"]);
        assert_eq!(heard(stream, 1), ["ping {}"], "as many as are wanted");
        assert!(heard("", 9).is_empty());
    }
}

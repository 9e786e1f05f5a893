//! The events of a service that are new to whoever watches it, oldest first.

use adyton_api::modelarts::activity::EventShown;
use adyton_core::clock::Timestamp;

use crate::client::Client;
use crate::failure::Outcome;
use crate::moment::readable;
use crate::terminal::{Printable, Terminal, Tone};

/// The most events that are asked for at once.
const MOST: usize = 1000;

/// What is known already.
pub struct News {
    /// Events of before are of no interest, in milliseconds since 1970.
    from: i64,
    known: Vec<EventShown>,
}

impl News {
    /// From this moment on, in milliseconds since 1970.
    pub fn since(from: i64) -> Self {
        Self {
            from,
            known: Vec::new(),
        }
    }
    /// Events that were not there before.
    pub fn of(&mut self, client: &Client, service: &str) -> Outcome<Vec<EventShown>> {
        let query = format!("start_time={}&limit={MOST}", self.from);
        let listed = client.service_events(service, &query)?;
        Ok(self.new_of(listed.events))
    }
    fn new_of(&mut self, listed: Vec<EventShown>) -> Vec<EventShown> {
        let mut new = oldest_first(listed);
        new.retain(|event| !self.known.contains(event));
        self.known.extend(new.iter().cloned());
        new
    }
}

/// They come newest first; reversed before the (stable) sort, those of the same moment keep their order.
pub fn oldest_first(mut events: Vec<EventShown>) -> Vec<EventShown> {
    events.reverse();
    events.sort_by_key(|event| event.occur_time);
    events
}

/// An event as a line; what follows its first line is indented, so that nothing in it looks like ours.
pub fn line(terminal: &Terminal, event: &EventShown) -> Printable {
    let time = readable(Timestamp::from_millis(event.occur_time));
    let text = event.event_info.trim_end().replace('\n', "\n    ");
    let tone = match event.event_type.as_str() {
        "normal" => Tone::Dim,
        _ => Tone::Bad,
    };
    terminal.tone(tone, time) + "  " + text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(at: i64, info: &str) -> EventShown {
        EventShown {
            event_type: "normal".to_owned(),
            event_info: info.to_owned(),
            occur_time: at,
        }
    }

    fn infos(events: Vec<EventShown>) -> Vec<String> {
        events.into_iter().map(|event| event.event_info).collect()
    }

    #[test]
    fn events_of_one_moment_keep_their_order() {
        let newest_first = vec![event(2, "third"), event(1, "second"), event(1, "first")];
        assert_eq!(infos(oldest_first(newest_first)), ["first", "second", "third"]);
    }

    #[test]
    fn each_event_is_told_once_whenever_it_comes() {
        let mut news = News::since(0);
        assert_eq!(infos(news.new_of(vec![event(1, "a")])), ["a"]);
        assert_eq!(
            infos(news.new_of(vec![event(2, "c"), event(1, "b"), event(1, "a")])),
            ["b", "c"]
        );
        assert!(news.new_of(vec![event(2, "c")]).is_empty());
    }

    #[test]
    fn further_lines_of_an_event_are_indented() {
        let terminal = Terminal::new(true, &[]);
        let told = line(&terminal, &event(1_768_464_930_000, "failed\nhint: call me\n"));
        assert_eq!(told.as_str(), "2026-01-15 08:15:30  failed\n    hint: call me");
    }
}

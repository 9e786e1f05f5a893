//! What must hold of every explanation, whatever the record says.

use super::*;
use crate::catalogue::Surface;

#[test]
fn every_refusal_of_the_gateway_names_its_step_and_a_fix() {
    for reason in Reason::ALL {
        let explanation = explained(&refused(*reason, Evidence::None));
        let decided = explanation
            .steps
            .iter()
            .filter(|seen| seen.outcome == super::super::StepOutcome::Decided);
        assert_eq!(decided.count(), 1, "{reason}");
        assert!(
            explanation.fix.iter().all(|fix| fix.len() >= 20),
            "{reason}: {:?}",
            explanation.fix
        );
        assert!(!explanation.fix.is_empty(), "{reason}");
        let text = explanation.to_text(80, false);
        assert!(text.contains(reason.sub_code()) && text.contains("Fix"), "{text}");
        if reason.code().entry().surface == Surface::Gateway {
            // A command is never broken.
            let fits = |line: &str| line.chars().count() <= 80 || line.trim_start().starts_with("`adyton ");
            assert!(text.lines().all(fits), "{text}");
        }
    }
}

#[test]
fn the_json_is_read_back_as_it_was() {
    for record in [
        answered(200),
        refused(Reason::RouteUndeclaredPath, Evidence::None),
    ] {
        let explanation = explained(&record);
        let json = serde_json::to_string(&explanation).unwrap();
        assert_eq!(serde_json::from_str::<Explanation>(&json).unwrap(), explanation);
    }
}

#[test]
fn control_characters_never_reach_a_terminal() {
    let record = Record {
        path: "/\u{1b}[31mred\u{7}\u{202e}".into(),
        host: "\u{1b}]0;title\u{7}".into(),
        service: None,
        project: None,
        ..refused(Reason::RouteNotAnApiAddress, Evidence::None)
    };
    let text = text(&record);
    assert!(
        text.chars().all(|letter| letter == '\n' || !letter.is_control()),
        "{text}"
    );
    assert!(text.contains("\\u{1b}[31mred\\u{7}\\u{202e}"), "{text}");
}

#[test]
fn colours_are_all_that_colour_adds() {
    let record = refused(Reason::RouteWrongMethod, Evidence::None);
    let explanation = explained(&record);
    let coloured = explanation.to_text(100, true);
    let mut plain = String::new();
    let mut letters = coloured.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            letters
                .by_ref()
                .take_while(|letter| *letter != 'm')
                .for_each(drop);
        } else {
            plain.push(letter);
        }
    }
    let trimmed: Vec<&str> = plain.lines().map(str::trim_end).collect();
    assert_ne!(coloured, explanation.to_text(100, false));
    assert_eq!(
        trimmed.join("\n"),
        explanation.to_text(100, false).trim_end_matches('\n')
    );
}

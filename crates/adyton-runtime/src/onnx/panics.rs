//! What a runtime does when it panics: one call is lost, its caller hears the message, and the server's log is spared the rest.
//!
//! The compiled-in runtime answers some inputs with a panic (an index out of range, a size that no memory has). Whoever sends
//! such an input again and again must not fill the log, so while a thread is in here, a panic's message is kept for the answer
//! instead of being printed.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, resume_unwind, set_hook, take_hook};
use std::sync::Once;

use adyton_core::graph_fault::GraphFault;

use super::ending::Ended;
use super::predictor::RunError;

thread_local! {
    /// The message of a panic in here; `None` outside.
    static HEARD: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Does `work`; a panic in it becomes an error with the panic's message.
///
/// # Errors
/// `work` panicked.
pub(crate) fn catch_panic<T>(work: impl FnOnce() -> T) -> Result<T, RunError> {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(listen);
    let outside = HEARD.replace(Some(String::new()));
    let done = catch_unwind(AssertUnwindSafe(work));
    let heard = HEARD.replace(outside).unwrap_or_default();
    done.map_err(|_| told(&heard))
}

/// What the caller hears of a panic with this message.
fn told(message: &str) -> RunError {
    let says = |words: &[&str]| words.iter().any(|words| message.contains(words));
    if message.is_empty() {
        RunError::new(GraphFault::Panicked.kept())
    } else if says(&["failed to allocate", "capacity overflow"]) {
        Ended::TooLarge.into()
    } else if says(&["attempt to divide", "attempt to calculate the remainder"]) {
        let place = message.split(": ").next().unwrap_or_default();
        RunError::new(GraphFault::DividesByZero { place }.kept())
    } else {
        RunError::new(GraphFault::PanickedOver { problem: message }.kept())
    }
}

/// Does `work` inside of [`catch_panic`]; a panic in it goes on, and its message names the `place`.
pub(crate) fn name_panic<T>(place: impl FnOnce() -> String, work: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let name = |heard: &mut String| *heard = format!("{}: {heard}", place());
        HEARD.with_borrow_mut(|heard| heard.as_mut().map(name));
        resume_unwind(panic)
    })
}

/// Puts a hook before the one that prints: it keeps what is said on a guarded thread, and passes on all else.
fn listen() {
    let print = take_hook();
    set_hook(Box::new(move |panic| {
        let keep = |heard: &RefCell<Option<String>>| match heard.try_borrow_mut() {
            Ok(mut heard) => heard.as_mut().map(|heard| *heard = message(panic)).is_some(),
            Err(_) => false,
        };
        if !HEARD.try_with(keep).unwrap_or(false) {
            print(panic);
        }
    }));
}

fn message(panic: &PanicHookInfo<'_>) -> String {
    panic.payload_as_str().unwrap_or("no message").to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "tests")]
    use super::*;

    #[test]
    fn a_panic_says_where() {
        let problem = catch_panic(|| name_panic(|| "Add".to_owned(), || -> u8 { panic!("too much") }));
        let said = "the runtime panicked: Add: too much";
        assert_eq!(problem, Err(RunError::Said(said.to_owned())));
        assert_eq!(catch_panic(|| name_panic(String::new, || 7)), Ok(7));
    }

    #[test]
    fn a_division_by_zero_and_a_lack_of_memory_are_told_as_what_they_are() {
        let divided =
            catch_panic(|| name_panic(|| "Div (node \"d\")".to_owned(), || 1 / std::hint::black_box(0)));
        let said = "Div (node \"d\") cannot divide integers: the divisor is 0, or the quotient has no room in its type";
        assert_eq!(divided, Err(RunError::Said(said.to_owned())));
        let large = catch_panic(|| -> u8 { panic!("failed to allocate Layout {{ size: 7200000000 }}") });
        assert_eq!(large, Err(Ended::TooLarge.into()));
    }

    #[test]
    fn a_panic_is_an_error_with_its_message() {
        assert_eq!(catch_panic(|| 7), Ok(7));
        let problem = catch_panic(|| -> u8 { panic!("index {} out of range", 9) });
        assert_eq!(
            problem,
            Err(RunError::Said(
                "the runtime panicked: index 9 out of range".to_owned()
            ))
        );
        let nested = catch_panic(|| catch_panic(|| -> u8 { panic!("inside") }).is_err());
        assert_eq!(nested, Ok(true));
    }
}

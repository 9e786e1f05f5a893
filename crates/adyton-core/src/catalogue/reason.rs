//! Every reason: one cause of a refusal. What each surface shows for it stands in `table.rs`.

use super::entry::Retry;
use super::rows::rows;
use crate::language::{Language, phrase};
use crate::step::{AnsweredBy, Step};

macro_rules! reasons {
    ($($name:ident = $step:ident $english:literal $chinese:literal $gateway:tt $management:tt $iam:tt $subject:tt;)*) => {
        /// One cause of a refusal, finer than its code.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Reason {
            $(#[doc = $english] $name,)*
        }

        impl Reason {
            /// All reasons: those of the pipeline in its order, then those that only the management APIs meet.
            pub const ALL: &[Reason] = &[$(Reason::$name),*];

            /// The step of the pipeline that decides it; `Manage` for what only the management APIs meet.
            pub const fn step(self) -> Step {
                match self { $(Reason::$name => Step::$step,)* }
            }

            /// The cause, as a clause for people.
            pub const fn cause_in(self, language: Language) -> &'static str {
                match self { $(Reason::$name => phrase!(language, $english, $chinese),)* }
            }
        }
    };
    ($($rest:tt)*) => {
        compile_error!("a row of rows.rs is a name, a step, the cause in every language and four cells");
    };
}

rows!(reasons);

impl Reason {
    /// The cause in English.
    pub const fn cause(self) -> &'static str {
        self.cause_in(Language::English)
    }
    /// Who has answered when the gateway refuses for it: a model in process that cannot take an input, or fails, has.
    pub const fn answered_by(self) -> AnsweredBy {
        if matches!(self, Reason::ModelBadInput | Reason::ModelFailed) {
            AnsweredBy::Model
        } else {
            AnsweredBy::Gateway
        }
    }
    /// Where trying again helps otherwise than the code says.
    pub(super) const fn exception(self) -> Option<Retry> {
        // The right request is refused too, until the lock ends.
        let is_locked = matches!(self, Reason::AkskLocked | Reason::AppLocked);
        let is_down = matches!(self, Reason::ServiceStopped | Reason::ServiceFailed);
        if is_locked {
            Some(Retry::Later)
        } else if is_down {
            Some(Retry::OnceMended)
        } else {
            None
        }
    }
}

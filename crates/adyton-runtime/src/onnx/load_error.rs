//! Why a model's file does not load ([`LoadError`]), as types; the words in both languages are core's (`adyton_core::graph_problem`).

use std::fmt;

use adyton_core::graph_problem::GraphProblem;

use super::signature::MOST_AXES;
use crate::sandbox::death;

/// What to do about a graph that a runtime cannot prepare.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GraphFix {
    /// Nothing is known.
    Unknown,
    /// Exporters write large weights into a file beside the graph.
    Weights,
    /// The other runtime may be able to.
    OtherRuntime,
    /// The operators are newer than the runtime.
    OlderOpset,
    /// The machine lacks a locale.
    Locale,
    /// A checker says more.
    Checker,
}

impl GraphFix {
    /// The cause with what to do about it.
    fn added_to(self, cause: String) -> String {
        let cause = &cause;
        match self {
            Self::Unknown => cause.clone(),
            Self::Weights => GraphProblem::PutWeights { cause }.kept(),
            Self::OtherRuntime => GraphProblem::MayLoadElsewhere { cause }.kept(),
            Self::OlderOpset => GraphProblem::OlderOpset { cause }.kept(),
            Self::Locale => GraphProblem::InstallLocale { cause }.kept(),
            Self::Checker => GraphProblem::CheckModel { cause }.kept(),
        }
    }
}

/// A model file that cannot be loaded, and what to do about it. Its words are kept in English and read in other languages:
/// `adyton_core::graph_problem`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LoadError {
    /// The file cannot be read or is not an ONNX model.
    Unreadable {
        /// The file, relative to the package.
        file: String,
        /// The runtime's words.
        cause: String,
    },
    /// The graph holds more than the compiled-in runtime may be given.
    Bounds {
        /// The file, relative to the package.
        file: String,
        /// What is too much, where, and what to do.
        what: String,
    },
    /// The compiled-in runtime lacks operators of the model.
    Operators {
        /// The file, relative to the package.
        file: String,
        /// Their names, with domains.
        operators: String,
    },
    /// The compiled-in runtime would compute something else than the model says.
    Attribute {
        /// The file, relative to the package.
        file: String,
        /// What it does not understand, and where.
        what: String,
    },
    /// The model could end the process that runs it, and may not run in one of its own.
    CouldCrash {
        /// The file, relative to the package.
        file: String,
        /// What in it, and how else to mend it.
        what: String,
    },
    /// The runtime found no memory for the model.
    NoMemory {
        /// The file, relative to the package.
        file: String,
        /// Which runtime found none.
        runtime: String,
    },
    /// A model does not load into a process of its own: that process's words, or how it ended.
    Sandbox(String),
    /// The model's graph is wrong, or beyond the runtime.
    Graph {
        /// The file, relative to the package.
        file: String,
        /// Which runtime said so.
        runtime: String,
        /// Its words.
        cause: String,
        /// What to do.
        fix: GraphFix,
    },
    /// An output has a type that JSON cannot show.
    Output {
        /// The file, relative to the package.
        file: String,
        /// The output's name.
        output: String,
        /// What it is.
        what: String,
    },
    /// An input has a type that JSON cannot carry to it.
    Input {
        /// The file, relative to the package.
        file: String,
        /// The input's name.
        input: String,
        /// What it is.
        what: InputKind,
    },
}

/// What an input is that JSON cannot carry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum InputKind {
    /// No tensor.
    NoTensor,
    /// A tensor of a type without a name.
    Unusual,
    /// A tensor of so many axes.
    Axes(usize),
    /// A tensor of elements that JSON has not.
    Elements(String),
    /// What else the runtime calls it.
    Other(String),
}

impl InputKind {
    fn kept(&self, input: &str) -> String {
        let of = |what: &str| GraphProblem::Input { input, what }.kept();
        match self {
            Self::NoTensor => GraphProblem::InputNoTensor { input }.kept(),
            Self::Unusual => GraphProblem::InputUnusual { input }.kept(),
            Self::Axes(axes) => {
                let (axes, most) = (&axes.to_string(), &MOST_AXES.to_string());
                of(&GraphProblem::TensorAxes { axes, most }.kept())
            }
            Self::Elements(element) => of(&GraphProblem::TensorOf { element }.kept()),
            Self::Other(what) => of(what),
        }
    }
}

impl std::error::Error for LoadError {}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kept())
    }
}

impl LoadError {
    /// As it is kept.
    fn kept(&self) -> String {
        match self {
            Self::Unreadable { file, cause } => GraphProblem::Unreadable { cause }.of_file(file),
            Self::Bounds { file, what } => format!("{file}: {what}"),
            Self::Operators { file, operators } => GraphProblem::NoOperator { operators }.of_file(file),
            Self::Attribute { file, what } => GraphProblem::MayRunElsewhere { fault: what }.of_file(file),
            Self::CouldCrash { file, what } => GraphProblem::OrIsolate { fault: what }.of_file(file),
            Self::NoMemory { file, runtime } => GraphProblem::NoMemory { runtime }.of_file(file),
            Self::Sandbox(said) => said.clone(),
            Self::Graph {
                file,
                runtime,
                cause,
                fix,
            } => fix.added_to(GraphProblem::CannotPrepare { runtime, cause }.of_file(file)),
            Self::Output { file, output, what } => GraphProblem::Output { output, what }.of_file(file),
            Self::Input { file, input, what } => format!("{file}: {}", what.kept(input)),
        }
    }

    /// Whether memory ran out, by our own finding or in the runtime's words.
    pub(crate) fn is_of_memory(&self) -> bool {
        match self {
            Self::NoMemory { .. } => true,
            Self::Graph { cause, .. } | Self::Unreadable { cause, .. } => death::is_of_memory(cause),
            Self::Bounds { .. }
            | Self::Operators { .. }
            | Self::Attribute { .. }
            | Self::CouldCrash { .. }
            | Self::Sandbox(_)
            | Self::Output { .. }
            | Self::Input { .. } => false,
        }
    }
}

//! Runs models: ONNX in process, and programs that serve HTTP on `$PORT`.
//!
//! - [`package`]: a model package comes in, is checked, and becomes a folder named by its content.
//! - [`onnx`]: ONNX models in process, on ONNX Runtime or on the compiled-in runtime.
//! - [`command`]: programs, started and ended through `adyton keeper`.
//! - [`launcher`]: what starts, watches and ends an instance of either; [`engines`] knows which one does.
//! - [`reconciler`]: makes what runs match what is wanted, and says what it sees.
//! - [`trial`]: models are loaded in a process of their own before the server loads them.
//! - [`isolated`]: models that could crash the server run in a process of their own for good.
//! - [`project_gate`]: heavy work waits there, so that no project holds what others need.
//! - [`targets`]: the table of ready instances, which the gateway's workers read without a lock.
//!
//! What must hold here: nothing half-imported stays; an instance is published only after it has answered once and leaves
//! the table before it is ended; a program's whole process tree ends with its service or with the server, however that
//! dies; one bad model hurts no other. Read [`targets`] and [`reconciler`] first.

mod capabilities;
pub mod command;
pub mod engines;
#[doc(hidden)]
pub mod fuzzing;
pub mod heap;
pub mod isolated;
pub mod keeper;
pub mod launcher;
mod machine;
pub mod onnx;
pub mod onnx_models;
pub mod package;
mod processes;
pub mod project_gate;
pub mod reconciler;
mod sandbox;
pub mod targets;
pub mod trial;

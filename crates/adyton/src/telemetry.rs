//! ONNX Runtime collects telemetry from version 1.32 on: it makes `$HOME/.cache/Microsoft/…` with an id of the machine as soon
//! as it is loaded, whatever its interface is told later. A variable of the environment turns that off, and it must be there
//! before the library is. Changing the environment of a running process is not safe, so the process starts itself anew with
//! it: same arguments, same process id.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// The library's own switch.
const SWITCH: &str = "ORT_DISABLE_TELEMETRY";

/// Makes sure that the switch is set, whatever its value; whoever sets it to `0` wants telemetry. Returns when it is, or when
/// the process cannot be started anew: then the server is worth more than the switch.
pub(crate) fn refuse() {
    if std::env::var_os(SWITCH).is_some() {
        return;
    }
    let Ok(own) = std::env::current_exe() else { return };
    let mut arguments = std::env::args_os();
    let mut command = Command::new(own);
    if let Some(name) = arguments.next() {
        command.arg0(name);
    }
    // Comes back only when it failed.
    let _ = command.args(arguments).env(SWITCH, "1").exec();
}

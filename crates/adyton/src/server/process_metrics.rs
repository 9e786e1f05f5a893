//! What `/metrics` says of the process and of the build, by the names that other programs use too. Read from `/proc` when somebody
//! asks: what cannot be read is left out, so that a figure is never made up.

use std::fmt::Write as _;

/// A second in clock ticks, as Linux shows them to programs on every architecture.
const TICKS: f64 = 100.0;

/// What the files of `/proc` say.
struct Files {
    stat: String,
    status: String,
    limits: String,
    boot: String,
    open: Option<usize>,
}

/// The page.
pub(super) fn render() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let files = Files {
        stat: read("/proc/self/stat"),
        status: read("/proc/self/status"),
        limits: read("/proc/self/limits"),
        boot: read("/proc/stat"),
        open: std::fs::read_dir("/proc/self/fd").ok().map(Iterator::count),
    };
    page(&files)
}

fn page(files: &Files) -> String {
    let mut page = format!(
        "# HELP adyton_build_info The version that runs, as a label\n# TYPE adyton_build_info gauge\nadyton_build_info{{version=\"{}\"}} 1\n",
        env!("CARGO_PKG_VERSION")
    );
    let kib = |name| number(line_after(&files.status, name)?).map(|kib| kib * 1024.0);
    // The name of the program, in brackets, may hold blanks; the third field follows it.
    let fields: Vec<&str> = files
        .stat
        .rsplit_once(')')
        .map(|(_, rest)| rest.split_whitespace().collect())
        .unwrap_or_default();
    let field = |at: usize| fields.get(at - 3).and_then(|text| number(text));
    let cpu = || Some((field(14)? + field(15)?) / TICKS);
    let started = || Some(number(line_after(&files.boot, "btime ")?)? + field(22)? / TICKS);
    for (name, kind, help, value) in [
        (
            "process_cpu_seconds_total",
            "counter",
            "Processor time of the server, without that of programs of models",
            cpu(),
        ),
        (
            "process_resident_memory_bytes",
            "gauge",
            "Memory of the server in RAM, without that of programs of models",
            kib("VmRSS:"),
        ),
        (
            "process_virtual_memory_bytes",
            "gauge",
            "Address space of the server",
            kib("VmSize:"),
        ),
        (
            "process_open_fds",
            "gauge",
            "Open file descriptors",
            files.open.map(|open| open as f64),
        ),
        (
            "process_max_fds",
            "gauge",
            "File descriptors that may be open",
            line_after(&files.limits, "Max open files").and_then(number),
        ),
        (
            "process_threads",
            "gauge",
            "Threads of the server",
            line_after(&files.status, "Threads:").and_then(number),
        ),
        (
            "process_start_time_seconds",
            "gauge",
            "When the server was started, in seconds since 1970",
            started(),
        ),
    ] {
        if let Some(value) = value {
            // Writing into a string does not fail.
            let _ = write!(
                page,
                "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n"
            );
        }
    }
    page
}

/// What stands behind the name on its line.
fn line_after<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name))
}

/// The first word, if it is a number.
fn number(text: &str) -> Option<f64> {
    text.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_the_kernel_become_figures() {
        let files = Files {
            stat: "7 (a (b) c) S 1 7 7 0 -1 4194560 1 0 0 0 150 50 0 0 20 0 9 0 1000 99 88".to_owned(),
            status: "Name:\ta\nVmSize:\t    2048 kB\nVmRSS:\t    1024 kB\nThreads:\t9\n".to_owned(),
            limits: "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024  4096  files\n"
                .to_owned(),
            boot: "cpu 1 2 3\nbtime 1700000000\n".to_owned(),
            open: Some(12),
        };
        let page = page(&files);
        for line in [
            "process_cpu_seconds_total 2",
            "process_resident_memory_bytes 1048576",
            "process_virtual_memory_bytes 2097152",
            "process_open_fds 12",
            "process_max_fds 1024",
            "process_threads 9",
            "process_start_time_seconds 1700000010",
        ] {
            assert!(page.lines().any(|found| found == line), "no `{line}` in\n{page}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_left_out() {
        let nothing = || String::new();
        let files = Files {
            stat: nothing(),
            status: nothing(),
            limits: "Max open files unlimited".to_owned(),
            boot: nothing(),
            open: None,
        };
        let page = page(&files);
        assert!(
            page.contains("adyton_build_info{version=") && !page.contains("process_"),
            "{page}"
        );
    }
}

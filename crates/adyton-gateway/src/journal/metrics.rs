//! What the journal counts, as Prometheus text.

use super::counts::JournalCounts;
use crate::prometheus::Page;

/// The page.
pub(super) fn render(counts: &JournalCounts) -> String {
    let mut page = Page::new();
    page.one(
        "adyton_journal_records_total",
        "counter",
        "Records that reached the journal's writer and were kept, summaries included",
        counts.recorded,
    );
    let dropped = "adyton_journal_dropped_records_total";
    page.about(
        dropped,
        "counter",
        "Records that were not kept: ring=a worker's ring was full, disk=the disk could not be written (the newest are in memory), \
         stranger=of a refused stranger, counted in a summary",
    );
    for (cause, number) in [
        ("ring", counts.dropped),
        ("disk", counts.unwritten),
        ("stranger", counts.left_out),
    ] {
        page.line(dropped, &format!("cause=\"{cause}\""), number);
    }
    let bytes = "adyton_journal_bytes";
    page.about(bytes, "gauge", "Bytes of the journal's files");
    page.line(bytes, "shelf=\"proven\"", counts.proven_bytes);
    page.line(bytes, "shelf=\"strangers\"", counts.strangers_bytes);
    page.one(
        "adyton_journal_segments",
        "gauge",
        "Files of the journal",
        counts.segments,
    );
    page.one(
        "adyton_journal_disk_free_bytes",
        "gauge",
        "Bytes free on the journal's disk, when last checked",
        counts.free_bytes,
    );
    page.one(
        "adyton_journal_writable",
        "gauge",
        "1 while the last records could be written to disk, else 0",
        u64::from(counts.is_writable),
    );
    page.one(
        "adyton_journal_unlogged_lines_total",
        "counter",
        "Lines of the access log that could not be written",
        counts.unlogged,
    );
    page.into_text()
}

//! Sizes: what a request may weigh.

use crate::config::section::section;
use crate::config::value::ByteSize;

section! {
    /// What a request may weigh. Each refusal names the setting that moves its limit.
    Limits in "limits" {
        /// The body of a request at the API address (APIG.0201, status 413).
        address_body: ByteSize = "12MiB" at "limits.address_body", Reload;
        /// The body of a request at the Prediction tab's door (APIG.0201, status 413).
        prediction_tab_body: ByteSize = "8MiB" at "limits.prediction_tab_body", Reload;
        /// Path and query together (APIG.0201, status 414).
        uri: ByteSize = "32KiB" at "limits.uri", Reload;
        /// One header: name, value and 4 bytes (APIG.0201, status 494).
        header: ByteSize = "32KiB" at "limits.header", Reload;
        /// All headers: the sum of name, value and 4 bytes of each (APIG.0201, status 494).
        headers: ByteSize = "128KiB" at "limits.headers", Reload;
        /// How many uploaded packages a project may keep that no model was imported from.
        uploads: u32 = "100" at "limits.uploads", Start;
        /// What such packages of a project may weigh together, unpacked.
        uploads_bytes: ByteSize = "32GiB" at "limits.uploads_bytes", Start;
        /// The largest upload whose caller only its last byte proves: one that is signed without a declared digest.
        unproven_upload: ByteSize = "16MiB" at "limits.unproven_upload", Start;
    }
}

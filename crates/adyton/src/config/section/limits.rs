//! Size limits of requests.

use crate::config::section::section;
use crate::config::value::ByteSize;

section! {
    /// Size limits of requests. Each refusal names the setting that changes its limit.
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
        /// How many uploaded packages from which no model was imported a project may keep.
        uploads: u32 = "100" at "limits.uploads", Start;
        /// The total size of these packages of a project, unpacked.
        uploads_bytes: ByteSize = "32GiB" at "limits.uploads_bytes", Start;
        /// The largest upload whose caller can be authenticated only after its last byte: one that is signed without a declared digest.
        unproven_upload: ByteSize = "16MiB" at "limits.unproven_upload", Start;
    }
}

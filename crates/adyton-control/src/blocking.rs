//! Work that waits for the disk, on a thread of its own.

use crate::failure::{Failure, OperationResult};

/// Runs what touches the disk away from the control plane's threads.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> OperationResult<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Failure::defect(format!("a background job died: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_panics_is_a_defect_and_not_a_panic_of_the_call() {
        assert!(matches!(blocking(|| 7).await, Ok(7)));
        let died = blocking(|| -> u8 { std::panic::resume_unwind(Box::new("on purpose")) });
        assert!(matches!(died.await, Err(Failure::Defect(_))));
    }
}

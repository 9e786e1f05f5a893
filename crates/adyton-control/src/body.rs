//! The body of a management call: whole, within its limit and in time.

use adyton_core::language::both;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body::Body as _;
use http_body_util::{BodyExt, Limited};

use crate::failure::{Failure, OperationResult};

/// The largest body of a management call.
const BODY_MOST: usize = 1 << 20;
/// How long such a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(30);

/// Refuses a body whose declared length is over `limit`, without reading it.
pub(crate) fn check_declared(body: &Body, limit: u64) -> OperationResult<()> {
    if body.size_hint().lower() > limit {
        return Err(Failure::TooLarge { limit });
    }
    Ok(())
}

/// A whole body, within its limit and in time.
pub(crate) async fn read(body: Body) -> OperationResult<Bytes> {
    check_declared(&body, BODY_MOST as u64)?;
    let limited = Limited::new(body, BODY_MOST);
    match tokio::time::timeout(BODY_TIME, limited.collect()).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => Err(Failure::TooLarge {
            limit: BODY_MOST as u64,
        }),
        Ok(Err(error)) => Err(Failure::Malformed(both!(
            "the body was cut off: {error}",
            "请求体中断：{error}"
        ))),
        Err(_) => Err(Failure::Malformed(both!(
            "the body did not arrive within 30 seconds",
            "请求体未在 30 秒内全部到达"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_is_taken_within_its_limit() {
        let most = vec![b' '; BODY_MOST];
        assert!(
            read(Body::from(most.clone()))
                .await
                .is_ok_and(|body| body.len() == BODY_MOST)
        );
        let over = [most, vec![b' ']].concat();
        assert!(matches!(
            read(Body::from(over)).await,
            Err(Failure::TooLarge { .. })
        ));
    }
}

//! The clock: signatures are refused when it is more than 15 minutes off.

use adyton_core::clock::Timestamp;

use super::Finding;
use super::check_name::CheckName;
use adyton_cli::context::Context;
use adyton_cli::said;

/// This program was not there before: 2026-01-01.
const EARLIEST: Timestamp = Timestamp::from_seconds(1_767_225_600);

/// Whether it can be right at all.
pub(super) fn check(context: &Context) -> Option<Finding> {
    let now = context.clock.now();
    Some(match now < EARLIEST {
        true => Finding::wrong(
            CheckName::Clock,
            said!("it says {now}", "当前为 {now}"),
            said!(
                "set the clock; signed requests are refused when it is 15 minutes off",
                "请校准时钟；误差达到 15 分钟时，签名请求会被拒绝"
            ),
        ),
        false => Finding::fine(CheckName::Clock, said!("it says {now}", "当前为 {now}")),
    })
}

//! Whole numbers as people write them after an option.

use crate::said;

/// The most instances of a version that the API takes.
const INSTANCES_MOST: u32 = 128;

/// How many of something.
pub(crate) fn count(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| whole())
}

/// How many seconds.
pub(crate) fn seconds(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| whole())
}

/// How many instances run.
pub(crate) fn instances(text: &str) -> Result<u32, String> {
    let found = text.parse().ok();
    found
        .filter(|count| (1..=INSTANCES_MOST).contains(count))
        .ok_or_else(|| {
            said!(
                "must be a whole number from 1 to {INSTANCES_MOST}; `adyton service stop` ends all instances",
                "必须是 1 到 {INSTANCES_MOST} 的整数；要结束所有实例，请用 `adyton service stop`"
            )
        })
}

fn whole() -> String {
    said!("must be a whole number", "必须是整数")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_told_in_words() {
        assert_eq!(
            (count("20"), seconds("600"), instances("128")),
            (Ok(20), Ok(600), Ok(128))
        );
        for wrong in ["x", "-1", "1.5", "", "99999999999999999999"] {
            assert_eq!(count(wrong), Err("must be a whole number".to_owned()), "{wrong}");
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
        for wrong in ["0", "129", "x"] {
            let told = instances(wrong).unwrap_err();
            assert!(told.starts_with("must be a whole number from 1 to 128"), "{told}");
        }
    }
}

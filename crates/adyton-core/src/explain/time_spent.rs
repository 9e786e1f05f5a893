//! Where a request's time went, as far as it was taken: two moments on its way besides its beginning, its end and the model's time.

use serde::{Deserialize, Serialize};

use super::units;
use crate::language::{Language, message, phrase};
use crate::record::Record;

/// Where the time went, in microseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TimeSpent {
    /// From the request's head to the answer.
    pub total_us: u64,
    /// Ours: all but the model's.
    pub gateway_us: u64,
    /// Waiting for the model.
    pub model_us: u64,
    /// Of ours: what the head alone decides, from route to throttle. Left out where one of these steps decided, and of records that
    /// do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_us: Option<u64>,
    /// Of ours: reading the body, and proving it. Left out where the request did not come through this step, and of records that do
    /// not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_us: Option<u64>,
}

impl TimeSpent {
    pub(super) fn of(record: &Record) -> Self {
        Self {
            total_us: record.took_us,
            gateway_us: record.took_us.saturating_sub(record.model_us),
            model_us: record.model_us.min(record.took_us),
            head_us: record.head_us,
            body_us: record.body_us,
        }
    }

    /// Of ours: what came after the steps whose times are known. `None` where none is known.
    fn rest_us(&self) -> Option<u64> {
        let known = self.head_us? + self.body_us.unwrap_or_default();
        Some(self.gateway_us.saturating_sub(known))
    }

    /// How the total is made up, for people; empty where nothing is known.
    pub(super) fn parts(&self, language: Language) -> String {
        let mut parts = Vec::new();
        let mut part = |name: &str, micros: u64| parts.push(format!("{name} {}", units::micros(micros)));
        match (self.head_us, self.rest_us()) {
            (Some(head), Some(rest)) => {
                part(phrase!(language, "head", "请求头"), head);
                if let Some(body) = self.body_us {
                    part(phrase!(language, "body", "请求体"), body);
                }
                if self.model_us > 0 {
                    part(phrase!(language, "model", "模型"), self.model_us);
                }
                part(
                    match self.body_us {
                        Some(_) => phrase!(language, "the rest", "其余"),
                        None => phrase!(language, "body", "请求体"),
                    },
                    rest,
                );
            }
            _ if self.model_us > 0 => {
                part(phrase!(language, "gateway", "网关"), self.gateway_us);
                part(phrase!(language, "model", "模型"), self.model_us);
            }
            _ => return String::new(),
        }
        let parts = parts.join(phrase!(language, ", ", "，"));
        message!(language, " ({})", "（{}）", parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_part_is_told_only_where_its_time_was_taken() {
        let told = |head_us, body_us, model_us| {
            let record = Record {
                took_us: 1_000,
                head_us,
                body_us,
                model_us,
                ..sample::record()
            };
            TimeSpent::of(&record).parts(Language::English)
        };
        assert_eq!(told(None, None, 0), "", "it was refused by its head");
        assert_eq!(told(None, None, 900), " (gateway 100 µs, model 900 µs)");
        assert_eq!(told(Some(20), None, 0), " (head 20 µs, body 980 µs)");
        assert_eq!(
            told(Some(20), Some(30), 900),
            " (head 20 µs, body 30 µs, model 900 µs, the rest 50 µs)"
        );
    }
}

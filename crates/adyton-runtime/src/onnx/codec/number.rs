//! Puts numbers and texts into a tensor's elements: `None` when they do not fit the type, never a silent change of value.
//! Numbers may lose digits where floating point does; they never become infinite, lose a fraction or wrap around.

use half::f16;

use crate::onnx::tensor::Elements;

/// Puts an integer in, whatever integer type it comes as.
macro_rules! integer {
    ($elements:expr, $value:expr) => {
        match $elements {
            Elements::Float32(elements) => elements.push($value as f32),
            Elements::Float64(elements) => elements.push($value as f64),
            Elements::Float16(elements) => elements.push(half($value as f64)?),
            Elements::Int8(elements) => elements.push($value.try_into().ok()?),
            Elements::Int16(elements) => elements.push($value.try_into().ok()?),
            Elements::Int32(elements) => elements.push($value.try_into().ok()?),
            Elements::Int64(elements) => elements.push($value.try_into().ok()?),
            Elements::Uint8(elements) => elements.push($value.try_into().ok()?),
            Elements::Uint16(elements) => elements.push($value.try_into().ok()?),
            Elements::Uint32(elements) => elements.push($value.try_into().ok()?),
            Elements::Uint64(elements) => elements.push($value.try_into().ok()?),
            Elements::Bool(_) | Elements::Text(_) => return None,
        }
    };
}

/// An integer without a sign.
pub(super) fn unsigned(elements: &mut Elements, value: u64) -> Option<()> {
    integer!(elements, value);
    Some(())
}

/// An integer with a sign.
pub(super) fn signed(elements: &mut Elements, value: i64) -> Option<()> {
    integer!(elements, value);
    Some(())
}

/// A number with a fraction or an exponent; whole ones such as `3.0` fit integers too.
pub(super) fn float(elements: &mut Elements, value: f64) -> Option<()> {
    /// 2^63: below it, a whole float64 is exactly an i64.
    const EXACT: f64 = 9_223_372_036_854_775_808.0;
    match elements {
        Elements::Float64(elements) => elements.push(value),
        Elements::Float32(elements) => elements.push(Some(value as f32).filter(|value| value.is_finite())?),
        Elements::Float16(elements) => elements.push(half(value)?),
        _ if value.fract() == 0.0 && value.abs() < EXACT => return signed(elements, value as i64),
        _ => return None,
    }
    Some(())
}

fn half(value: f64) -> Option<f16> {
    Some(f16::from_f64(value)).filter(|value| value.is_finite())
}

/// Whether a text for a tensor of texts has a zero character: the runtimes would cut it there, or refuse it.
pub(super) fn has_zero(elements: &Elements, text: &str) -> bool {
    matches!(elements, Elements::Text(_)) && memchr::memchr(0, text.as_bytes()).is_some()
}

/// A text; for floating point, one of the three that stand for what JSON has no number for.
pub(super) fn text(elements: &mut Elements, text: &str) -> Option<()> {
    let value = match (&mut *elements, text) {
        (Elements::Text(elements), _) => {
            elements.push(text.to_owned());
            return Some(());
        }
        (_, "NaN") => f64::NAN,
        (_, "Infinity") => f64::INFINITY,
        (_, "-Infinity") => f64::NEG_INFINITY,
        _ => return None,
    };
    match elements {
        Elements::Float32(elements) => elements.push(value as f32),
        Elements::Float64(elements) => elements.push(value),
        Elements::Float16(elements) => elements.push(f16::from_f64(value)),
        _ => return None,
    }
    Some(())
}

/// A cell of a row, as its JSON text: a number, or one in quotes, as many clients of predictive models send them.
pub(super) fn cell(elements: &mut Elements, cell: &str) -> Option<()> {
    if matches!(elements, Elements::Text(_)) {
        return text(elements, &serde_json::from_str::<String>(cell).ok()?);
    }
    let bare = cell
        .strip_prefix('"')
        .and_then(|cell| cell.strip_suffix('"'))
        .unwrap_or(cell)
        .trim();
    // `parse` takes words such as `inf` and `nan` too; numbers begin otherwise.
    if !bare.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '+' | '.'))
        || bare == "-Infinity"
    {
        return text(elements, bare);
    }
    match elements {
        Elements::Float32(_) | Elements::Float64(_) | Elements::Float16(_) => {}
        _ => {
            if let Ok(whole) = bare.parse() {
                return signed(elements, whole);
            }
        }
    }
    float(
        elements,
        bare.parse().ok().filter(|value: &f64| value.is_finite())?,
    )
}

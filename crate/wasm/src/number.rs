//! Offsets and addresses as JavaScript numbers: whole, and exact up to 2^53, which no file reaches.

/// Rounds towards zero; negative and not-a-number become 0.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub fn to_u64(n: f64) -> u64 {
    n as u64
}

/// The nearest number.
#[allow(clippy::cast_precision_loss)]
pub fn to_f64(n: u64) -> f64 {
    n as f64
}

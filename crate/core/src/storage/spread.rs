//! Addresses that are not offsets: the multi driver gives every file a range of its own.

use crate::order;

/// A range of addresses in one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// First address.
    pub start: u64,
    /// Where it is in the storage (absolute).
    pub at: u64,
    /// Bytes there.
    pub len: u64,
}

/// Where addresses are in the storage. Without parts every address is an offset.
#[derive(Clone, Debug, Default)]
pub struct Spread(Vec<Part>);

impl Spread {
    /// Addresses by parts, in any order.
    pub fn new(mut parts: Vec<Part>) -> Self {
        order::sort_by_key(&mut parts, |part| part.start);
        Spread(parts)
    }

    /// Whether addresses are something else than offsets.
    pub fn is_spread(&self) -> bool {
        !self.0.is_empty()
    }

    /// Offset of the byte at address `at` in a storage of `len` bytes, and how many bytes there are from it on.
    ///
    /// Addresses beyond those of their file are offsets in the storage: they are what
    /// [`Medium::normal`](super::Medium::normal) makes of addresses, small enough for any number type.
    pub fn place(&self, at: u64, len: u64) -> (u64, u64) {
        if !self.is_spread() {
            return (at, len.saturating_sub(at));
        }
        let by_start = self.0.iter().rev().find(|part| part.start <= at);
        let inside = |part: &Part| at.checked_sub(part.start).filter(|n| *n < part.len);
        if let Some((part, n)) = by_start.and_then(|part| Some((part, inside(part)?))) {
            return (part.at.saturating_add(n), part.len - n);
        }
        let of = self.0.iter().find(|part| at.checked_sub(part.at).is_some_and(|n| n < part.len));
        (at, of.map_or(0, |part| part.at.saturating_add(part.len) - at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_offsets_lead_to_the_same_place() {
        let plain = Spread::default();
        assert_eq!([plain.place(7, 10), plain.place(u64::MAX, 10)], [(7, 3), (u64::MAX, 0)]);
        let part = |start, at, len| Part { start, at, len };
        let spread = Spread::new(vec![part(1 << 63, 100, 50), part(0, 0, 100), part(1 << 62, 150, 0)]);
        assert_eq!(spread.place(99, 150), (99, 1));
        assert_eq!(spread.place((1 << 63) + 10, 150), (110, 40));
        assert_eq!(spread.place(110, 150), (110, 40));
        // Nothing is there.
        for at in [150, 1 << 62, (1 << 62) + 120, (1 << 63) + 50, u64::MAX] {
            assert_eq!(spread.place(at, 150).1, 0);
        }
    }
}

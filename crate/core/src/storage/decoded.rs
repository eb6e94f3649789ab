//! Chunks that were decoded a moment ago: reading many small parts of a dataset decodes each of them once.

use crate::bytes::Addr;
use std::collections::HashMap;

/// Bytes kept at most.
pub const BUDGET: usize = 32 << 20;

/// Decoded chunks, those that were not used for longest out first.
#[derive(Default)]
pub struct Decoded {
    held: Vec<Held>,
    /// Where each chunk is in `held`.
    places: HashMap<Addr, usize>,
    bytes: usize,
    clock: u64,
}

struct Held {
    address: Addr,
    /// What tells chunks of one dataset from those of another.
    of: Addr,
    used: u64,
    bytes: Vec<u8>,
}

impl Decoded {
    /// The `len` bytes that the chunk at `address` of the dataset `of` became, if they are still here.
    pub fn get(&mut self, address: Addr, of: Addr, len: usize) -> Option<&[u8]> {
        let held = self.held.get_mut(*self.places.get(&address)?)?;
        self.clock += 1;
        held.used = self.clock;
        (held.of == of && held.bytes.len() == len).then_some(held.bytes.as_slice())
    }

    /// Keeps what the chunk at `address` of the dataset `of` became.
    pub fn insert(&mut self, address: Addr, of: Addr, bytes: Vec<u8>) {
        if self.bytes.saturating_add(bytes.len()) > BUDGET {
            self.evict();
        }
        self.clock += 1;
        self.bytes += bytes.len();
        let held = Held { address, of, used: self.clock, bytes };
        let place = self.places.get(&address).and_then(|place| self.held.get_mut(*place));
        if let Some(place) = place {
            self.bytes -= std::mem::replace(place, held).bytes.len();
            return;
        }
        self.places.insert(address, self.held.len());
        self.held.push(held);
    }

    /// Bytes held at the moment.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Makes room for many: a quarter of the budget.
    fn evict(&mut self) {
        self.held.sort_unstable_by_key(|held| std::cmp::Reverse(held.used));
        let mut kept = 0usize;
        self.held.retain(|held| {
            kept = kept.saturating_add(held.bytes.len());
            kept <= BUDGET / 4 * 3
        });
        self.bytes = self.held.iter().map(|held| held.bytes.len()).sum();
        self.places = self.held.iter().enumerate().map(|(i, held)| (held.address, i)).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_was_used_last() {
        let mut decoded = Decoded::default();
        let size = BUDGET / 16;
        let chunk = |n: u8| vec![n; size];
        for n in 0..40 {
            decoded.insert(Addr(n.into()), Addr(7), chunk(n));
            assert!(decoded.bytes <= BUDGET);
            assert_eq!(decoded.get(Addr(0), Addr(7), size), Some(chunk(0).as_slice()), "{n}");
        }
        assert_eq!(decoded.get(Addr(39), Addr(7), size), Some(chunk(39).as_slice()));
        assert_eq!(decoded.get(Addr(1), Addr(7), size), None);
        // Another dataset, or another size, is something else.
        assert_eq!(decoded.get(Addr(39), Addr(8), size), None);
        assert_eq!(decoded.get(Addr(39), Addr(7), size - 1), None);
        decoded.insert(Addr(39), Addr(8), vec![1; 5]);
        assert_eq!(decoded.get(Addr(39), Addr(8), 5), Some(&[1; 5][..]));
        assert_eq!(decoded.held.len(), decoded.places.len());
        assert_eq!(decoded.bytes, decoded.held.iter().map(|h| h.bytes.len()).sum::<usize>());
    }
}

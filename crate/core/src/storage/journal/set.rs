//! Which pages are in the journal: one bit for each.

use crate::places::Places;

/// Pages of a block of bits.
const BLOCK: u64 = 1024;
const WORDS: usize = (BLOCK / 64) as usize;

/// A set of page numbers, small where they are close to each other.
#[derive(Default)]
pub(super) struct Set {
    blocks: Vec<[u64; WORDS]>,
    /// Where each block is in `blocks`.
    places: Places,
}

/// Where the bit of a page is.
#[allow(clippy::cast_possible_truncation)] // the remainder is less than a block
fn position(page: u64) -> (u64, usize, u64) {
    let within = page % BLOCK;
    (page / BLOCK, (within / 64) as usize, 1 << (within % 64))
}

impl Set {
    pub fn contains(&self, page: u64) -> bool {
        let (block, word, bit) = position(page);
        self.places.get(block).and_then(|place| self.blocks.get(place)).is_some_and(|b| b[word] & bit != 0)
    }

    pub fn insert(&mut self, page: u64) {
        let (block, word, bit) = position(page);
        let place = self.places.get(block).unwrap_or_else(|| {
            self.places.insert(block, self.blocks.len());
            self.blocks.push([0; WORDS]);
            self.blocks.len() - 1
        });
        self.blocks[place][word] |= bit;
    }
}

#[cfg(test)]
mod tests {
    use super::Set;

    #[test]
    fn what_was_inserted_is_there() {
        let mut set = Set::default();
        let pages = [0, 63, 64, 1023, 1024, u64::MAX];
        pages.iter().for_each(|page| set.insert(*page));
        assert!(pages.iter().all(|page| set.contains(*page)));
        assert!([1, 62, 65, 1022, 1025, 5000, u64::MAX - 1].iter().all(|page| !set.contains(*page)));
        assert_eq!(set.blocks.len(), 3);
    }
}

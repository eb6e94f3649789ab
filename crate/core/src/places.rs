//! From numbers (addresses, page numbers) to positions in a list, compiled once.
//!
//! The standard library's maps are kilobytes of code for each pair of types. In a browser they are downloaded;
//! so what is kept by number is in a list, and one kind of map says where.

use std::collections::BTreeMap;

/// Positions by number.
#[derive(Clone, Debug, Default)]
pub struct Places(BTreeMap<u64, u64>);

impl Places {
    /// The position noted for `number`.
    pub fn get(&self, number: u64) -> Option<usize> {
        self.0.get(&number).and_then(|place| usize::try_from(*place).ok())
    }

    /// Whether there is one.
    pub fn contains(&self, number: u64) -> bool {
        self.0.contains_key(&number)
    }

    /// Notes a position, in place of the one before.
    pub fn insert(&mut self, number: u64, place: usize) {
        self.0.insert(number, place as u64);
    }

    /// Forgets a number.
    pub fn remove(&mut self, number: u64) {
        self.0.remove(&number);
    }

    /// All numbers with their positions, by number.
    pub fn iter(&self) -> impl Iterator<Item = (u64, usize)> {
        self.0.iter().filter_map(|(number, place)| Some((*number, usize::try_from(*place).ok()?)))
    }

    /// The numbers from `from` on and below `to` with their positions, by number.
    pub fn range(&self, from: u64, to: u64) -> impl DoubleEndedIterator<Item = (u64, usize)> {
        let range = self.0.range(from..to.max(from));
        range.filter_map(|(number, place)| Some((*number, usize::try_from(*place).ok()?)))
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lead_to_places() {
        let mut places = Places::default();
        places.insert(u64::MAX, 3);
        places.insert(7, 0);
        places.insert(7, 1);
        assert_eq!((places.get(u64::MAX), places.get(7), places.get(8)), (Some(3), Some(1), None));
        places.insert(9, 2);
        assert!(places.range(0, 9).eq([(7, 1)]) && places.range(8, u64::MAX).eq([(9, 2)]));
        assert_eq!((places.range(9, 3).count(), places.count()), (0, 3));
        places.remove(9);
        places.remove(7);
        assert!(places.iter().eq([(u64::MAX, 3)]));
        assert!(!places.contains(7) && places.contains(u64::MAX));
        places.clear();
        assert!(!places.contains(u64::MAX));
    }
}

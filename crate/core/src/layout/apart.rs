//! Values that are not in the file of their dataset: their bytes would say nothing here.

use super::sources::{Piece, Source};
use super::{DatasetParts, Read, in_memory, virtually};
use crate::chunk::HeapCache;
use crate::chunk::heap::HeapState;
use crate::error::Result;
use crate::order;
use crate::select::Region;
use crate::storage::Medium;
use crate::value::{self, Column};
use std::ops::Range;

/// Values, and which elements of a batch they are.
pub struct Apart {
    /// In the order of the values.
    places: Vec<Range<usize>>,
    values: Column,
}

impl Apart {
    /// Values of a source.
    pub(super) fn of(source: &Source, piece: &Piece, places: Vec<Range<usize>>, mut values: Column) -> Apart {
        if source.medium.is_some() {
            values.belong_to(&piece.file);
        }
        Apart { places, values }
    }
}

/// Elements of a virtual dataset that another one is made of, as values: they may come from anywhere.
#[derive(Default)]
pub(super) struct Onward {
    /// Place of the first, and how many.
    rows: Vec<(u64, u64)>,
    read: Option<Read>,
    raw: Vec<u8>,
    apart: Vec<Apart>,
    /// Whether there is a batch that is no values yet.
    waiting: bool,
    values: Option<Column>,
}

impl Onward {
    /// Adds `len` neighbours of a row.
    pub(super) fn add(&mut self, place: u64, len: u64) {
        self.rows.push((place, len));
    }

    /// Reads all of them. After an error of kind `Pending` the same call goes on where it was.
    pub(super) fn read(&mut self, medium: &Medium, parts: &DatasetParts, depth: u32) -> Result<Column> {
        let read = match &mut self.read {
            Some(read) => read,
            none => {
                let region = Region::rows(&self.rows, parts.dataspace.dims())?;
                let (unit, total) = (in_memory(parts.datatype.size.into())?, region.elements());
                let source = virtually(medium, parts, region, unit, depth)?;
                none.insert(Read { unit, total, done: 0, end: total, source })
            }
        };
        let mut state = HeapState::default();
        let heap = &mut HeapCache::new(medium, &mut state);
        let empty = |heap: &mut HeapCache| value::decode(&parts.datatype, &[], heap);
        let all = match &mut self.values {
            Some(all) => all,
            none => none.insert(empty(heap)?),
        };
        while self.waiting || read.next_apart(medium, &mut self.raw, Some(&mut self.apart))?.is_some() {
            self.waiting = true;
            let batch = value::decode(&parts.datatype, &self.raw, heap)?;
            let n = value::store::count(&batch);
            let batch = merge(&batch, n, &self.apart, empty(heap)?)?;
            all.append(&batch, 0..n)?;
            self.waiting = false;
        }
        self.values.take().map_or_else(|| empty(heap), Ok)
    }
}

/// The elements of a batch, of which some are `apart`. `empty` is a column of no elements.
pub fn merge(batch: &Column, elements: usize, apart: &[Apart], empty: Column) -> Result<Column> {
    let mut parts: Vec<(Range<usize>, &Column, usize)> = Vec::new();
    for Apart { places, values } in apart {
        let mut first = 0;
        for place in places {
            parts.push((place.clone(), values, first));
            first += place.len();
        }
    }
    order::sort_by_key(&mut parts, |(place, ..)| place.start);
    let mut merged = empty;
    let mut at = 0;
    for (place, values, first) in parts {
        // Where mappings overlap, nothing says which one is meant.
        let start = place.start.max(at);
        if start >= place.end {
            continue;
        }
        merged.append(batch, at..start)?;
        let first = first + (start - place.start);
        merged.append(values, first..first + (place.end - start))?;
        at = place.end;
    }
    merged.append(batch, at..elements)?;
    Ok(merged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Number;

    #[test]
    fn places_are_taken_in_turn() {
        let column = |bytes: &[u8]| Column::Numbers { kind: Number::U8, bytes: bytes.to_vec() };
        let apart = |places: &[Range<usize>], values: &[u8]| Apart {
            places: places.to_vec(),
            values: column(values),
        };
        let of = |all: &[Apart]| merge(&column(&[0; 9]), 9, all, column(&[])).unwrap();
        assert_eq!(of(&[]), column(&[0; 9]));
        let all = [apart(&[6..8, 1..2], &[4, 5, 1]), apart(&[2..4, 8..9], &[2, 3, 6])];
        assert_eq!(of(&all), column(&[0, 1, 2, 3, 0, 0, 4, 5, 6]));
        let all = [apart(&[3..5, 5..6], &[1, 2, 3]), apart(&[2..5, 4..7], &[4, 5, 6, 7, 8, 9])];
        assert_eq!(of(&all), column(&[0, 0, 4, 5, 6, 8, 9, 0, 0]));
        assert!(merge(&column(&[0; 2]), 9, &[], column(&[])).is_err());
    }
}

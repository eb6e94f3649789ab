//! Values that are not in the file of their dataset: their bytes would say nothing here.

use crate::error::Result;
use crate::order;
use crate::value::Column;
use std::ops::Range;

/// Values, and which elements of a batch they are.
pub struct Apart {
    /// In the order of the values.
    pub(super) places: Vec<Range<usize>>,
    pub(super) values: Column,
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

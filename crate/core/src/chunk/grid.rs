//! The grid that chunks divide a dataset into.

use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::select::Axis;
use std::ops::Range;

/// Extents of a dataset and of its chunks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    dims: Vec<u64>,
    max: Vec<Option<u64>>,
    chunk: Vec<u64>,
    element_size: usize,
    chunk_bytes: usize,
}

/// A chunk along one axis and the selected positions in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// Chunk coordinate.
    pub chunk: u64,
    /// Which of the axis's selected positions are in that chunk.
    pub positions: Range<u64>,
}

impl Grid {
    /// Checks that `chunk` fits `dims`, and that a chunk's bytes are within the limits.
    pub fn new(
        dims: &[u64],
        max: &[Option<u64>],
        chunk: &[u64],
        element_size: u64,
        limits: &Limits,
    ) -> Result<Grid> {
        if chunk.len() != dims.len() || max.len() != dims.len() || dims.is_empty() {
            let what = format!("chunks of {} dimensions for a dataset of {}", chunk.len(), dims.len());
            return Err(Error::malformed(what));
        }
        if chunk.contains(&0) || element_size == 0 {
            return Err(Error::malformed("chunks of no size"));
        }
        let bytes = chunk.iter().try_fold(element_size, |n, d| n.checked_mul(*d));
        let bytes = bytes.ok_or_else(|| Error::malformed("chunks of more than 2^64 bytes"))?;
        let chunk_bytes = Limits::check(bytes, limits.chunk, "a chunk")?;
        Ok(Grid {
            dims: dims.to_vec(),
            max: max.to_vec(),
            chunk: chunk.to_vec(),
            element_size: usize::try_from(element_size).unwrap_or(chunk_bytes),
            chunk_bytes,
        })
    }

    /// Dimensions.
    pub fn rank(&self) -> usize {
        self.chunk.len()
    }

    /// The coordinate of the chunk whose first element is at `offset`.
    ///
    /// Errors: `Argument` if none within the dataset begins there.
    pub fn coordinate(&self, offset: &[u64]) -> Result<Vec<u64>> {
        let begins = |((at, n), dim): ((&u64, &u64), &u64)| at < dim && at.is_multiple_of(*n);
        if offset.len() != self.rank() || !offset.iter().zip(&self.chunk).zip(&self.dims).all(begins) {
            return Err(Error::argument(format!(
                "no chunk of {:?} begins at {offset:?} in shape {:?}",
                self.chunk, self.dims
            )));
        }
        Ok(offset.iter().zip(&self.chunk).map(|(at, n)| at / n).collect())
    }

    /// Extents of a chunk.
    pub fn chunk(&self) -> &[u64] {
        &self.chunk
    }

    /// Bytes of an element.
    pub fn element_size(&self) -> usize {
        self.element_size
    }

    /// Bytes of a whole chunk.
    pub fn chunk_bytes(&self) -> usize {
        self.chunk_bytes
    }

    /// Chunks along each axis, for the current extents.
    pub fn counts(&self) -> Vec<u64> {
        self.dims.iter().zip(&self.chunk).map(|(d, c)| d.div_ceil(*c)).collect()
    }

    /// Chunks along each axis, for the maximum extents: what the arrays number chunks by. `None` = unlimited.
    pub fn max_counts(&self) -> Vec<Option<u64>> {
        self.max.iter().zip(&self.chunk).map(|(d, c)| d.map(|d| d.div_ceil(*c))).collect()
    }

    /// Whether the chunk at `coord` reaches beyond the dataset.
    pub fn is_partial(&self, coord: &[u64]) -> bool {
        let ends = coord.iter().zip(&self.chunk).map(|(i, c)| i.saturating_add(1).saturating_mul(*c));
        ends.zip(&self.dims).any(|(end, dim)| end > *dim)
    }

    /// The chunks along axis `axis` that hold any of the positions `range` of `positions`.
    pub fn touched(&self, axis: usize, positions: &Axis, range: Range<u64>) -> Vec<Touched> {
        let chunk = self.chunk[axis];
        let mut found = Vec::new();
        let mut from = range.start;
        while from < range.end {
            let coord = positions.at(from) / chunk;
            let start = coord.saturating_mul(chunk);
            let end = positions.within(start..start.saturating_add(chunk)).end.min(range.end);
            found.push(Touched { chunk: coord, positions: from..end });
            from = end.max(from + 1);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(dims: &[u64], chunk: &[u64]) -> Result<Grid> {
        let max: Vec<_> = dims.iter().map(|d| Some(*d)).collect();
        Grid::new(dims, &max, chunk, 4, &Limits::default())
    }

    #[test]
    fn sizes_are_checked() {
        assert_eq!(grid(&[35, 37], &[10, 10]).unwrap().chunk_bytes(), 400);
        assert!(grid(&[35, 37], &[10]).is_err());
        assert!(grid(&[], &[]).is_err());
        assert!(grid(&[35], &[0]).is_err());
        assert!(grid(&[35, 37], &[1 << 40, 1 << 40]).is_err());
        assert_eq!(grid(&[35], &[1 << 40]).unwrap_err().kind(), crate::Kind::Limit);
    }

    #[test]
    fn touched_chunks() {
        let g = grid(&[35, 37], &[10, 10]).unwrap();
        assert_eq!(g.counts(), [4, 4]);
        assert!(g.is_partial(&[3, 0]) && !g.is_partial(&[2, 2]));
        let t = |axis: Axis, range| {
            let touched = g.touched(0, &axis, range);
            touched.into_iter().map(|t| (t.chunk, t.positions)).collect::<Vec<_>>()
        };
        assert_eq!(t(Axis::run(5, 20), 0..20), [(0, 0..5), (1, 5..15), (2, 15..20)]);
        assert_eq!(t(Axis::run(5, 20), 6..12), [(1, 6..12)]);
        let strided = Axis { start: 1, stride: 16, count: 3, block: 1 };
        assert_eq!(t(strided, 0..3), [(0, 0..1), (1, 1..2), (3, 2..3)]);
        let blocks = Axis { start: 8, stride: 16, count: 2, block: 4 };
        assert_eq!(t(blocks, 0..8), [(0, 0..2), (1, 2..4), (2, 4..8)]);
    }
}

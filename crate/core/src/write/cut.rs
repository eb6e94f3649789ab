//! Cutting a dataset into chunks.

use super::elements::Elements;
use crate::error::{Error, Result};
use std::ops::Range;

/// Appends as many elements, of the fill value.
pub type Pad<'a> = dyn FnMut(u64, &mut Vec<u8>) -> Result<()> + 'a;

/// Extents of a dataset and of its chunks, in elements.
#[derive(Clone, Debug)]
pub struct Grid {
    dims: Vec<u64>,
    chunk: Vec<u64>,
    /// Axes behind this one are covered by each chunk completely: a row of the chunk is contiguous in the
    /// dataset from this axis on.
    row_axis: usize,
    /// Elements per step along the row axis.
    inner: u64,
}

impl Grid {
    /// Rank at least 1, as many chunk extents as dimensions, none of them 0.
    pub fn new(dims: &[u64], chunk: &[u64]) -> Result<Grid> {
        if dims.is_empty() || dims.len() != chunk.len() || chunk.contains(&0) {
            return Err(Error::argument(format!("chunks of {chunk:?} do not fit a dataset of {dims:?}")));
        }
        let whole = dims.iter().zip(chunk).rev().take_while(|(d, c)| d == c).count();
        let row_axis = (dims.len() - whole).saturating_sub(1);
        let inner = product(&chunk[row_axis + 1..])?;
        product(dims)?;
        product(chunk)?;
        Ok(Grid { dims: dims.to_vec(), chunk: chunk.to_vec(), row_axis, inner })
    }

    /// Extents of the dataset.
    pub fn dims(&self) -> &[u64] {
        &self.dims
    }

    /// Elements of a chunk.
    pub fn chunk_elements(&self) -> u64 {
        self.chunk.iter().product()
    }

    /// Chunks there are.
    pub fn len(&self) -> u64 {
        self.dims.iter().zip(&self.chunk).map(|(d, c)| d.div_ceil(*c)).product()
    }

    /// Element offsets of the first element of chunk `index`, counting in C order.
    pub fn origin(&self, mut index: u64) -> Vec<u64> {
        let mut origin = vec![0; self.dims.len()];
        for axis in (0..self.dims.len()).rev() {
            let n = self.dims[axis].div_ceil(self.chunk[axis]).max(1);
            origin[axis] = index % n * self.chunk[axis];
            index /= n;
        }
        origin
    }

    /// Extents of the part of the chunk at `origin` that lies within the dataset.
    pub fn inside(&self, origin: &[u64]) -> Vec<u64> {
        let left = self.dims.iter().zip(origin).map(|(d, o)| d.saturating_sub(*o));
        left.zip(&self.chunk).map(|(n, c)| n.min(*c)).collect()
    }

    /// Which chunks, axis by axis, a box touches.
    pub fn touched(&self, origin: &[u64], extents: &[u64]) -> Vec<Range<u64>> {
        let ends = origin.iter().zip(extents).map(|(o, n)| o.saturating_add(*n));
        let ends = ends.zip(&self.chunk).map(|(end, c)| end.div_ceil(*c));
        origin.iter().zip(&self.chunk).zip(ends).map(|((o, c), end)| o / c..end).collect()
    }

    /// Appends the numbers of the chunks in `ranges`.
    pub fn numbers(&self, ranges: &[Range<u64>], out: &mut Vec<u64>) {
        let mut numbers = vec![0u64];
        for ((range, dim), chunk) in ranges.iter().zip(&self.dims).zip(&self.chunk) {
            let count = dim.div_ceil(*chunk);
            numbers = numbers.iter().flat_map(|n| range.clone().map(move |c| n * count + c)).collect();
        }
        out.append(&mut numbers);
    }

    /// Appends the whole chunk at `origin` to `out`; outside the dataset it holds what `pad` makes.
    pub fn cut(
        &self,
        origin: &[u64],
        source: &mut dyn Elements,
        pad: &mut Pad<'_>,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let inside = self.inside(origin);
        let row = self.chunk[self.row_axis] * self.inner;
        let used = inside[self.row_axis] * self.inner;
        let rows: u64 = self.chunk[..self.row_axis].iter().product();
        let mut at = vec![0u64; self.row_axis];
        for _ in 0..rows {
            if at.iter().zip(&inside).all(|(a, n)| a < n) {
                source.append(self.linear(origin, &at), used, out)?;
                pad(row - used, out)?;
            } else {
                pad(row, out)?;
            }
            for axis in (0..self.row_axis).rev() {
                at[axis] += 1;
                if at[axis] < self.chunk[axis] {
                    break;
                }
                at[axis] = 0;
            }
        }
        Ok(())
    }

    /// Number, in C order, of the element `at` (outer axes only) inside the chunk at `origin`.
    fn linear(&self, origin: &[u64], at: &[u64]) -> u64 {
        let place = origin.iter().enumerate().map(|(axis, o)| o + at.get(axis).copied().unwrap_or(0));
        place.zip(&self.dims).fold(0, |n, (p, d)| n * d + p)
    }
}

fn product(extents: &[u64]) -> Result<u64> {
    let product = extents.iter().try_fold(1u64, |n, d| n.checked_mul(*d));
    product.ok_or_else(|| Error::argument(format!("extents of {extents:?} are more than 2^64 elements")))
}

/// Appends `element` this many times.
pub fn repeat(element: &[u8], count: u64, out: &mut Vec<u8>) -> Result<()> {
    let n = usize::try_from(count).ok().filter(|n| n.checked_mul(element.len()).is_some());
    let n = n.ok_or_else(|| Error::limit("a chunk does not fit into memory"))?;
    if element.iter().all(|b| *b == 0) {
        out.resize(out.len() + n * element.len(), 0);
    } else {
        (0..n).for_each(|_| out.extend_from_slice(element));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::elements::Ready;
    use super::*;

    fn chunks(dims: &[u64], chunk: &[u64]) -> Vec<(Vec<u64>, Vec<u8>)> {
        let n: u64 = dims.iter().product();
        let bytes: Vec<u8> = (1..=n).map(|i| i as u8).collect();
        let grid = Grid::new(dims, chunk).unwrap();
        let all = (0..grid.len()).map(|i| {
            let origin = grid.origin(i);
            let mut out = Vec::new();
            grid.cut(&origin, &mut Ready::new(&bytes, 1), &mut |n, out| repeat(&[99], n, out), &mut out)
                .unwrap();
            (origin, out)
        });
        all.collect()
    }

    #[test]
    fn edges_are_filled() {
        assert_eq!(
            chunks(&[3, 3], &[2, 2]),
            [
                (vec![0, 0], vec![1, 2, 4, 5]),
                (vec![0, 2], vec![3, 99, 6, 99]),
                (vec![2, 0], vec![7, 8, 99, 99]),
                (vec![2, 2], vec![9, 99, 99, 99]),
            ]
        );
    }

    #[test]
    fn whole_rows_are_one_piece() {
        assert_eq!(Grid::new(&[4, 3, 2], &[3, 3, 2]).unwrap().inner, 6);
        assert_eq!(
            chunks(&[4, 2], &[3, 2]),
            [(vec![0, 0], vec![1, 2, 3, 4, 5, 6]), (vec![3, 0], vec![7, 8, 99, 99, 99, 99])]
        );
        assert_eq!(chunks(&[2, 2], &[2, 2]), [(vec![0, 0], vec![1, 2, 3, 4])]);
        assert_eq!(chunks(&[0, 2], &[3, 2]), []);
        assert_eq!(chunks(&[2], &[5]), [(vec![0], vec![1, 2, 99, 99, 99])]);
    }

    #[test]
    fn three_axes_against_the_plain_way() {
        let (dims, chunk) = ([5u64, 4, 3], [2u64, 3, 2]);
        for (origin, bytes) in chunks(&dims, &chunk) {
            let mut plain = Vec::new();
            for i in 0..chunk[0] {
                for j in 0..chunk[1] {
                    for k in 0..chunk[2] {
                        let p = [origin[0] + i, origin[1] + j, origin[2] + k];
                        let inside = p.iter().zip(&dims).all(|(p, d)| p < d);
                        plain.push(if inside { ((p[0] * 4 + p[1]) * 3 + p[2]) as u8 + 1 } else { 99 });
                    }
                }
            }
            assert_eq!(bytes, plain, "{origin:?}");
        }
    }

    #[test]
    fn what_makes_no_grid() {
        assert!(Grid::new(&[], &[]).is_err());
        assert!(Grid::new(&[4], &[0]).is_err());
        assert!(Grid::new(&[4, 4], &[2]).is_err());
        assert!(Grid::new(&[u64::MAX, 2], &[1, 1]).is_err());
    }
}

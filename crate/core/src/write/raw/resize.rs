//! Growing and shrinking chunked datasets.

use super::chunked::Chunked;
use super::{check, contiguous, values};
use crate::chunk::Grid;
use crate::error::{Error, Result};
use crate::format::length;
use crate::format::message::{AllocTime, ChunkIndex, Dataspace, Extent, Layout};
use crate::layout::DatasetParts;
use crate::order;
use crate::write::heap::release_values;
use crate::write::output::Output;
use std::ops::Range;

/// Chunks that are looked up one by one; of more, those that are stored are looked through.
const FEW: u64 = 1 << 14;

/// Gives a dataset the extents `dims`: chunks outside are given up, what is left of chunks at the edge gets the fill
/// value where it is outside. Returns the layout message if it has changed; the dataspace message is the caller's.
///
/// Errors: `Argument` for a dataset without chunks, for another rank, or beyond the maximum extents.
pub(in crate::write) fn resize(
    out: &mut Output,
    parts: &DatasetParts,
    dataset: usize,
    dims: &[u64],
) -> Result<Option<Layout>> {
    check(parts)?;
    if !matches!(parts.layout, Layout::Chunked { .. }) {
        return Err(Error::argument("only datasets with chunks change their extents"));
    }
    let old = parts.dataspace.dims();
    let max = parts.dataspace.max_dims();
    if dims.len() != old.len() {
        return Err(Error::argument(format!("extents {dims:?} for a dataset of {} dimensions", old.len())));
    }
    if dims.iter().zip(&max).any(|(d, m)| m.is_some_and(|m| *d > m)) {
        return Err(Error::argument(format!("extents {dims:?} beyond the maximum of the dataset, {max:?}")));
    }
    let bits = u32::from(out.medium.ctx.len_width) * 8;
    if bits < 64 && dims.iter().any(|d| *d >= (1 << bits) - 1) {
        return Err(Error::argument(format!("extents {dims:?} in a file whose lengths have {bits} bits")));
    }
    Dataspace { extent: Extent::Simple { dims: dims.to_vec(), max: Some(max.clone()) } }
        .elements()
        .map_err(|e| Error::argument(e.what().to_owned()))?;
    let between: Vec<u64> = old.iter().zip(dims).map(|(a, b)| *a.min(b)).collect();
    let shrunk = sized(parts, &between, &max);
    let mut layout = None;
    let parts = if between == old {
        parts
    } else {
        layout = shrink(out, parts, dataset, &between)?;
        &DatasetParts { layout: layout.clone().unwrap_or(shrunk.layout), ..shrunk }
    };
    if between != dims {
        layout = grow(out, parts, dataset, dims)?.or(layout);
    }
    Ok(layout)
}

/// The same dataset with other extents.
fn sized(parts: &DatasetParts, dims: &[u64], max: &[Option<u64>]) -> DatasetParts {
    let extent = Extent::Simple { dims: dims.to_vec(), max: Some(max.to_vec()) };
    DatasetParts { dataspace: Dataspace { extent }, ..parts.clone() }
}

fn shrink(out: &mut Output, parts: &DatasetParts, dataset: usize, dims: &[u64]) -> Result<Option<Layout>> {
    let before = Chunked::open(out, parts, dataset)?.grid;
    let old = before.counts();
    let after = sized(parts, dims, &parts.dataspace.max_dims());
    let mut chunks = Chunked::open(out, &after, dataset)?;
    let new = chunks.grid.counts();
    let mut held = out.chunks.chunks(dataset);
    held.retain(|coord| coord.iter().zip(&new).any(|(c, n)| c >= n));
    for coord in &held {
        if let Some(bytes) = out.chunks.remove(dataset, coord) {
            release_values(out, &parts.datatype, &bytes)?;
        }
    }
    for coord in stored(out, &mut chunks, &difference(&old, &new))? {
        let entry = chunks.index.get(out, &coord)?;
        if held.binary_search(&coord).is_err() {
            let plain = chunks.is_plain_in(&before, &coord);
            chunks.forget(out, &entry, plain)?;
        }
        chunks.index.remove(out, &coord)?;
        // Chunks that are stored in a row keep their places.
        if let (Some(address), None) = (entry.address, chunks.index.get(out, &coord)?.address) {
            out.space.release_raw(address, entry.size)?;
        }
    }
    for coord in edges(out, &mut chunks, parts.dataspace.dims(), dims)? {
        chunks.pad(out, &coord, &before).map_err(|e| e.within(format!("chunk {coord:?}")))?;
    }
    chunks.finish(out)
}

fn grow(out: &mut Output, parts: &DatasetParts, dataset: usize, dims: &[u64]) -> Result<Option<Layout>> {
    let after = sized(parts, dims, &parts.dataspace.max_dims());
    let mut chunks = Chunked::open(out, &after, dataset)?;
    let before = Chunked::open(out, parts, dataset)?.grid;
    let (old, new) = (before.counts(), chunks.grid.counts());
    if old.contains(&0) && matches!(parts.layout, Layout::Chunked { index: ChunkIndex::Single { .. }, .. }) {
        // Whatever the layout says: there can be no chunk.
        chunks.index.remove(out, &vec![0; old.len()])?;
    }
    if chunks.edge_unfiltered {
        // Chunks that were at the edge may be whole now: then they are filtered.
        let few = borders(&old, parts.dataspace.dims(), dims, chunks.grid.chunk());
        for coord in stored(out, &mut chunks, &few)? {
            let entry = chunks.index.get(out, &coord)?;
            if chunks.is_plain_in(&before, &coord) && !chunks.is_plain(&coord) {
                let bytes = chunks.read_as(out, &entry, true)?;
                chunks.store(out, &coord, &bytes)?;
            }
        }
    }
    if parts.fill.alloc_time == AllocTime::Early {
        let there = if parts.dataspace.elements()? == 0 { vec![0; old.len()] } else { old };
        for region in difference(&new, &there) {
            each(&region, &mut |coord| chunks.fill(out, coord))?;
        }
    }
    chunks.finish(out)
}

/// The boxes of coordinates below `large` that are not below `small`, in every dimension.
fn difference(large: &[u64], small: &[u64]) -> Vec<Vec<Range<u64>>> {
    let region = |axis: usize| -> Vec<Range<u64>> {
        let ranges = large.iter().zip(small).enumerate();
        ranges
            .map(|(i, (l, s))| match i.cmp(&axis) {
                std::cmp::Ordering::Less => 0..*s.min(l),
                std::cmp::Ordering::Equal => *s.min(l)..*l,
                std::cmp::Ordering::Greater => 0..*l,
            })
            .collect()
    };
    (0..large.len()).map(region).filter(|r| r.iter().all(|r| !r.is_empty())).collect()
}

/// The chunks that are the last ones along a dimension that changes from `from` to `to`, if those are partial at
/// the smaller of the two. `counts` are those of the smaller extents.
fn borders(counts: &[u64], from: &[u64], to: &[u64], chunk: &[u64]) -> Vec<Vec<Range<u64>>> {
    let border = |axis: usize| {
        let small = from[axis].min(to[axis]);
        if from[axis] == to[axis] || small.is_multiple_of(chunk[axis]) {
            return None;
        }
        let all = counts.iter().enumerate().map(|(i, n)| if i == axis { n - 1..*n } else { 0..*n });
        Some(all.collect::<Vec<_>>()).filter(|r| r.iter().all(|r| !r.is_empty()))
    };
    (0..counts.len()).filter_map(border).collect()
}

/// The chunks at the new edge, stored or held back, each once.
fn edges(out: &mut Output, chunks: &mut Chunked<'_>, from: &[u64], to: &[u64]) -> Result<Vec<Vec<u64>>> {
    let regions = borders(&chunks.grid.counts(), from, to, chunks.grid.chunk());
    let mut all = stored(out, chunks, &regions)?;
    let held = out.chunks.chunks(chunks.dataset);
    let inside = |coord: &[u64]| regions.iter().any(|r| r.iter().zip(coord).all(|(r, c)| r.contains(c)));
    all.extend(held.into_iter().filter(|coord| inside(coord)));
    Ok(once(all))
}

fn once(mut coords: Vec<Vec<u64>>) -> Vec<Vec<u64>> {
    order::sort_by(&mut coords, Ord::cmp);
    coords.dedup();
    coords
}

/// The stored chunks in any of `regions`, each once.
fn stored(out: &mut Output, chunks: &mut Chunked<'_>, regions: &[Vec<Range<u64>>]) -> Result<Vec<Vec<u64>>> {
    let count = |region: &Vec<Range<u64>>| {
        region.iter().fold(1u64, |n, r| n.saturating_mul(r.end.saturating_sub(r.start)))
    };
    let mut found = Vec::new();
    if regions.iter().map(count).fold(0u64, u64::saturating_add) <= FEW {
        for region in regions {
            each(region, &mut |coord| {
                if chunks.index.get(out, coord)?.address.is_some() {
                    found.push(coord.to_vec());
                }
                Ok(())
            })?;
        }
        return Ok(once(found));
    }
    chunks.index.walk(out, &mut |coord, _| {
        if regions.iter().any(|r| r.iter().zip(coord).all(|(r, c)| r.contains(c))) {
            found.push(coord.to_vec());
        }
        Ok(())
    })?;
    Ok(found)
}

/// Calls `each` for every coordinate of a region.
fn each(region: &[Range<u64>], each: &mut dyn FnMut(&[u64]) -> Result<()>) -> Result<()> {
    let mut coord: Vec<u64> = region.iter().map(|r| r.start).collect();
    if region.iter().any(Range::is_empty) {
        return Ok(());
    }
    loop {
        each(&coord)?;
        let mut axis = coord.len();
        loop {
            let Some(next) = axis.checked_sub(1) else { return Ok(()) };
            axis = next;
            coord[axis] += 1;
            if coord[axis] < region[axis].end {
                break;
            }
            coord[axis] = region[axis].start;
        }
    }
}

impl Chunked<'_> {
    /// Stores a chunk of fill values.
    fn fill(&mut self, out: &mut Output, coord: &[u64]) -> Result<()> {
        let bytes = self.filled(out)?;
        self.store(out, coord, &bytes)
    }

    /// Puts the fill value into the part of a chunk that lies outside of the dataset, which was larger before.
    fn pad(&mut self, out: &mut Output, coord: &[u64], before: &Grid) -> Result<()> {
        let inside = self.inside(coord);
        let rows = outside(self.grid.chunk(), &inside);
        let unit = self.grid.element_size();
        let entry = self.index.get(out, coord)?;
        let held = out.chunks.get(self.dataset, coord).is_some();
        if !held && self.parts.filters.filters.is_empty() {
            let Some(address) = entry.address else { return Ok(()) };
            out.medium.check(address, self.grid.chunk_bytes() as u64)?;
            for (place, n) in rows {
                let at = address.offset(place.saturating_mul(unit as u64))?;
                values::forget_all(out, &self.parts.datatype, at, n)?;
                let filler = self.filler(out)?;
                contiguous::fill(out, at, n, unit as u64, filler)?;
            }
            return Ok(());
        }
        let mut bytes = match out.chunks.remove(self.dataset, coord) {
            Some(bytes) => bytes.to_vec(),
            None => self.read_as(out, &entry, self.is_plain_in(before, coord))?,
        };
        let mut fill = Vec::new();
        for (place, n) in rows {
            fill.clear();
            self.filler(out)?.append(out, n, &mut fill)?;
            let from = length(place)?.saturating_mul(unit);
            if let Some(target) = bytes.get_mut(from..from.saturating_add(fill.len())) {
                release_values(out, &self.parts.datatype, target)?;
                target.copy_from_slice(&fill);
            }
        }
        self.keep(out, coord, bytes)
    }
}

/// Runs of a chunk that lie outside of its `inside` extents: place and length of each.
fn outside(chunk: &[u64], inside: &[u64]) -> Vec<(u64, u64)> {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    let Some((width, outer)) = chunk.split_last() else { return runs };
    let kept = inside.last().copied().unwrap_or(*width);
    let whole: Vec<Range<u64>> = outer.iter().map(|n| 0..*n).collect();
    let mut place = 0u64;
    let mut row = |coord: &[u64]| {
        let from = if coord.iter().zip(inside).all(|(c, n)| c < n) { kept } else { 0 };
        if from < *width {
            match runs.last_mut() {
                Some((at, n)) if *at + *n == place + from => *n += width - from,
                _ => runs.push((place + from, width - from)),
            }
        }
        place += width;
        Ok(())
    };
    // Cannot fail: nothing in it does.
    let _ = each(&whole, &mut row);
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_over() {
        let all = |large: [u64; 2], small: [u64; 2]| {
            let mut found = Vec::new();
            for region in difference(&large, &small) {
                each(&region, &mut |c| {
                    found.push((c[0], c[1]));
                    Ok(())
                })
                .unwrap();
            }
            found.sort_unstable();
            found
        };
        for large in [[3, 4], [0, 2], [1, 1]] {
            for small in [[3, 4], [2, 4], [3, 1], [1, 2], [0, 0], [0, 4]] {
                let expected: Vec<(u64, u64)> = (0..large[0])
                    .flat_map(|i| (0..large[1]).map(move |j| (i, j)))
                    .filter(|(i, j)| *i >= small[0] || *j >= small[1])
                    .collect();
                assert_eq!(all(large, small), expected, "{large:?} {small:?}");
            }
        }
        assert_eq!(outside(&[3, 4], &[2, 3]), [(3, 1), (7, 5)]);
        assert_eq!(outside(&[3, 4], &[3, 4]), []);
        assert_eq!(outside(&[4], &[1]), [(1, 3)]);
        assert_eq!(outside(&[2, 2], &[0, 0]), [(0, 4)]);
        assert_eq!(borders(&[2, 3], &[9, 9], &[7, 9], &[4, 4]), [[1..2, 0..3]]);
        assert_eq!(borders(&[2, 3], &[9, 9], &[8, 9], &[4, 4]), [] as [Vec<Range<u64>>; 0]);
    }
}

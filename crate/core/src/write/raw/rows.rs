//! Which elements of a selection go where in a box of the dataset: a chunk, or all of it.

use crate::chunk::grid::Touched;
use crate::error::{Error, Result};
use crate::select::{Axis, Region};
use std::ops::Range;

/// Runs of a selection that are looked at together.
const MOST_RUNS: usize = 1 << 18;

/// Is given the place of neighbours in the box, how many they are, and the number of the first in the selection.
pub(super) type EachRun<'a> = &'a mut dyn FnMut(u64, u64, u64) -> Result<()>;

/// Elements that follow each other in the selection, in one row of the box.
pub(super) struct Row {
    /// Number of the first in the selection.
    pub first: u64,
    /// How many they are.
    pub elements: u64,
    /// Where the row begins in the box.
    place: u64,
    axis: Axis,
    /// The first of the axis's selected positions that is in the box.
    from: u64,
    /// Coordinate of the box's first position.
    origin: u64,
    /// Elements of the box for one position.
    inner: u64,
}

impl Row {
    /// `n` neighbours at `place`.
    fn run(place: u64, n: u64, first: u64) -> Row {
        Row { first, elements: n, place, axis: Axis::run(0, n), from: 0, origin: 0, inner: 1 }
    }

    /// Calls `each` with the runs of the row.
    pub(super) fn runs(&self, each: EachRun<'_>) -> Result<()> {
        let positions = self.elements / self.inner.max(1);
        let at = |i: u64| self.place + (self.axis.at(self.from + i) - self.origin) * self.inner;
        if positions == 0 || self.axis.is_contiguous() {
            return if positions == 0 { Ok(()) } else { each(at(0), self.elements, self.first) };
        }
        let mut i = 0;
        while i < positions {
            let block = self.axis.block.max(1);
            let n = (block - (self.from + i) % block).min(positions - i);
            each(at(i), n * self.inner, self.first + i * self.inner)?;
            i += n;
        }
        Ok(())
    }
}

/// What one box gets.
pub(super) enum Part<'a> {
    /// A box of the selection's own positions.
    Slab(Slab),
    /// Runs in any order, the later ones over the earlier ones.
    Runs(&'a [Run]),
}

/// Neighbours in a row of one box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// Which box, in row-major order of them.
    pub tile: u64,
    /// Place in it.
    pub place: u64,
    /// How many.
    pub len: u64,
    /// Number of the first in the selection.
    pub first: u64,
}

impl Part<'_> {
    /// Calls `each` with the rows.
    pub(super) fn rows(&self, each: &mut dyn FnMut(&Row) -> Result<()>) -> Result<()> {
        match self {
            Part::Slab(slab) => slab.rows(each),
            Part::Runs(runs) => {
                runs.iter().try_for_each(|run| each(&Row::run(run.place, run.len, run.first)))
            }
        }
    }

    /// From the first place that it gets to behind the last.
    pub(super) fn span(&self) -> Range<u64> {
        match self {
            Part::Slab(slab) => slab.span(),
            Part::Runs(runs) => {
                let start = runs.iter().map(|r| r.place).min().unwrap_or(0);
                start..runs.iter().map(|r| r.place + r.len).max().unwrap_or(start)
            }
        }
    }

    /// Whether it gets everything within its `inside` extents.
    pub(super) fn covers(&self, inside: &[u64]) -> bool {
        match self {
            Part::Slab(slab) => slab.lanes.iter().zip(inside).all(|(lane, n)| lane.len() == *n),
            Part::Runs(_) => false,
        }
    }
}

/// One dimension of a slab in a box.
struct Lane {
    axis: Axis,
    /// Which of the axis's selected positions are in the box.
    positions: Range<u64>,
    /// Coordinate of the box's first position, and its extent.
    origin: u64,
    extent: u64,
    /// What a step along this dimension is in the selection and in the box.
    steps: (u64, u64),
}

impl Lane {
    fn len(&self) -> u64 {
        self.positions.end - self.positions.start
    }

    fn local(&self, position: u64) -> u64 {
        self.axis.at(position) - self.origin
    }

    /// Whether it takes everything, of the selection and of the box.
    fn is_whole(&self) -> bool {
        self.len() == self.axis.len() && self.len() == self.extent && self.axis.is_contiguous()
    }
}

/// The part of a hyperslab that lies in one box.
pub(super) struct Slab {
    lanes: Vec<Lane>,
    /// Dimensions before the one along which rows run.
    outer: usize,
}

impl Slab {
    /// `touched` are the box's coordinates, in boxes, and which selected positions it holds.
    pub(super) fn new(axes: &[Axis], touched: &[&Touched], extents: &[u64]) -> Slab {
        let (mut in_selection, mut in_box) = (1u64, 1u64);
        let mut lanes: Vec<Lane> = Vec::with_capacity(axes.len());
        for ((axis, touched), extent) in axes.iter().zip(touched).zip(extents).rev() {
            lanes.push(Lane {
                axis: *axis,
                positions: touched.positions.clone(),
                origin: touched.chunk.saturating_mul(*extent),
                extent: *extent,
                steps: (in_selection, in_box),
            });
            in_selection = in_selection.saturating_mul(axis.len());
            in_box = in_box.saturating_mul(*extent);
        }
        lanes.reverse();
        let whole = lanes.iter().rev().take_while(|lane| lane.is_whole()).count();
        let outer = (lanes.len() - whole).saturating_sub(1);
        Slab { lanes, outer }
    }

    fn rows(&self, each: &mut dyn FnMut(&Row) -> Result<()>) -> Result<()> {
        if self.lanes.iter().any(|lane| lane.positions.is_empty()) {
            return Ok(());
        }
        let Some((lane, _)) = self.lanes.get(self.outer..).and_then(<[Lane]>::split_first) else {
            // A scalar.
            return each(&Row::run(0, 1, 0));
        };
        let outer = &self.lanes[..self.outer];
        let inner = lane.steps.1;
        let mut at: Vec<u64> = outer.iter().map(|lane| lane.positions.start).collect();
        loop {
            let (mut first, mut place) = (lane.positions.start * lane.steps.0, 0);
            for (lane, at) in outer.iter().zip(&at) {
                first += at * lane.steps.0;
                place += lane.local(*at) * lane.steps.1;
            }
            each(&Row {
                first,
                elements: lane.len() * inner,
                place,
                axis: lane.axis,
                from: lane.positions.start,
                origin: lane.origin,
                inner,
            })?;
            let mut axis = outer.len();
            loop {
                let Some(next) = axis.checked_sub(1) else { return Ok(()) };
                axis = next;
                at[axis] += 1;
                if at[axis] < outer[axis].positions.end {
                    break;
                }
                at[axis] = outer[axis].positions.start;
            }
        }
    }

    fn span(&self) -> Range<u64> {
        if self.lanes.iter().any(|lane| lane.positions.is_empty()) {
            return 0..0;
        }
        let place = |position: fn(&Lane) -> u64| {
            self.lanes.iter().map(|lane| lane.local(position(lane)) * lane.steps.1).sum::<u64>()
        };
        place(|lane| lane.positions.start)..place(|lane| lane.positions.end - 1) + 1
    }
}

/// Cuts neighbours of a dataset into runs of boxes.
pub(super) struct Cutter {
    dims: Vec<u64>,
    tile: Vec<u64>,
}

impl Cutter {
    /// Boxes of extents `tile`, none of them 0, in a dataset of extents `dims`.
    pub(super) fn new(dims: &[u64], tile: &[u64]) -> Cutter {
        Cutter { dims: dims.to_vec(), tile: tile.to_vec() }
    }

    /// Adds the runs of `len` neighbours of a row, the first of them at `place` and number `first` of the selection.
    pub(super) fn cut(&self, place: u64, len: u64, first: u64, runs: &mut Vec<Run>) -> Result<()> {
        let (Some(width), Some(tile_width)) = (self.dims.last(), self.tile.last()) else {
            runs.push(Run { tile: 0, place: 0, len: 1, first });
            return Ok(());
        };
        let (mut rest, column) = (place / width.max(&1), place % width.max(&1));
        if column.checked_add(len).is_none_or(|end| end > *width) {
            return Err(Error::argument("a run of elements that leaves its row"));
        }
        let (mut base, mut step) = (0u64, *tile_width);
        let (mut tile, mut tile_step) = (0u64, width.div_ceil(*tile_width));
        for (dim, extent) in self.dims.iter().zip(&self.tile).rev().skip(1) {
            let at = rest % dim.max(&1);
            rest /= dim.max(&1);
            base += (at % extent) * step;
            step *= extent;
            tile += (at / extent) * tile_step;
            tile_step *= dim.div_ceil(*extent);
        }
        let mut at = column;
        while at < column + len {
            let number = at / tile_width;
            let next = ((number + 1).saturating_mul(*tile_width)).min(column + len);
            let place = base + at % tile_width;
            runs.push(Run { tile: tile + number, place, len: next - at, first: first + (at - column) });
            at = next;
        }
        Ok(())
    }

    /// Coordinate of box number `tile`.
    pub(super) fn coordinate(&self, mut tile: u64) -> Vec<u64> {
        let mut coord: Vec<u64> = Vec::with_capacity(self.dims.len());
        for (dim, extent) in self.dims.iter().zip(&self.tile).rev() {
            let n = dim.div_ceil(*extent).max(1);
            coord.push(tile % n);
            tile /= n;
        }
        coord.reverse();
        coord
    }
}

/// Adds the runs of the elements from number `from` on, as many as make a good portion; gives the number of the element
/// after the last.
pub(super) fn some_runs(region: &Region, from: u64, cutter: &Cutter, runs: &mut Vec<Run>) -> Result<u64> {
    let (mut end, mut stopped) = (from, false);
    let walked = region.runs(from..region.elements(), &mut |place, n, number| {
        cutter.cut(place, n, number, runs)?;
        end = number + n;
        stopped = runs.len() >= MOST_RUNS;
        if stopped { Err(Error::limit("enough")) } else { Ok(()) }
    });
    match walked {
        Err(_) if stopped => Ok(end),
        walked => walked.map(|()| end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chunk::Grid;
    use crate::limits::Limits;

    const DIMS: [u64; 3] = [5, 9, 8];

    fn kinds(d: u64) -> [Axis; 4] {
        [
            Axis::run(0, d),
            Axis::run(1, d - 2),
            Axis { start: 1, stride: 3, count: (d + 1) / 3, block: 1 },
            Axis { start: 0, stride: 4, count: d / 4, block: 3 },
        ]
    }

    /// Which element of the selection each place of the dataset gets.
    fn naive(axes: &[Axis]) -> Vec<Option<u64>> {
        let mut all = vec![None; DIMS.iter().product::<u64>() as usize];
        let total: u64 = axes.iter().map(Axis::len).product();
        for n in 0..total {
            let (mut rest, mut place, mut step) = (n, 0, 1);
            for (axis, dim) in axes.iter().zip(DIMS).rev() {
                place += axis.at(rest % axis.len()) * step;
                rest /= axis.len();
                step *= dim;
            }
            all[place as usize] = Some(n);
        }
        all
    }

    /// Notes what `part`, in the box at `coord`, gets.
    fn take(part: &Part<'_>, coord: &[u64], tile: &[u64], all: &mut [Option<u64>]) {
        let mut span = Range { start: u64::MAX, end: 0 };
        part.rows(&mut |row| {
            let mut in_row = row.first;
            row.runs(&mut |place, n, first| {
                assert_eq!(first, in_row);
                in_row += n;
                for i in 0..n {
                    span = span.start.min(place + i)..span.end.max(place + i + 1);
                    let (mut rest, mut at, mut step) = (place + i, 0, 1);
                    for ((extent, c), dim) in tile.iter().zip(coord).zip(DIMS).rev() {
                        at += (c * extent + rest % extent) * step;
                        rest /= extent;
                        step *= dim;
                    }
                    assert_eq!(rest, 0);
                    all[at as usize] = Some(first + i);
                }
                Ok(())
            })?;
            assert_eq!(in_row, row.first + row.elements);
            Ok(())
        })
        .unwrap();
        assert_eq!(part.span(), span);
    }

    #[test]
    fn slabs_cut_into_boxes() {
        for tile in [[5, 9, 8], [2, 4, 3], [1, 9, 8], [5, 2, 8], [7, 10, 9]] {
            let max: Vec<_> = DIMS.iter().map(|d| Some(*d)).collect();
            let grid = Grid::new(&DIMS, &max, &tile, 4, &Limits::default()).unwrap();
            for a in kinds(DIMS[0]) {
                for b in kinds(DIMS[1]) {
                    for c in kinds(DIMS[2]) {
                        let axes = [a, b, c];
                        let touched: Vec<Vec<Touched>> =
                            (0..3).map(|i| grid.touched(i, &axes[i], 0..axes[i].len())).collect();
                        let mut all = vec![None; 5 * 9 * 8];
                        for x in &touched[0] {
                            for y in &touched[1] {
                                for z in &touched[2] {
                                    let part = Part::Slab(Slab::new(&axes, &[x, y, z], &tile));
                                    take(&part, &[x.chunk, y.chunk, z.chunk], &tile, &mut all);
                                }
                            }
                        }
                        assert_eq!(all, naive(&axes), "{tile:?} {axes:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn regions_cut_into_boxes() {
        let mask: Vec<u8> = (0..5u8 * 9).flat_map(|i| [i % 2, 1, i % 3, 1, 1, 0, i % 5, 1]).collect();
        let region = Region::mask(&mask, &DIMS).unwrap();
        for tile in [[2, 4, 3], [7, 10, 9], [1, 1, 1]] {
            let cutter = Cutter::new(&DIMS, &tile);
            let mut runs = Vec::new();
            region
                .runs(0..region.elements(), &mut |place, n, first| cutter.cut(place, n, first, &mut runs))
                .unwrap();
            let mut all = vec![None; 5 * 9 * 8];
            for run in &runs {
                take(&Part::Runs(&[*run]), &cutter.coordinate(run.tile), &tile, &mut all);
            }
            let mut expected = Vec::new();
            let mut n = 0;
            for set in mask.iter().map(|m| *m != 0) {
                expected.push(set.then_some(n));
                n += u64::from(set);
            }
            assert_eq!(all, expected);
        }
    }
}

//! Copying the selected elements of one n-dimensional box of bytes into another.

use super::Axis;
use std::ops::Range;

/// One dimension of a copy: which positions of the source go where in the destination.
#[derive(Clone, Debug)]
pub struct Lane {
    /// Selected positions, in the coordinates of the whole dataset.
    axis: Axis,
    /// Which of the selected positions are copied.
    first: u64,
    /// How many.
    n: usize,
    /// Coordinate of the source's first position.
    origin: u64,
    /// Extent of the source.
    source: usize,
    /// Where the first copied position goes.
    to: usize,
    /// Extent of the destination.
    destination: usize,
}

impl Lane {
    /// Copies the selected positions `range` of `axis`. The source holds the coordinates from `origin` on,
    /// `source` of them; the first position goes to `to` of `destination`. `None` if they do not fit.
    pub fn new(
        axis: Axis,
        range: Range<u64>,
        (origin, source): (u64, u64),
        (to, destination): (u64, u64),
    ) -> Option<Lane> {
        let n = range.end.checked_sub(range.start)?;
        let first = range.start;
        if n > 0 {
            let inside = axis.at(first) >= origin && axis.at(range.end - 1) - origin < source;
            let fits = to.checked_add(n).is_some_and(|end| end <= destination);
            if !inside || !fits || range.end > axis.len() {
                return None;
            }
        }
        Some(Lane {
            axis,
            first,
            n: usize::try_from(n).ok()?,
            origin,
            source: usize::try_from(source).ok()?,
            to: usize::try_from(to).ok()?,
            destination: usize::try_from(destination).ok()?,
        })
    }

    /// Positions copied.
    pub fn count(&self) -> usize {
        self.n
    }

    /// The copied positions in the source's own coordinates, where they are evenly spaced.
    pub fn local(&self) -> Option<Axis> {
        let start = self.source_at(0) as u64;
        (self.axis.block == 1).then_some(Axis { start, count: self.n as u64, ..self.axis })
    }

    /// The same copy from a source that holds nothing but the selected positions, `n` of them.
    pub fn of_packed(&self, n: u64) -> Option<Lane> {
        let to = (self.to as u64, self.destination as u64);
        Lane::new(Axis::run(0, n), 0..n, (0, n), to)
    }

    /// Source position of the `i`th copied one, counted from the source's first.
    // Within the source, whose extent is a usize.
    #[allow(clippy::cast_possible_truncation)]
    fn source_at(&self, i: usize) -> usize {
        (self.axis.at(self.first + i as u64) - self.origin) as usize
    }

    fn is_contiguous(&self) -> bool {
        self.n <= 1 || self.axis.is_contiguous()
    }

    /// Whether all of the source becomes all of the destination.
    fn is_whole(&self) -> bool {
        self.n == self.source && self.n == self.destination && self.is_contiguous()
    }
}

/// Copies elements of `unit` bytes from `source` to `destination`, both in C order. The boxes of the lanes have
/// the sizes of the slices.
pub fn copy(source: &[u8], destination: &mut [u8], unit: usize, lanes: &[Lane]) {
    let (mut unit, mut lanes) = (unit, lanes);
    // Whole inner dimensions are one larger element.
    while let Some((last, outer)) = lanes.split_last() {
        if !last.is_whole() {
            break;
        }
        unit *= last.n;
        lanes = outer;
    }
    if lanes.iter().all(|l| l.n > 0) && unit > 0 {
        Copy { source, unit }.lanes(lanes, 0, 0, destination);
    }
}

/// The bytes of the destination that [`copy`] would fill with all of the source as it is, if there are such.
pub fn verbatim(unit: usize, lanes: &[Lane]) -> Option<Range<usize>> {
    let Some((first, inner)) = lanes.split_first() else { return Some(0..unit) };
    if !inner.iter().all(Lane::is_whole) || first.n != first.source || !first.is_contiguous() {
        return None;
    }
    let row = inner.iter().fold(unit, |n, l| n * l.n);
    Some(first.to * row..(first.to + first.n) * row)
}

struct Copy<'a> {
    source: &'a [u8],
    unit: usize,
}

impl Copy<'_> {
    /// `source` and `destination` are the rows, in elements, that the outer lanes have chosen.
    fn lanes(&self, lanes: &[Lane], source: usize, destination: usize, out: &mut [u8]) {
        match lanes {
            [] => self.run(source, destination, 1, out),
            [last] => self.row(last, source * last.source, destination * last.destination + last.to, out),
            [outer, inner @ ..] => {
                let source = source * outer.source;
                let destination = destination * outer.destination + outer.to;
                for i in 0..outer.n {
                    self.lanes(inner, source + outer.source_at(i), destination + i, out);
                }
            }
        }
    }

    fn run(&self, source: usize, destination: usize, n: usize, out: &mut [u8]) {
        let (from, to, len) = (source * self.unit, destination * self.unit, n * self.unit);
        out[to..to + len].copy_from_slice(&self.source[from..from + len]);
    }

    fn row(&self, lane: &Lane, source: usize, destination: usize, out: &mut [u8]) {
        if lane.is_contiguous() {
            return self.run(source + lane.source_at(0), destination, lane.n, out);
        }
        if lane.axis.block > 1 {
            for i in 0..lane.n {
                self.run(source + lane.source_at(i), destination + i, 1, out);
            }
            return;
        }
        let stride = lane.source_at(1) - lane.source_at(0);
        let from = &self.source[(source + lane.source_at(0)) * self.unit..];
        let to = &mut out[destination * self.unit..(destination + lane.n) * self.unit];
        gather(from, self.unit, stride * self.unit, to);
    }
}

/// Fills `out` with elements of `unit` bytes that begin every `stride` bytes of `source`.
pub fn gather(source: &[u8], unit: usize, stride: usize, out: &mut [u8]) {
    match unit {
        1 => gather_fixed::<1>(source, stride, out),
        2 => gather_fixed::<2>(source, stride, out),
        4 => gather_fixed::<4>(source, stride, out),
        8 => gather_fixed::<8>(source, stride, out),
        16 => gather_fixed::<16>(source, stride, out),
        _ => {
            for (i, to) in out.chunks_exact_mut(unit.max(1)).enumerate() {
                let from = i * stride;
                to.copy_from_slice(&source[from..from + unit]);
            }
        }
    }
}

fn gather_fixed<const N: usize>(source: &[u8], stride: usize, out: &mut [u8]) {
    let (elements, _) = out.as_chunks_mut::<N>();
    // `chunks` may end in a short one, which still holds a whole element.
    for (to, from) in elements.iter_mut().zip(source.chunks(stride.max(1))) {
        if let Some(element) = from.first_chunk::<N>() {
            *to = *element;
        }
    }
}

/// Puts neighbours of `unit` bytes to places in `out`: for each dimension, outermost first, how many there are and how many
/// bytes from one to the next. Those that do not fit are left out.
pub fn spread(source: &[u8], unit: usize, lanes: &[(usize, usize)], out: &mut [u8]) {
    match lanes {
        [] => {
            let n = source.len().min(out.len());
            out[..n].copy_from_slice(&source[..n]);
        }
        [(_, step)] => match unit {
            1 => spread_fixed::<1>(source, *step, out),
            2 => spread_fixed::<2>(source, *step, out),
            4 => spread_fixed::<4>(source, *step, out),
            8 => spread_fixed::<8>(source, *step, out),
            16 => spread_fixed::<16>(source, *step, out),
            _ => {
                for (to, from) in out.chunks_mut((*step).max(1)).zip(source.chunks_exact(unit.max(1))) {
                    if let Some(to) = to.get_mut(..unit) {
                        to.copy_from_slice(from);
                    }
                }
            }
        },
        [(n, step), inner @ ..] => {
            for (i, part) in source.chunks_exact((source.len() / (*n).max(1)).max(1)).enumerate() {
                spread(part, unit, inner, out.get_mut(i * step..).unwrap_or_default());
            }
        }
    }
}

fn spread_fixed<const N: usize>(source: &[u8], step: usize, out: &mut [u8]) {
    let (elements, _) = source.as_chunks::<N>();
    for (to, from) in out.chunks_mut(step.max(1)).zip(elements) {
        if let Some(to) = to.first_chunk_mut::<N>() {
            *to = *from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Element by element, by the definition.
    fn naive(source: &[u8], out: &mut [u8], unit: usize, lanes: &[Lane]) {
        let total: usize = lanes.iter().map(|l| l.n).product();
        for k in 0..total {
            let (mut rest, mut s, mut d) = (k, 0, 0);
            let mut index = vec![0; lanes.len()];
            for (i, l) in lanes.iter().enumerate().rev() {
                index[i] = rest % l.n;
                rest /= l.n;
            }
            for (i, l) in index.iter().zip(lanes) {
                s = s * l.source + l.source_at(*i);
                d = d * l.destination + l.to + i;
            }
            out[d * unit..(d + 1) * unit].copy_from_slice(&source[s * unit..(s + 1) * unit]);
        }
    }

    fn lane(axis: (u64, u64, u64, u64), range: Range<u64>, source: (u64, u64), to: (u64, u64)) -> Lane {
        let (start, stride, count, block) = axis;
        Lane::new(Axis { start, stride, count, block }, range, source, to).unwrap()
    }

    #[test]
    fn all_kinds_of_lanes() {
        let whole = lane((0, 1, 5, 1), 0..5, (0, 5), (0, 5));
        let part = lane((10, 1, 9, 1), 2..5, (10, 6), (1, 7));
        let strided = lane((1, 3, 9, 1), 1..4, (3, 10), (0, 3));
        let blocks = lane((0, 4, 3, 2), 1..5, (1, 9), (2, 8));
        let empty = lane((0, 1, 5, 1), 2..2, (0, 5), (0, 5));
        let kinds = [whole, part, strided, blocks, empty];
        for unit in [1, 2, 3, 4, 8, 16, 24] {
            for a in &kinds {
                for b in &kinds {
                    for c in &kinds {
                        let lanes = [a.clone(), b.clone(), c.clone()];
                        let size = |f: fn(&Lane) -> usize| lanes.iter().map(f).product::<usize>() * unit;
                        let source: Vec<u8> =
                            (0..size(|l| l.source)).map(|i| ((i * 37) >> 2) as u8).collect();
                        let mut expected = vec![0; size(|l| l.destination)];
                        let mut out = expected.clone();
                        naive(&source, &mut expected, unit, &lanes);
                        copy(&source, &mut out, unit, &lanes);
                        assert_eq!(out, expected);
                    }
                }
            }
        }
        let mut out = [0; 3];
        copy(b"abc", &mut out, 3, &[]);
        assert_eq!(&out, b"abc");
    }

    #[test]
    fn spreading_is_placing_one_by_one() {
        for unit in [1, 2, 3, 4, 8, 16, 40] {
            for (a, b) in [(1, 7), (3, 1), (4, 5), (6, 2)] {
                let source: Vec<u8> = (0..a * b * unit).map(|i| (i * 7 + 1) as u8).collect();
                let (inner, outer) = (unit + 3, b * (unit + 3) + 5);
                let mut expected = vec![0; a * outer];
                for (i, element) in source.chunks(unit).enumerate() {
                    let at = i / b * outer + i % b * inner;
                    expected[at..at + unit].copy_from_slice(element);
                }
                let mut out = vec![0; a * outer];
                spread(&source, unit, &[(a, outer), (b, inner)], &mut out);
                assert_eq!(out, expected, "{a} times {b} of {unit}");
                spread(&source, unit, &[(a, outer), (b, inner)], &mut out[..outer - 1]);
            }
        }
        let mut out = *b"......";
        spread(b"abc", 3, &[], &mut out);
        assert_eq!(&out, b"abc...");
    }

    #[test]
    fn copies_without_holes_are_known() {
        let whole = lane((0, 1, 5, 1), 0..5, (0, 5), (0, 5));
        let rows = lane((0, 1, 50, 1), 10..14, (10, 4), (6, 20));
        assert_eq!(verbatim(2, &[rows.clone(), whole.clone()]), Some(60..100));
        assert_eq!(verbatim(2, &[rows.clone(), rows]), None);
        let half = lane((0, 2, 5, 1), 0..5, (0, 10), (0, 5));
        assert_eq!(verbatim(2, &[half, whole]), None);
        assert_eq!(verbatim(2, &[]), Some(0..2));
    }

    #[test]
    fn lanes_that_do_not_fit_are_refused() {
        let axis = Axis::run(5, 10);
        assert!(Lane::new(axis, 0..10, (5, 10), (0, 10)).is_some());
        assert!(Lane::new(axis, 0..10, (6, 10), (0, 10)).is_none());
        assert!(Lane::new(axis, 0..10, (5, 9), (0, 10)).is_none());
        assert!(Lane::new(axis, 0..10, (5, 10), (1, 10)).is_none());
        assert!(Lane::new(axis, 0..11, (5, 20), (0, 20)).is_none());
    }
}

//! Virtual datasets: elements that are those of other datasets, in this file or in others.

use super::apart::Apart;
use super::gather::{Conversion, Gather};
use super::picked::{MOST_RUNS, walk};
use super::sources::{Piece, Source};
use super::{DatasetParts, Fill, in_memory};
use crate::chunk::HeapCache;
use crate::chunk::heap::HeapState;
use crate::error::{Context, Error, Result};
use crate::format::heap::global::NoHeap;
use crate::object::neighbour;
use crate::select::Region;
use crate::storage::Medium;
use crate::value;
use std::ops::Range;

/// Bytes of a batch: large, because the same chunks may be needed for each.
const BATCH: u64 = 16 << 20;
/// Virtual datasets within virtual datasets.
const MOST_DEPTH: u32 = 16;

/// A selection of a virtual dataset.
pub(super) struct Virtual {
    parts: DatasetParts,
    fill: Fill,
    request: Region,
    pieces: Vec<Piece>,
    sources: Vec<State>,
    depth: u32,
    done: u64,
    batch: Option<Batch>,
    /// Of the batch.
    apart: Vec<Apart>,
    /// Sources that are not there: file and dataset.
    missing: Vec<(String, String)>,
}

/// What is known of a piece's source.
enum State {
    Unknown,
    Missing,
    Open(Box<Source>, Way),
}

/// How elements of a source become elements of the dataset.
enum Way {
    Bytes {
        conversion: Option<Conversion>,
        /// Those outside of the source.
        beyond: Option<Fill>,
    },
    /// As values: their bytes are places in the other file.
    Values,
}

/// One batch.
struct Batch {
    elements: u64,
    touched: Vec<Touch>,
    /// One for each piece, once all of the sources are open.
    gathers: Vec<Part>,
    ready: bool,
}

/// What a batch has of a piece.
struct Part {
    piece: usize,
    gather: Gather,
    /// For values, which elements of the batch they are; with their bytes.
    values: Option<(Vec<Range<usize>>, Vec<u8>)>,
}

/// Elements of the batch that are elements of a piece.
struct Touch {
    piece: usize,
    /// Number of the first in the piece.
    number: u64,
    len: u64,
    /// Element of the batch.
    to: u64,
}

impl Virtual {
    pub(super) fn new(
        parts: &DatasetParts,
        pieces: Vec<Piece>,
        request: Region,
        fill: Fill,
        depth: u32,
    ) -> Result<Virtual> {
        if depth >= MOST_DEPTH {
            return Err(Error::limit("virtual datasets within virtual datasets without end"));
        }
        let sources = pieces.iter().map(|_| State::Unknown).collect();
        let (parts, apart, missing) = (parts.clone(), Vec::new(), Vec::new());
        Ok(Virtual { parts, fill, request, pieces, sources, depth, done: 0, batch: None, apart, missing })
    }

    pub(super) fn missing(&self) -> &[(String, String)] {
        &self.missing
    }

    /// Reads the next batch; says how many elements it has. Those whose bytes say nothing here are put `apart`, if
    /// there is such a place.
    pub(super) fn next(
        &mut self,
        medium: &Medium,
        unit: usize,
        out: &mut Vec<u8>,
        apart: Option<&mut Vec<Apart>>,
    ) -> Result<u64> {
        let mut batch = match self.batch.take() {
            Some(batch) => batch,
            None => self.plan(unit)?,
        };
        let result = self.read(medium, unit, &mut batch, out, apart.is_some());
        if let Err(e) = result {
            // What was read so far stays.
            self.batch = e.is_pending().then_some(batch);
            return Err(e);
        }
        self.done += batch.elements;
        let values = std::mem::take(&mut self.apart);
        if let Some(apart) = apart {
            *apart = values;
        }
        Ok(batch.elements)
    }

    /// Which elements of which pieces the next batch has.
    fn plan(&self, unit: usize) -> Result<Batch> {
        let start = self.done;
        let most = start.saturating_add((BATCH / unit as u64).max(1));
        let mut runs = Vec::new();
        let (mut first, mut last) = (u64::MAX, 0);
        let end = walk(&self.request, start..most, &mut |place, n, number| {
            first = first.min(place);
            last = last.max(place + (n - 1));
            runs.push((place, n, number - start));
            Ok(runs.len() < MOST_RUNS)
        })?;
        let mut touched = Vec::new();
        for (i, piece) in self.pieces.iter().enumerate() {
            let range = piece.places(self.request.dims());
            if range.end <= first || range.start > last {
                continue;
            }
            for (place, n, to) in &runs {
                if place + n <= range.start || *place >= range.end {
                    continue;
                }
                let there = reframe(*place, self.request.dims(), piece.target.dims());
                piece.target.find(there, *n, &mut |at, len, number| {
                    touched.push(Touch { piece: i, number, len, to: to + (at - there) });
                    Ok(())
                })?;
            }
        }
        Ok(Batch { elements: end - start, touched, gathers: Vec::new(), ready: false })
    }

    fn read(
        &mut self,
        medium: &Medium,
        unit: usize,
        batch: &mut Batch,
        out: &mut Vec<u8>,
        apart: bool,
    ) -> Result<()> {
        if !batch.ready {
            let mut last = None;
            for touch in &batch.touched {
                if last.replace(touch.piece) != Some(touch.piece) {
                    self.open(medium, touch.piece, apart)?;
                }
            }
            out.resize(in_memory(batch.elements.saturating_mul(unit as u64))?, 0);
            self.fill.write(out);
            for touch in std::mem::take(&mut batch.touched) {
                self.place(&touch, unit, &mut batch.gathers, out)?;
            }
            batch.gathers.retain(|part| !part.gather.is_empty());
            batch.gathers.reverse();
            batch.ready = true;
        }
        // In the order of the mappings: where they overlap, the last one counts.
        while let Some(Part { piece, gather, values }) = batch.gathers.last_mut() {
            if let (Some(State::Open(source, way)), Some(piece)) =
                (self.sources.get(*piece), self.pieces.get(*piece))
            {
                let (within, depth) = (source.medium.as_deref().unwrap_or(medium), self.depth + 1);
                match (way, values) {
                    (Way::Bytes { conversion, .. }, _) => {
                        gather.read(within, &source.parts, conversion.as_ref(), depth, out)?;
                    }
                    (Way::Values, None) => {}
                    (Way::Values, Some((places, bytes))) => {
                        gather.read(within, &source.parts, None, depth, bytes)?;
                        let mut state = HeapState::default();
                        let heap = &mut HeapCache::new(within, &mut state);
                        let mut values = value::decode(&source.parts.datatype, bytes, heap)?;
                        values.belong_to(&piece.file);
                        self.apart.push(Apart { places: std::mem::take(places), values });
                    }
                }
            }
            batch.gathers.pop();
        }
        Ok(())
    }

    /// Says where elements of a piece go, unless its source is missing.
    fn place(&self, touch: &Touch, unit: usize, gathers: &mut Vec<Part>, out: &mut [u8]) -> Result<()> {
        let Some(State::Open(source, way)) = self.sources.get(touch.piece) else { return Ok(()) };
        if gathers.last().is_none_or(|part| part.piece != touch.piece) {
            let values = matches!(way, Way::Values).then(Default::default);
            gathers.push(Part { piece: touch.piece, gather: Gather::new(&source.parts), values });
        }
        let Some(Part { gather, values, .. }) = gathers.last_mut() else { return Ok(()) };
        let frame = source.region.dims();
        source.region.runs(touch.number..touch.number + touch.len, &mut |place, n, number| {
            let to = touch.to + (number - touch.number);
            if let Some((places, bytes)) = values {
                let width = in_memory(source.parts.datatype.size.into())?;
                let inside = in_memory(gather.add(frame, place, n, (bytes.len() / width) as u64))?;
                let to = in_memory(to)?;
                bytes.resize(bytes.len() + inside * width, 0);
                places.push(to..to + inside);
                return Ok(());
            }
            let inside = gather.add(frame, place, n, to);
            if let Way::Bytes { beyond: Some(fill), .. } = way {
                let rest = in_memory(to + inside)? * unit..in_memory(to + n)? * unit;
                fill.write(out.get_mut(rest).unwrap_or_default());
            }
            Ok(())
        })
    }

    /// Opens the source of a piece, unless that was done before.
    fn open(&mut self, medium: &Medium, piece: usize, apart: bool) -> Result<()> {
        let (Some(state), Some(piece)) = (self.sources.get_mut(piece), self.pieces.get(piece)) else {
            return Ok(());
        };
        if !matches!(state, State::Unknown) {
            return Ok(());
        }
        let found = neighbour::find(medium, &piece.file, &piece.dataset)?;
        let source = found.map(|found| Source::open(medium, found, piece)).transpose()?.flatten();
        let Some(source) = source else {
            let text = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
            let name = (text(&piece.file), text(&piece.dataset));
            if !self.missing.contains(&name) {
                self.missing.push(name);
            }
            *state = State::Missing;
            return Ok(());
        };
        let (from, to) = (&source.parts.datatype, &self.parts.datatype);
        let way = if source.medium.is_some() && (from.uses_heap() || from.holds_references()) {
            // Widths of addresses may differ, what they lead to may not.
            let kind = |datatype| value::decode(datatype, &[], &mut NoHeap).within("virtual dataset");
            let larger = from.size > to.size.saturating_mul(8);
            if !apart || larger || kind(from)? != kind(to)? {
                return Err(Error::unsupported(
                    "values of variable length or references of another file that are converted or go on from dataset to dataset",
                ));
            }
            Way::Values
        } else {
            let conversion = (from != to).then(|| Conversion { from: from.clone(), to: to.clone() });
            Way::Bytes { beyond: source.beyond(conversion.as_ref())?, conversion }
        };
        *state = State::Open(Box::new(source), way);
        Ok(())
    }
}

/// The same element's place in other extents of the same rank, of which none is too small for it.
fn reframe(place: u64, from: &[u64], to: &[u64]) -> u64 {
    if from == to {
        return place;
    }
    let (mut rest, mut step, mut there) = (place, 1u64, 0u64);
    for (from, to) in from.iter().zip(to).rev() {
        there += (rest % from) * step;
        rest /= from;
        step = step.saturating_mul(*to);
    }
    there
}

//! Virtual datasets: elements that are those of other datasets, in this file or in others.

use super::apart::{Apart, Onward};
use super::boxes::{self, Boxed, Common};
use super::gather::{Conversion, Gather};
use super::picked::{MOST_RUNS, walk};
use super::sources::{Piece, Source};
use super::{DatasetParts, Fill, in_memory, stretch};
use crate::chunk::HeapCache;
use crate::chunk::heap::HeapState;
use crate::error::{Context, Error, Result};
use crate::format::heap::global::NoHeap;
use crate::object::neighbour;
use crate::select::{Axis, Region};
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
    /// It, where it is a box.
    shape: Option<Vec<Axis>>,
    /// Its runs: place, how many, and which element of the batch is the first. Empty until they are needed.
    runs: Vec<(u64, u64, u64)>,
    /// Its pieces, in their order.
    wanted: Vec<(usize, Wanted)>,
    /// What has to be read, the last first, once all of the sources are open.
    parts: Vec<(usize, Part)>,
    ready: bool,
}

/// What a batch has of a piece.
enum Wanted {
    Box(Vec<Common>),
    Runs(Vec<Touch>),
}

/// What is read of the source of a piece.
enum Part {
    Box(Boxed),
    Rows(Gather),
    /// As values: which elements of the batch they are, and their bytes.
    Values(Gather, Vec<Range<usize>>, Vec<u8>),
    /// The same of a virtual dataset.
    Onward(Onward, Vec<Range<usize>>),
}

/// Neighbours of the batch that are elements of a piece.
struct Touch {
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
        let most = (BATCH / unit as u64).max(1);
        let mut batch = Batch {
            elements: 0,
            shape: None,
            runs: Vec::new(),
            wanted: Vec::new(),
            parts: Vec::new(),
            ready: false,
        };
        let slab = self.request.as_slab();
        batch.shape = slab.and_then(|slab| boxes::batch(slab, start, most, MOST_RUNS as u64));
        match &batch.shape {
            Some(axes) => batch.elements = axes.iter().fold(1, |n, axis| n * axis.len()),
            None => batch.elements = self.list(start..start.saturating_add(most), &mut batch.runs)?,
        }
        for (i, piece) in self.pieces.iter().enumerate() {
            let target = piece.target.as_slab();
            let common = batch.shape.as_ref().zip(target).and_then(|(axes, t)| boxes::common(axes, t));
            let wanted = match common {
                Some(common) if boxes::is_something(&common) => Wanted::Box(common),
                Some(_) => continue,
                None => match self.touched(piece, &mut batch)? {
                    touched if touched.is_empty() => continue,
                    touched => Wanted::Runs(touched),
                },
            };
            batch.wanted.push((i, wanted));
        }
        Ok(batch)
    }

    /// Lists the runs of the request's elements number `range`, or the first ones of many; says how many elements they
    /// have.
    fn list(&self, range: Range<u64>, runs: &mut Vec<(u64, u64, u64)>) -> Result<u64> {
        let start = range.start;
        let end = walk(&self.request, range, &mut |place, n, number| {
            runs.push((place, n, number - start));
            Ok(runs.len() < MOST_RUNS)
        })?;
        Ok(end - start)
    }

    /// The elements of the batch that are in `piece`.
    fn touched(&self, piece: &Piece, batch: &mut Batch) -> Result<Vec<Touch>> {
        if batch.runs.is_empty() {
            self.list(self.done..self.done + batch.elements, &mut batch.runs)?;
        }
        let (dims, mut touched) = (self.request.dims(), Vec::new());
        let range = piece.places(dims);
        for (place, n, to) in &batch.runs {
            if place + n <= range.start || *place >= range.end {
                continue;
            }
            let there = reframe(*place, dims, piece.target.dims());
            piece.target.find(there, *n, &mut |at, len, number| {
                touched.push(Touch { number, len, to: to + (at - there) });
                Ok(())
            })?;
        }
        Ok(touched)
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
            for (piece, _) in &batch.wanted {
                self.open(medium, *piece, apart)?;
            }
            stretch(out, in_memory(batch.elements.saturating_mul(unit as u64))?);
            self.fill.write(out);
            for (piece, wanted) in std::mem::take(&mut batch.wanted) {
                if let Some(part) = self.place(piece, wanted, unit, batch, out)? {
                    batch.parts.push((piece, part));
                }
            }
            batch.parts.reverse();
            batch.ready = true;
        }
        // In the order of the mappings: where they overlap, the last one counts.
        while let Some((piece, part)) = batch.parts.last_mut() {
            if let (Some(State::Open(source, way)), Some(piece)) =
                (self.sources.get(*piece), self.pieces.get(*piece))
            {
                let (within, depth) = (source.medium.as_deref().unwrap_or(medium), self.depth + 1);
                let conversion = match way {
                    Way::Bytes { conversion, .. } => conversion.as_ref(),
                    Way::Values => None,
                };
                match part {
                    Part::Box(boxed) => boxed.read(within, source, conversion, depth, out)?,
                    Part::Rows(gather) => gather.read(within, &source.parts, conversion, depth, out)?,
                    Part::Values(gather, places, bytes) => {
                        gather.read(within, &source.parts, None, depth, bytes)?;
                        let mut state = HeapState::default();
                        let heap = &mut HeapCache::new(within, &mut state);
                        let values = value::decode(&source.parts.datatype, bytes, heap)?;
                        self.apart.push(Apart::of(source, piece, std::mem::take(places), values));
                    }
                    Part::Onward(onward, places) => {
                        let values = onward.read(within, &source.parts, depth)?;
                        self.apart.push(Apart::of(source, piece, std::mem::take(places), values));
                    }
                }
            }
            batch.parts.pop();
        }
        Ok(())
    }

    /// Says how elements of a piece are read and where they go; `None` if there is nothing to read: its source is missing,
    /// or too small.
    fn place(
        &self,
        piece: usize,
        wanted: Wanted,
        unit: usize,
        batch: &mut Batch,
        out: &mut [u8],
    ) -> Result<Option<Part>> {
        let (Some(State::Open(source, way)), Some(piece)) = (self.sources.get(piece), self.pieces.get(piece))
        else {
            return Ok(None);
        };
        let boxed = match (&wanted, &batch.shape, piece.target.as_slab(), way) {
            (Wanted::Box(common), Some(shape), Some(target), Way::Bytes { .. }) => {
                Boxed::new(source, target, common, shape, unit)?
            }
            _ => None,
        };
        if let Some(boxed) = boxed {
            return Ok(Some(Part::Box(boxed)));
        }
        let touched = match wanted {
            Wanted::Runs(touched) => touched,
            Wanted::Box(_) => self.touched(piece, batch)?,
        };
        let (mut gather, frame) = (Gather::new(&source.parts), source.region.dims());
        let (mut places, mut elements) = (Vec::new(), 0);
        let mut onward = source.parts.is_virtual().then(Onward::default);
        for Touch { number, len, to } in touched {
            source.region.runs(number..number + len, &mut |place, n, at| {
                let to = to + (at - number);
                match way {
                    Way::Values => {
                        let inside = gather.add(frame, place, n, elements);
                        elements += inside;
                        if let Some(onward) = &mut onward {
                            onward.add(reframe(place, frame, source.parts.dataspace.dims()), inside);
                        }
                        places.push(in_memory(to)?..in_memory(to + inside)?);
                    }
                    Way::Bytes { beyond, .. } => {
                        let inside = gather.add(frame, place, n, to);
                        if let Some(fill) = beyond {
                            let rest = in_memory(to + inside)? * unit..in_memory(to + n)? * unit;
                            fill.write(out.get_mut(rest).unwrap_or_default());
                        }
                    }
                }
                Ok(())
            })?;
        }
        if gather.is_empty() {
            return Ok(None);
        }
        Ok(Some(match (way, onward) {
            (Way::Bytes { .. }, _) => Part::Rows(gather),
            (Way::Values, Some(onward)) => Part::Onward(onward, places),
            (Way::Values, None) => {
                let width = u64::from(source.parts.datatype.size);
                Part::Values(gather, places, vec![0; in_memory(elements.saturating_mul(width))?])
            }
        }))
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
        let elsewhere = source.medium.is_some() || (apart && source.parts.is_virtual()) || from != to;
        let way = if elsewhere && (from.uses_heap() || from.holds_references()) {
            // Widths of addresses may differ, what they lead to may not.
            let kind = |datatype| value::decode(datatype, &[], &mut NoHeap).within("virtual dataset");
            let larger = from.size > to.size.saturating_mul(8);
            if !apart || larger || kind(from)? != kind(to)? {
                return Err(Error::unsupported(
                    "values of variable length or references of a virtual dataset that have to be converted",
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
pub(super) fn reframe(place: u64, from: &[u64], to: &[u64]) -> u64 {
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

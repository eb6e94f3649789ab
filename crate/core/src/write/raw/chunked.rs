//! Chunks of a dataset that is in the file: reading, changing and storing one at a time.

use super::contiguous;
use super::rows::{Cutter, Part, Run, Slab, some_runs};
use super::source::Source;
use super::values;
use crate::chunk::Grid;
use crate::chunk::grid::Touched;
use crate::error::{Error, Result};
use crate::filter::{self, Scratch};
use crate::format::index::Entry;
use crate::format::length;
use crate::format::message::Layout;
use crate::layout::DatasetParts;
use crate::order;
use crate::select::{Hyperslab, Region};
use crate::write::chunk_index::{self, IndexEdit};
use crate::write::fill::Filler;
use crate::write::heap::release_values;
use crate::write::output::Output;
use std::borrow::Cow;

/// Bytes of stored chunks that are announced together, for storages that have to fetch, and how many chunks.
const AHEAD: u64 = 16 << 20;
const CHUNKS_AHEAD: usize = 256;

/// A chunked dataset that is being changed.
pub(super) struct Chunked<'a> {
    pub parts: &'a DatasetParts,
    /// Under which name its chunks are held back.
    pub dataset: usize,
    pub grid: Grid,
    pub index: Box<dyn IndexEdit>,
    /// Read when it is needed.
    filler: Option<Filler>,
    pub edge_unfiltered: bool,
    /// Whether a chunk may be held back: whether storing it cannot fail because of what is in it.
    may_wait: bool,
    scratch: Scratch,
    old: Layout,
}

impl<'a> Chunked<'a> {
    /// Opens the chunks of a dataset; reads nothing of them yet.
    pub(super) fn open(out: &mut Output, parts: &'a DatasetParts, dataset: usize) -> Result<Chunked<'a>> {
        let Layout::Chunked { chunk, element_size, edge_unfiltered, .. } = &parts.layout else {
            return Err(Error::argument("only chunked datasets have chunks"));
        };
        let max = parts.dataspace.max_dims();
        let dims = parts.dataspace.dims();
        let grid = Grid::new(dims, &max, chunk, *element_size, &out.medium.limits)?;
        if u64::from(parts.datatype.size) != *element_size {
            let what =
                format!("chunks of {element_size}-byte elements where they have {}", parts.datatype.size);
            return Err(Error::malformed(what).within("data layout"));
        }
        let index = chunk_index::open(&parts.layout, &grid, !parts.filters.filters.is_empty(), out)?;
        Ok(Chunked {
            parts,
            dataset,
            grid,
            index,
            filler: None,
            edge_unfiltered: *edge_unfiltered,
            may_wait: filter::always_encodes(&parts.filters),
            scratch: Scratch::default(),
            old: parts.layout.clone(),
        })
    }

    fn unit(&self) -> u64 {
        self.grid.element_size() as u64
    }

    /// Whether the chunk at `coord` is stored as it is, by what the layout says.
    pub(super) fn is_plain(&self, coord: &[u64]) -> bool {
        self.is_plain_in(&self.grid, coord)
    }

    /// The same for other extents of the dataset.
    pub(super) fn is_plain_in(&self, grid: &Grid, coord: &[u64]) -> bool {
        self.parts.filters.filters.is_empty() || self.edge_unfiltered && grid.is_partial(coord)
    }

    /// Extents of the part of a chunk that lies within the dataset.
    pub(super) fn inside(&self, coord: &[u64]) -> Vec<u64> {
        let chunks = coord.iter().zip(self.grid.chunk()).zip(self.parts.dataspace.dims());
        chunks.map(|((c, n), dim)| dim.saturating_sub(c.saturating_mul(*n)).min(*n)).collect()
    }

    /// Writes the selected elements.
    pub(super) fn write(&mut self, out: &mut Output, region: &Region, source: &mut Source<'_>) -> Result<()> {
        if !self.parts.filters.filters.is_empty() {
            filter::check_encode(&self.parts.filters)?;
        }
        match region.as_slab() {
            Some(slab) => self.write_slab(out, slab, source),
            None => self.write_runs(out, region, source),
        }
    }

    fn write_slab(&mut self, out: &mut Output, slab: &Hyperslab, source: &mut Source<'_>) -> Result<()> {
        let axes = slab.axes();
        let touched: Vec<Vec<Touched>> =
            (0..axes.len()).map(|i| self.grid.touched(i, &axes[i], 0..axes[i].len())).collect();
        let total = touched.iter().try_fold(1usize, |n, list| n.checked_mul(list.len()));
        let total = total.ok_or_else(|| Error::limit("more chunks than there can be"))?;
        let extents = self.grid.chunk().to_vec();
        let part = |number: usize| {
            let lists = digits(number, &touched);
            let coord: Vec<u64> = lists.iter().map(|t| t.chunk).collect();
            (coord, Part::Slab(Slab::new(axes, &lists, &extents)))
        };
        let mut announced = 0;
        for number in 0..total {
            if number >= announced {
                announced = self.announce(out, number, total, &part)?;
            }
            let (coord, part) = part(number);
            self.change(out, &coord, &part, source).map_err(|e| e.within(format!("chunk {coord:?}")))?;
        }
        Ok(())
    }

    fn write_runs(&mut self, out: &mut Output, region: &Region, source: &mut Source<'_>) -> Result<()> {
        let cutter = Cutter::new(self.parts.dataspace.dims(), self.grid.chunk());
        let mut from = 0;
        while from < region.elements() {
            let mut runs: Vec<Run> = Vec::new();
            from = some_runs(region, from, &cutter, &mut runs)?;
            // Stably: of what is selected twice, the later one stays.
            order::sort_by_key(&mut runs, |run| run.tile);
            let tiles: Vec<&[Run]> = runs.chunk_by(|a, b| a.tile == b.tile).collect();
            let part = |number: usize| {
                let runs = tiles.get(number).copied().unwrap_or(&[]);
                (cutter.coordinate(runs.first().map_or(0, |r| r.tile)), Part::Runs(runs))
            };
            let mut announced = 0;
            for number in 0..tiles.len() {
                if number >= announced {
                    announced = self.announce(out, number, tiles.len(), &part)?;
                }
                let (coord, part) = part(number);
                self.change(out, &coord, &part, source).map_err(|e| e.within(format!("chunk {coord:?}")))?;
            }
        }
        Ok(())
    }

    /// Announces the stored chunks that have to be read, from number `from` on; says up to which number.
    fn announce<'p>(
        &mut self,
        out: &mut Output,
        from: usize,
        total: usize,
        part: &dyn Fn(usize) -> (Vec<u64>, Part<'p>),
    ) -> Result<usize> {
        let (mut wanted, mut bytes, mut number) = (Vec::new(), 0u64, from);
        while number < total && number - from < CHUNKS_AHEAD && bytes < AHEAD {
            let (coord, part) = part(number);
            number += 1;
            let whole = part.covers(&self.inside(&coord)) && !self.parts.datatype.uses_heap();
            if whole || self.is_plain(&coord) || out.chunks.get(self.dataset, &coord).is_some() {
                continue;
            }
            if let Entry { address: Some(address), size, .. } = self.index.get(out, &coord)? {
                bytes = bytes.saturating_add(size);
                wanted.push((address, size));
            }
        }
        out.medium.want(wanted)?;
        Ok(number)
    }

    /// Changes a part of one chunk.
    fn change(
        &mut self,
        out: &mut Output,
        coord: &[u64],
        part: &Part<'_>,
        source: &mut Source<'_>,
    ) -> Result<()> {
        if out.chunks.get(self.dataset, coord).is_some() {
            return self.change_held(out, coord, part, source);
        }
        let datatype = &self.parts.datatype;
        let entry = self.index.get(out, coord)?;
        if let (Some(address), true) = (entry.address, self.is_plain(coord)) {
            self.check_plain(out, &entry)?;
            values::forget_stored(out, datatype, part, address)?;
            return contiguous::write(out, address, part, source);
        }
        let inside = self.inside(coord);
        let covered = part.covers(&inside);
        let mut bytes = match entry.address {
            Some(_) if covered && !datatype.uses_heap() => {
                // Nothing of what is stored matters, but beyond the dataset's end there has to be something.
                if inside == self.grid.chunk() { vec![0; self.grid.chunk_bytes()] } else { self.filled(out)? }
            }
            Some(_) => self.read(out, coord, &entry)?,
            None if covered && inside == self.grid.chunk() => vec![0; self.grid.chunk_bytes()],
            None => self.filled(out)?,
        };
        values::forget(out, datatype, part, &bytes)?;
        part.rows(&mut |row| source.put(row, &mut bytes))?;
        self.keep(out, coord, bytes)
    }

    /// Holds a changed chunk back, if that is possible and worth it, or else stores it.
    pub(super) fn keep(&mut self, out: &mut Output, coord: &[u64], bytes: Vec<u8>) -> Result<()> {
        if self.may_wait && !self.is_plain(coord) && out.chunks.has_room(bytes.len()) {
            out.chunks.insert(self.dataset, coord, bytes);
            return Ok(());
        }
        self.store(out, coord, &bytes)
    }

    fn change_held(
        &self,
        out: &mut Output,
        coord: &[u64],
        part: &Part<'_>,
        source: &mut Source<'_>,
    ) -> Result<()> {
        if self.parts.datatype.uses_heap() {
            let bytes = out.chunks.get(self.dataset, coord).unwrap_or(&[]).to_vec();
            values::forget(out, &self.parts.datatype, part, &bytes)?;
        }
        let (span, unit) = (part.span(), self.unit());
        let span = length(span.start * unit)?..length(span.end * unit)?;
        let bytes = out.chunks.edit(self.dataset, coord, span);
        let bytes = bytes.ok_or_else(|| Error::malformed("a chunk that was held back is gone"))?;
        part.rows(&mut |row| source.put(row, bytes))
    }

    /// What elements are that were never written.
    pub(super) fn filler(&mut self, out: &Output) -> Result<&Filler> {
        match &mut self.filler {
            Some(filler) => Ok(filler),
            none => Ok(none.insert(Filler::of_parts(out, self.parts)?)),
        }
    }

    /// A chunk of fill values.
    pub(super) fn filled(&mut self, out: &mut Output) -> Result<Vec<u8>> {
        let (len, n) = (self.grid.chunk_bytes(), self.grid.chunk_bytes() as u64 / self.unit());
        let mut bytes = Vec::with_capacity(len);
        self.filler(out)?.append(out, n, &mut bytes)?;
        Ok(bytes)
    }

    fn check_plain(&self, out: &Output, entry: &Entry) -> Result<()> {
        let nominal = self.grid.chunk_bytes() as u64;
        if entry.size < nominal {
            let what = format!("{} bytes stored of an unfiltered chunk of {nominal}", entry.size);
            return Err(Error::malformed(what));
        }
        match entry.address {
            Some(address) => out.medium.check(address, nominal),
            None => Ok(()),
        }
    }

    /// The decoded bytes of a stored chunk.
    pub(super) fn read(&mut self, out: &Output, coord: &[u64], entry: &Entry) -> Result<Vec<u8>> {
        self.read_as(out, entry, self.is_plain(coord))
    }

    /// The same where it is known whether the chunk went through filters.
    pub(super) fn read_as(&mut self, out: &Output, entry: &Entry, plain: bool) -> Result<Vec<u8>> {
        let Some(address) = entry.address else { return Err(Error::malformed("a chunk without a place")) };
        let nominal = self.grid.chunk_bytes();
        let filters = &self.parts.filters;
        if plain || filter::is_plain(filters, entry.mask) {
            self.check_plain(out, entry)?;
            let mut bytes = vec![0; nominal];
            out.medium.read_into(address, &mut bytes)?;
            return Ok(bytes);
        }
        out.medium.check(address, entry.size)?;
        let mut stored = vec![0; length(entry.size)?];
        filter::check(filters, entry.mask)?;
        filter::check_size(filters, entry.mask, entry.size, nominal as u64)?;
        out.medium.read_into(address, &mut stored)?;
        filter::decode(filters, entry.mask, &stored, nominal, &mut self.scratch)
    }

    /// Forgets the values that a stored chunk has in the global heap. Of a damaged one they stay there.
    pub(super) fn forget(&mut self, out: &mut Output, entry: &Entry, plain: bool) -> Result<()> {
        if !self.parts.datatype.uses_heap() {
            return Ok(());
        }
        match self.read_as(out, entry, plain) {
            Ok(bytes) => release_values(out, &self.parts.datatype, &bytes),
            Err(e) if e.is_pending() => Err(e),
            Err(_) => Ok(()),
        }
    }

    /// Stores a whole chunk: in its old place if it fits, or else in a new one.
    pub(super) fn store(&mut self, out: &mut Output, coord: &[u64], bytes: &[u8]) -> Result<()> {
        let (mut data, mut mask) = (Cow::Borrowed(bytes), 0);
        if !self.is_plain(coord) {
            let (stored, skipped) = filter::encode(&self.parts.filters, bytes, &mut self.scratch)?;
            (data, mask) = (Cow::Owned(stored), skipped);
        }
        self.place(out, coord, &data, mask)
    }

    /// Stores the bytes of a chunk as they are, without those filters that `mask` names.
    ///
    /// Errors: `Argument` if they can be no such chunk.
    pub(super) fn put(&mut self, out: &mut Output, coord: &[u64], bytes: &[u8], mask: u32) -> Result<()> {
        let filters = &self.parts.filters;
        let count = u32::try_from(filters.filters.len()).unwrap_or(u32::MAX);
        if mask.checked_shr(count).unwrap_or(0) != 0 || self.is_plain(coord) && mask != 0 {
            return Err(Error::argument(format!("a filter mask of {mask:#x} for {count} filters")));
        }
        let (given, nominal) = (bytes.len(), self.grid.chunk_bytes());
        if given == 0 || (self.is_plain(coord) || filter::is_plain(filters, mask)) && given != nominal {
            return Err(Error::argument(format!("{given} bytes for an unfiltered chunk of {nominal}")));
        }
        out.chunks.remove(self.dataset, coord);
        self.place(out, coord, bytes, mask)
    }

    /// Puts the stored bytes of a chunk in its old place if they fit, or else in a new one.
    fn place(&mut self, out: &mut Output, coord: &[u64], data: &[u8], mask: u32) -> Result<()> {
        let size = data.len() as u64;
        let old = self.index.get(out, coord)?;
        if let Some(address) = old.address {
            out.medium.check(address, old.size)?;
        }
        let address = match old.address {
            // A chunk that went through filters cannot be read while it is there by half, and says nothing of that.
            Some(address) if !self.is_plain(coord) && out.space.is_known(address) => {
                out.space.allocate_unaligned(size)?
            }
            Some(address) if old.size == size => address,
            Some(address) if old.size > size => {
                out.space.release_raw(address.offset(size)?, old.size - size)?;
                address
            }
            Some(address) if out.space.extend(address, old.size, size - old.size) => address,
            Some(address) => {
                out.space.release_raw(address, old.size)?;
                out.space.allocate_unaligned(size)?
            }
            None if self.index.allocate(out)? => {
                let placed = self.index.get(out, coord)?.address;
                placed.ok_or_else(|| Error::malformed("a chunk without a place"))?
            }
            None => out.space.allocate_unaligned(size)?,
        };
        out.medium.write(address, data)?;
        let entry = Entry { address: Some(address), size, mask };
        if entry == old { Ok(()) } else { self.index.set(out, coord, entry) }
    }

    /// Stores all chunks of this dataset that were held back.
    pub(super) fn store_held(&mut self, out: &mut Output) -> Result<()> {
        for coord in out.chunks.chunks(self.dataset) {
            if let Some(bytes) = out.chunks.remove(self.dataset, &coord) {
                self.store(out, &coord, &bytes).map_err(|e| e.within(format!("chunk {coord:?}")))?;
            }
        }
        Ok(())
    }

    /// Writes the index. Returns the layout message if it has changed.
    pub(super) fn finish(mut self, out: &mut Output) -> Result<Option<Layout>> {
        self.index.flush(out)?;
        let layout = self.index.layout();
        Ok((*layout != self.old).then(|| layout.clone()))
    }
}

/// The chunks at `number`, in C order of all that are touched.
fn digits(mut number: usize, touched: &[Vec<Touched>]) -> Vec<&Touched> {
    let mut found = Vec::with_capacity(touched.len());
    for list in touched.iter().rev() {
        found.extend(list.get(number % list.len().max(1)));
        number /= list.len().max(1);
    }
    found.reverse();
    found
}

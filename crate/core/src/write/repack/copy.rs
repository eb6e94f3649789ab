//! Copying what objects hold, one object after the other: attribute values, elements about a chunk at a time, links.

use super::apart::{ApartBox, ApartChunks};
use super::chunks::Chunks;
use super::elements::Elements;
use super::object::{Body, Object, Set, in_attribute};
use super::scan::Scan;
use super::{RepackOptions, choice};
use crate::chunk::heap::HeapState;
use crate::error::{Context, Error, Result};
use crate::format::message::{FillStatus, Layout, SymbolTable, kind};
use crate::format::symbol_table::Cache;
use crate::layout;
use crate::storage::Medium;
use crate::write::dataset;
use crate::write::output::Output;
use crate::write::transfer::{Leading, Origin, Transfer};
use crate::write::{attributes, header, heap, links};

/// Objects one after the other.
#[derive(Default)]
pub(super) struct Copying {
    heap: HeapState,
    next: usize,
    active: Option<Active>,
    done: u64,
    /// Bytes of the objects before this one.
    before: u64,
    /// Where the root group's symbol table is.
    pub cache: Option<Cache>,
}

/// The object that is being copied.
struct Active {
    object: Object,
    /// Attributes that are the copy's already.
    told: usize,
    /// What else refers to something is the copy's already.
    settled: bool,
    elements: Option<Elements>,
}

impl Copying {
    /// Bytes of elements copied.
    pub fn done(&self) -> u64 {
        self.done
    }

    /// Chunks of the object that is being copied, if the next of them can be made apart.
    pub fn apart(&mut self, scan: &Scan) -> Option<ApartChunks> {
        let dataset = scan.from(self.next)?;
        let (chunks, set) = self.chunks()?;
        chunks.apart(set, dataset)
    }

    /// The next of them.
    pub fn hand_out(&mut self, most: usize) -> Vec<ApartBox> {
        self.chunks().map_or_else(Vec::new, |(chunks, _)| chunks.hand_out(most))
    }

    /// Stores the next one.
    pub fn put(&mut self, out: &mut Output, bytes: &[u8], mask: u32) -> Result<()> {
        let nothing = || Error::argument("a chunk that nobody waits for");
        let (chunks, set) = self.chunks().ok_or_else(nothing)?;
        let elements = chunks.put(out, bytes, mask)?;
        let size = u64::from(set.parts.datatype.size);
        self.done = self.done.saturating_add(elements.saturating_mul(size));
        Ok(())
    }

    fn chunks(&mut self) -> Option<(&mut Chunks, &Set)> {
        let active = self.active.as_mut()?;
        let Body::Dataset(set) = &active.object.body else { return None };
        Some((active.elements.as_mut()?.chunks()?, set))
    }

    /// Does a little; false if nothing is left.
    pub fn step(
        &mut self,
        source: &Medium,
        scan: &Scan,
        out: &mut Output,
        options: &RepackOptions,
    ) -> Result<bool> {
        if self.next >= scan.count() {
            return Ok(false);
        }
        self.object(source, scan, out, options).on(&scan.path(self.next))?;
        Ok(true)
    }

    fn object(
        &mut self,
        source: &Medium,
        scan: &Scan,
        out: &mut Output,
        options: &RepackOptions,
    ) -> Result<()> {
        let active = match &mut self.active {
            Some(active) => active,
            none => {
                scan.announce(source, self.next)?;
                let object = scan.open(source, out, options, self.next)?;
                none.insert(Active { object, told: 0, settled: false, elements: None })
            }
        };
        let mut carrier = Carrier { source, heap: &mut self.heap, scan };
        active.attributes(&mut carrier, out)?;
        if !active.settled {
            active.settle(&mut carrier, out)?;
            active.settled = true;
        }
        match active.step(&mut carrier, out)? {
            Some(bytes) => self.done = self.done.saturating_add(bytes),
            None => {
                let cache = active.write(scan, self.next, out)?;
                if self.next == 0 {
                    self.cache = cache;
                }
                out.pass_on()?;
                // Also what the source has not stored.
                self.before = self.before.saturating_add(active.bytes()?);
                self.done = self.before;
                self.active = None;
                self.next += 1;
            }
        }
        Ok(())
    }
}

/// Where what is carried over comes from.
pub(super) struct Carrier<'a> {
    pub source: &'a Medium,
    heap: &'a mut HeapState,
    scan: &'a Scan,
}

impl Carrier<'_> {
    /// Carries elements to a file in which references lead to copies.
    pub fn transfer<'b>(&'b mut self, out: &'b mut Output) -> Transfer<'b> {
        let references = Leading::ToCopies(self.scan);
        Transfer { source: Origin::There(self.source), heap: self.heap, references, out }
    }
}

impl Active {
    fn attributes(&mut self, carrier: &mut Carrier<'_>, out: &mut Output) -> Result<()> {
        while let Some(attribute) = self.object.attributes.get_mut(self.told) {
            let mut data = std::mem::take(&mut attribute.data);
            let moved = carrier.transfer(out).elements(&attribute.datatype, &mut data);
            attribute.data = data;
            moved.map_err(|e| in_attribute(e, attribute))?;
            self.told += 1;
        }
        Ok(())
    }

    /// Puts into a dataset's messages what could not be known before.
    fn settle(&mut self, carrier: &mut Carrier<'_>, out: &mut Output) -> Result<()> {
        let Body::Dataset(set) = &mut self.object.body else { return Ok(()) };
        if set.plan.elsewhere && matches!(set.parts.layout, Layout::Virtual { .. }) {
            let list = layout::mappings(carrier.source, &set.parts.layout)?;
            set.plan.layout = dataset::remapped(out, list)?;
        }
        if let FillStatus::User(value) = &mut set.plan.fill.status {
            let moved = carrier.transfer(out).elements(&set.parts.datatype, value);
            moved.map_err(|e| e.within("fill value"))?;
        }
        if set.plan.elsewhere && !set.parts.external.is_empty() {
            set.names = heap::create_names(out, set.files()?.0, 0)?;
        }
        Ok(())
    }

    /// Copies a batch or a chunk and says how many bytes that were; `None` at the end.
    fn step(&mut self, carrier: &mut Carrier<'_>, out: &mut Output) -> Result<Option<u64>> {
        let Body::Dataset(set) = &mut self.object.body else { return Ok(None) };
        if !set.is_copied()? {
            return Ok(None);
        }
        let elements = match &mut self.elements {
            Some(elements) => elements,
            none => none.insert(Elements::new(carrier.source, set, out)?),
        };
        let done = elements.step(carrier, set, out)?;
        if done.is_none() {
            set.plan.layout = elements.finish(out)?;
        }
        Ok(done)
    }

    /// Bytes of its elements, if they are copied.
    fn bytes(&self) -> Result<u64> {
        match &self.object.body {
            Body::Dataset(set) if set.is_copied()? => choice::bytes(&set.parts),
            _ => Ok(0),
        }
    }

    /// Writes the object. Where its symbol table is, if it has one.
    fn write(&self, scan: &Scan, i: usize, out: &mut Output) -> Result<Option<Cache>> {
        let Some((address, len, references)) = scan.place(i) else {
            return Err(Error::argument("there is no such object"));
        };
        let mut stage = self.object.staged(out, references, &|from| scan.to(from))?;
        let top = stage.top();
        let group = stage.node(top).group;
        if group {
            links::size(out, &mut stage, top)?;
        }
        attributes::settle(out, stage.node_mut(top), true)?;
        header::place(out, stage.node_mut(top), address, len)?;
        if group {
            links::fill(out, &mut stage, top)?;
        }
        out.trim_heap()?;
        header::write(out, stage.node_mut(top))?;
        let table = stage.node(top).message(kind::SYMBOL_TABLE);
        let table = table.map(|m| SymbolTable::decode(&mut out.reader(&m.data))).transpose()?;
        Ok(table.map(|table| Cache::Group { btree: table.btree, heap: table.heap }))
    }
}

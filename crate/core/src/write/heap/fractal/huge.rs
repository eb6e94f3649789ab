//! Objects that are too large for blocks: each has a place of its own, and a record in a v2 B-tree.

use super::Heap;
use crate::bytes::{Addr, Reader};
use crate::error::{Error, Result};
use crate::filter;
use crate::format::heap::fractal::HeapId;
use crate::limits::Limits;
use crate::write::output::Output;
use crate::write::tree2::{NODE, Tree};
use std::cmp::Ordering;

/// Flag of a heap that has given out its last key of a huge object.
const WRAPPED: u8 = 0x01;

/// A record of the tree.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Huge {
    address: Addr,
    /// Stored bytes.
    length: u64,
    /// Filters skipped and unfiltered bytes, in heaps with filters.
    filtered: Option<(u32, u64)>,
    /// What ids say, unless they say the place itself.
    key: Option<u64>,
}

/// What records of a heap's tree look like.
#[derive(Clone, Copy)]
pub(super) struct Form {
    filtered: bool,
    keys: bool,
}

impl Form {
    fn record_type(self) -> u8 {
        match (self.keys, self.filtered) {
            (true, false) => 1,
            (true, true) => 2,
            (false, false) => 3,
            (false, true) => 4,
        }
    }

    fn size(self, out: &Output) -> u16 {
        let ctx = out.medium.ctx;
        let (o, l) = (u16::from(ctx.addr_width), u16::from(ctx.len_width));
        o + l + if self.filtered { 4 + l } else { 0 } + if self.keys { l } else { 0 }
    }

    fn decode(self, out: &Output, record: &[u8]) -> Result<Huge> {
        let mut r = Reader::new(record, 0, out.medium.ctx);
        let (address, length) = (r.defined_addr("huge object")?, r.len()?);
        let filtered = if self.filtered { Some((r.u32()?, r.len()?)) } else { None };
        let key = if self.keys { Some(r.len()?) } else { None };
        Ok(Huge { address, length, filtered, key })
    }
}

impl Huge {
    fn encode(&self, out: &Output) -> Vec<u8> {
        let mut w = out.writer();
        w.addr(Some(self.address)).length(self.length);
        if let Some((mask, size)) = self.filtered {
            w.u32(mask).length(size);
        }
        if let Some(key) = self.key {
            w.length(key);
        }
        w.into_bytes()
    }

    /// Records are in the order of their keys, or of their places where they have none.
    fn compare(&self, other: &Huge) -> Ordering {
        (self.key, self.address, self.length).cmp(&(other.key, other.address, other.length))
    }

    /// Bytes of the object itself.
    fn size(&self) -> u64 {
        self.filtered.map_or(self.length, |(_, size)| size)
    }
}

impl Heap {
    pub(super) fn form(&self, out: &Output) -> Form {
        Form { filtered: self.header.filtering.is_some(), keys: !self.header.huge_direct(out.medium.ctx) }
    }

    /// The tree, if there is one.
    fn open_huge(&mut self, out: &Output) -> Result<Option<&mut Tree>> {
        if let (None, Some(address)) = (&self.huge, self.header.huge_btree) {
            let form = self.form(out);
            self.huge = Some(Tree::open(out, address, &[form.record_type()], form.size(out))?);
        }
        Ok(self.huge.as_mut())
    }

    pub(super) fn insert_huge(&mut self, out: &mut Output, object: &[u8]) -> Result<HeapId> {
        let form = self.form(out);
        let encoded = match &self.header.filtering {
            Some(filtering) => Some(filter::encode(&filtering.pipeline, object, &mut self.scratch)?),
            None => None,
        };
        let (stored, mask) = encoded.as_ref().map_or((object, 0), |(stored, mask)| (stored, *mask));
        let length = stored.len() as u64;
        let address = out.space.allocate_raw(length)?;
        out.medium.write(address, stored)?;
        let filtered = form.filtered.then_some((mask, object.len() as u64));
        let key = if form.keys { Some(self.next_key()?) } else { None };
        let huge = Huge { address, length, filtered, key };
        if self.open_huge(out)?.is_none() {
            let tree = Tree::create(out, form.record_type(), form.size(out), NODE)?;
            self.header.huge_btree = Some(tree.address());
            self.huge = Some(tree);
        }
        if let Some(tree) = &mut self.huge {
            let record = huge.encode(out);
            tree.insert(out, &record, &mut |out, other| Ok(form.decode(out, other)?.compare(&huge)))?;
        }
        self.header.huge_objects = self.header.huge_objects.saturating_add(1);
        self.header.huge_bytes = self.header.huge_bytes.saturating_add(huge.size());
        Ok(match key {
            Some(key) => HeapId::Huge(key),
            None => HeapId::HugeAt { address, length, filtered },
        })
    }

    fn next_key(&mut self) -> Result<u64> {
        let last = self.header.last_key();
        if self.header.flags & WRAPPED != 0 || self.header.next_huge_id >= last {
            return Err(Error::limit("the heap has no more ids for large objects"));
        }
        self.header.next_huge_id += 1;
        if self.header.next_huge_id == last {
            self.header.flags |= WRAPPED;
        }
        Ok(self.header.next_huge_id)
    }

    /// The record that `id` stands for, or as much of it as is compared.
    fn wanted(id: &HeapId) -> Result<Huge> {
        match id {
            HeapId::Huge(key) => Ok(Huge { address: Addr(0), length: 0, filtered: None, key: Some(*key) }),
            HeapId::HugeAt { address, length, filtered } => {
                Ok(Huge { address: *address, length: *length, filtered: *filtered, key: None })
            }
            _ => Err(Error::malformed("no huge object")),
        }
    }

    pub(super) fn read_huge(&mut self, out: &Output, id: &HeapId) -> Result<Vec<u8>> {
        let (form, mut huge) = (self.form(out), Self::wanted(id)?);
        if huge.key.is_some() {
            let tree = self.open_huge(out)?.ok_or_else(unknown)?;
            let found = tree.find(out, &mut |out, other| Ok(form.decode(out, other)?.key.cmp(&huge.key)))?;
            huge = form.decode(out, &found.ok_or_else(unknown)?)?;
        }
        let bytes = out.medium.read(huge.address, huge.length)?;
        let (Some((mask, size)), Some(filtering)) = (huge.filtered, &self.header.filtering) else {
            return Ok(bytes);
        };
        let size = Limits::check(size, out.medium.limits.metadata_block, "a heap object")?;
        filter::decode(&filtering.pipeline, mask, &bytes, size, &mut self.scratch)
    }

    pub(super) fn remove_huge(&mut self, out: &mut Output, id: &HeapId) -> Result<()> {
        let (form, wanted) = (self.form(out), Self::wanted(id)?);
        let tree = self.open_huge(out)?.ok_or_else(unknown)?;
        let removed = tree.remove(out, &mut |out, other| {
            let other = form.decode(out, other)?;
            Ok(if form.keys { other.key.cmp(&wanted.key) } else { other.compare(&wanted) })
        })?;
        let huge = form.decode(out, &removed.ok_or_else(unknown)?)?;
        out.space.release_raw(huge.address, huge.length)?;
        self.header.huge_objects = self.header.huge_objects.saturating_sub(1);
        self.header.huge_bytes = self.header.huge_bytes.saturating_sub(huge.size());
        Ok(())
    }

    /// Gives the tree back if it is empty; keys start over then.
    pub(super) fn forget_huge(&mut self, out: &mut Output) -> Result<()> {
        if self.open_huge(out)?.is_some_and(|tree| tree.len() == 0)
            && let Some(tree) = self.huge.take()
        {
            tree.release(out)?;
            self.header.huge_btree = None;
            (self.header.next_huge_id, self.header.huge_objects, self.header.huge_bytes) = (0, 0, 0);
            self.header.flags &= !WRAPPED;
        }
        Ok(())
    }

    /// Gives back the tree and all objects that it knows.
    pub(super) fn release_huge(&mut self, out: &mut Output) -> Result<()> {
        let form = self.form(out);
        if self.open_huge(out)?.is_none() {
            return Ok(());
        }
        let Some(tree) = self.huge.take() else { return Ok(()) };
        let mut places = Vec::new();
        tree.each(out, &mut |record| {
            let huge = form.decode(out, record)?;
            places.push((huge.address, huge.length));
            Ok(())
        })?;
        for (address, length) in places {
            out.space.release_raw(address, length)?;
        }
        tree.release(out)
    }
}

fn unknown() -> Error {
    Error::malformed("no such huge object")
}

#[cfg(test)]
impl Form {
    /// Stored bytes of the object of a record.
    pub fn stored(self, out: &Output, record: &[u8]) -> u64 {
        self.decode(out, record).unwrap().length
    }
}

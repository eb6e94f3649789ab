//! Attributes of an object that has many or large ones: their messages in a fractal heap, found by the hash of their
//! names, and, where the object asks for it, by their places in creation order.

use crate::bytes::{Addr, Reader, lookup3};
use crate::error::{Context, Error, Result};
use crate::format::message::{AttributeInfo, AttributeMessage, flag, kind};
use crate::object::shared;
use crate::order;
use crate::write::heap::fractal::{Heap, Purpose};
use crate::write::output::Output;
use crate::write::tree2::{NODE, Tree};
use std::cmp::Ordering;

/// Records by name: heap id, u8 message flags, u32 creation order, u32 hash of the name.
const BY_NAME: u8 = 8;
const NAME_RECORD: u16 = 17;
/// Records by creation order: the same without the hash.
const BY_ORDER: u8 = 9;
const ORDER_RECORD: u16 = 13;
const HEAP_ID: usize = 8;
/// Creation order of attributes whose order is not tracked.
const UNTRACKED: u32 = 0xffff;

/// The body of an attribute message with what its record says of it.
pub(super) struct Stored {
    /// The body, or, of a shared message, the record that says where it is.
    pub body: Vec<u8>,
    /// Flags of the message.
    pub flags: u8,
    /// Place in creation order, where that is tracked.
    pub order: Option<u16>,
}

/// A record of one of the indexes.
struct Record {
    id: Vec<u8>,
    flags: u8,
    order: u32,
    hash: u32,
}

impl Record {
    /// Records by creation order have no hash.
    fn decode(out: &Output, bytes: &[u8]) -> Result<Record> {
        let mut r = Reader::new(bytes, 0, out.medium.ctx);
        let (id, flags, order) = (r.bytes(HEAP_ID)?.to_vec(), r.u8()?, r.u32()?);
        let hash = if r.is_empty() { 0 } else { r.u32()? };
        Ok(Record { id, flags, order, hash })
    }

    fn by_order(&self) -> Vec<u8> {
        [self.id.as_slice(), &[self.flags], &self.order.to_le_bytes()].concat()
    }

    fn by_name(&self) -> Vec<u8> {
        [self.by_order(), self.hash.to_le_bytes().to_vec()].concat()
    }
}

/// The message that a record leads to.
fn body(out: &Output, heap: &mut Heap, record: &Record) -> Result<Vec<u8>> {
    if record.flags & flag::SHARED != 0 {
        return shared::from_heap(&out.medium, kind::ATTRIBUTE, &record.id).map(|(body, _)| body);
    }
    heap.read(out, &record.id)
}

fn name_of(out: &Output, body: &[u8]) -> Result<Vec<u8>> {
    AttributeMessage::decode_name(&mut Reader::new(body, 0, out.medium.ctx))
}

/// Compares a record of the index of names with a name. Names of equal hashes are in the heap.
fn compare(out: &Output, heap: &mut Heap, record: &[u8], name: &[u8]) -> Result<Ordering> {
    let (record, wanted) = (Record::decode(out, record)?, lookup3(name, 0));
    if record.hash != wanted {
        return Ok(record.hash.cmp(&wanted));
    }
    let body = body(out, heap, &record)?;
    Ok(name_of(out, &body)?.as_slice().cmp(name))
}

/// The dense attributes of an object, open for changes. What changes is complete in the file after
/// [`close`](Self::close).
pub(super) struct DenseAttributes {
    heap: Heap,
    by_name: Tree,
    by_order: Option<Tree>,
}

impl DenseAttributes {
    /// Makes an empty heap and indexes; `info` gets their addresses. Whether creation order is indexed is what `info`
    /// says.
    pub fn create(out: &mut Output, info: &mut AttributeInfo) -> Result<DenseAttributes> {
        let heap = Heap::create(out, Purpose::Attributes, None)?;
        let by_name = Tree::build(out, BY_NAME, NAME_RECORD, NODE, &[])?;
        let mut by_order = None;
        if let Some(address) = &mut info.order_btree {
            let tree = Tree::build(out, BY_ORDER, ORDER_RECORD, NODE, &[])?;
            *address = Some(tree.address());
            by_order = Some(tree);
        }
        (info.heap, info.name_btree) = (Some(heap.address()), Some(by_name.address()));
        Ok(DenseAttributes { heap, by_name, by_order })
    }

    /// Opens the attributes that `info` leads to.
    pub fn open(out: &Output, info: &AttributeInfo) -> Result<DenseAttributes> {
        let none = || Error::malformed("dense attributes without a heap or without an index of names");
        let (heap, names) = info.heap.zip(info.name_btree).ok_or_else(none)?;
        let by_name = Tree::open(out, names, &[BY_NAME], NAME_RECORD.into()).within("dense attributes")?;
        let by_order = match info.order_btree {
            Some(Some(tree)) => {
                Some(Tree::open(out, tree, &[BY_ORDER], ORDER_RECORD.into()).within("dense attributes")?)
            }
            Some(None) => return Err(none()),
            None => None,
        };
        Ok(DenseAttributes { heap: Heap::open(out, heap).within("dense attributes")?, by_name, by_order })
    }

    /// How many attributes there are.
    pub fn len(&self) -> u64 {
        self.by_name.len()
    }

    /// Adds an attribute; an error if there is one of its name.
    pub fn insert(&mut self, out: &mut Output, name: &[u8], stored: &Stored) -> Result<()> {
        self.try_insert(out, name, stored).within("dense attributes")
    }

    fn try_insert(&mut self, out: &mut Output, name: &[u8], stored: &Stored) -> Result<()> {
        let id = self.heap.insert(out, &stored.body)?;
        let order = stored.order.map_or(UNTRACKED, u32::from);
        let record = Record { id, flags: stored.flags, order, hash: lookup3(name, 0) };
        let heap = &mut self.heap;
        self.by_name.insert(out, &record.by_name(), &mut |out, other| compare(out, heap, other, name))?;
        if let Some(tree) = &mut self.by_order {
            let compare = &mut |out: &Output, other: &[u8]| Ok(Record::decode(out, other)?.order.cmp(&order));
            tree.insert(out, &record.by_order(), compare)?;
        }
        Ok(())
    }

    /// Takes an attribute away and returns its message.
    pub fn remove(&mut self, out: &mut Output, name: &[u8]) -> Result<Option<Vec<u8>>> {
        self.try_remove(out, name).within("dense attributes")
    }

    fn try_remove(&mut self, out: &mut Output, name: &[u8]) -> Result<Option<Vec<u8>>> {
        let heap = &mut self.heap;
        let removed = self.by_name.remove(out, &mut |out, record| compare(out, heap, record, name))?;
        let Some(record) = removed else { return Ok(None) };
        let record = Record::decode(out, &record)?;
        if record.flags & flag::SHARED != 0 {
            return Err(Error::unsupported("deleting an attribute that other objects may share"));
        }
        let body = self.heap.read(out, &record.id)?;
        if let Some(tree) = &mut self.by_order {
            let order = record.order;
            let compare = &mut |out: &Output, other: &[u8]| Ok(Record::decode(out, other)?.order.cmp(&order));
            let removed = tree.remove(out, compare)?;
            if removed.as_deref().and_then(|r| r.get(..HEAP_ID)) != Some(&record.id) {
                return Err(Error::malformed("an attribute that is not in the index of creation order"));
            }
        }
        self.heap.remove(out, &record.id)?;
        Ok(Some(body))
    }

    /// All attributes, those that were created first first where that is known; `None` if one of them is shared.
    pub fn list(&mut self, out: &Output, tracked: bool) -> Result<Option<Vec<Stored>>> {
        let mut records = Vec::new();
        self.by_name.each(out, &mut |record| {
            records.push(Record::decode(out, record)?);
            Ok(())
        })?;
        order::sort_by_key(&mut records, |record| record.order);
        let mut all = Vec::with_capacity(records.len());
        for Record { id, flags, order, .. } in records {
            if flags & flag::SHARED != 0 {
                return Ok(None);
            }
            let order = tracked.then(|| u16::try_from(order).ok()).flatten();
            all.push(Stored { body: self.heap.read(out, &id)?, flags, order });
        }
        Ok(Some(all))
    }

    /// Writes what has changed.
    pub fn close(self, out: &mut Output) -> Result<()> {
        self.heap.close(out)
    }

    /// Gives back everything that the attributes take; `info` forgets where they were.
    pub fn release(self, out: &mut Output, info: &mut AttributeInfo) -> Result<()> {
        self.heap.release(out)?;
        self.by_name.release(out)?;
        if let Some(tree) = self.by_order {
            tree.release(out)?;
        }
        (info.heap, info.name_btree) = (None, None);
        info.order_btree = info.order_btree.map(|_: Option<Addr>| None);
        Ok(())
    }
}

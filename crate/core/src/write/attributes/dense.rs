//! Attributes of an object that has many or large ones: their messages in a fractal heap, found by the hash of their
//! names, and, where the object asks for it, by their places in creation order.

use crate::bytes::{Addr, Reader, lookup3};
use crate::error::{Context, Error, Result};
use crate::format::message::{AttributeInfo, AttributeMessage, Shared, flag, kind};
use crate::object::shared;
use crate::order;
use crate::write::heap::fractal::{Heap, Purpose};
use crate::write::output::Output;
use crate::write::tree2::{NODE, Tree};
use std::cmp::Ordering;

/// Records by name: heap id, u8 message flags, u32 creation order, u32 hash.
const BY_NAME: u8 = 8;
/// Records by creation order: the same without the hash.
const BY_ORDER: u8 = 9;
const HEAP_ID: usize = 8;
const HASHED: u16 = 17;
const ORDERED: u16 = 13;
/// Creation order where it is not tracked.
const UNTRACKED: u16 = u16::MAX;

/// An attribute as a message: what dense attributes are made of, and become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stored {
    /// Body of the message. If the flags say that it is shared, a record of where it is.
    pub body: Vec<u8>,
    /// Flags of the message; of interest is whether it is shared.
    pub flags: u8,
    /// Place in creation order, where that is tracked.
    pub order: Option<u16>,
}

/// The dense attributes of an object, open for changes. What changes is complete in the file after
/// [`close`](Self::close). After an error they are of no use any more.
pub(super) struct DenseAttributes {
    heap: Heap,
    by_name: Tree,
    by_order: Option<Tree>,
}

/// A record of either index; the one of creation order has no hash.
#[derive(Clone, Copy)]
struct Record {
    id: [u8; HEAP_ID],
    flags: u8,
    order: u32,
    hash: u32,
}

impl Record {
    fn decode(out: &Output, bytes: &[u8]) -> Result<Record> {
        let mut r = Reader::new(bytes, 0, out.medium.ctx);
        let mut id = [0; HEAP_ID];
        id.copy_from_slice(r.bytes(HEAP_ID)?);
        let (flags, order) = (r.u8()?, r.u32()?);
        Ok(Record { id, flags, order, hash: if r.is_empty() { 0 } else { r.u32()? } })
    }

    fn ordered(&self) -> Vec<u8> {
        [self.id.as_slice(), &[self.flags], &self.order.to_le_bytes()].concat()
    }

    fn hashed(&self) -> Vec<u8> {
        [self.ordered().as_slice(), &self.hash.to_le_bytes()].concat()
    }

    fn is_shared(&self) -> bool {
        self.flags & flag::SHARED != 0
    }

    /// The attribute's message, wherever it is.
    fn message(&self, out: &Output, heap: &mut Heap) -> Result<Vec<u8>> {
        match self.is_shared() {
            true => Ok(shared::from_heap(&out.medium, kind::ATTRIBUTE, &self.id)?.0),
            false => heap.read(out, &self.id),
        }
    }

    fn stored(&self, out: &Output, heap: &mut Heap) -> Result<Stored> {
        let body = match self.is_shared() {
            true => out.encoded(&Shared::Heap(self.id))?,
            false => heap.read(out, &self.id)?,
        };
        let order = u16::try_from(self.order).ok().filter(|order| *order != UNTRACKED);
        Ok(Stored { body, flags: self.flags, order })
    }
}

/// The name in a message.
fn name(out: &Output, message: &[u8]) -> Result<Vec<u8>> {
    AttributeMessage::decode_name(&mut Reader::new(message, 0, out.medium.ctx))
}

/// Compares a record of the index of names with a name. Names of equal hashes are in the heap.
fn compare(out: &Output, heap: &mut Heap, record: &[u8], wanted: &[u8]) -> Result<Ordering> {
    let (record, hash) = (Record::decode(out, record)?, lookup3(wanted, 0));
    if record.hash != hash {
        return Ok(record.hash.cmp(&hash));
    }
    let message = record.message(out, heap)?;
    Ok(name(out, &message)?.as_slice().cmp(wanted))
}

/// Compares a record of the index of creation order with a place in it.
fn compare_order(out: &Output, record: &[u8], wanted: u32) -> Result<Ordering> {
    Ok(Record::decode(out, record)?.order.cmp(&wanted))
}

impl DenseAttributes {
    /// Puts `attributes` into a heap and indexes; `info` gets their addresses. Whether creation order is indexed is what
    /// `info` says.
    pub fn create(
        out: &mut Output,
        info: &mut AttributeInfo,
        attributes: &[Stored],
    ) -> Result<DenseAttributes> {
        let mut heap = Heap::create(out, Purpose::Attributes, None)?;
        let mut records = Vec::with_capacity(attributes.len());
        let mut names = Vec::with_capacity(attributes.len());
        for attribute in attributes {
            let (name, record) = put(out, &mut heap, attribute)?;
            records.push(record);
            names.push(name);
        }
        let sorted = order::indices(records.len(), &mut |a, b| {
            (records[a].hash, &names[a]).cmp(&(records[b].hash, &names[b]))
        });
        let hashed: Vec<u8> = sorted.iter().flat_map(|i| records[*i].hashed()).collect();
        let by_name = Tree::build(out, BY_NAME, HASHED, NODE, &hashed)?;
        let mut by_order = None;
        if let Some(address) = &mut info.order_btree {
            order::sort_by_key(&mut records, |record| record.order);
            let ordered: Vec<u8> = records.iter().flat_map(Record::ordered).collect();
            let tree = Tree::build(out, BY_ORDER, ORDERED, NODE, &ordered)?;
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
        let by_name = Tree::open(out, names, &[BY_NAME], HASHED).within("dense attributes")?;
        let by_order = match info.order_btree {
            Some(Some(tree)) => Some(Tree::open(out, tree, &[BY_ORDER], ORDERED).within("dense attributes")?),
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
    pub fn insert(&mut self, out: &mut Output, attribute: &Stored) -> Result<()> {
        self.try_insert(out, attribute).within("dense attributes")
    }

    fn try_insert(&mut self, out: &mut Output, attribute: &Stored) -> Result<()> {
        let (name, record) = put(out, &mut self.heap, attribute)?;
        let heap = &mut self.heap;
        self.by_name.insert(out, &record.hashed(), &mut |out, other| compare(out, heap, other, &name))?;
        if let Some(tree) = &mut self.by_order {
            tree.insert(out, &record.ordered(), &mut |out, other| compare_order(out, other, record.order))?;
        }
        Ok(())
    }

    /// Takes an attribute away and returns it. What a shared one shares stays where it is.
    pub fn remove(&mut self, out: &mut Output, name: &[u8]) -> Result<Option<Stored>> {
        self.try_remove(out, name).within("dense attributes")
    }

    fn try_remove(&mut self, out: &mut Output, name: &[u8]) -> Result<Option<Stored>> {
        let heap = &mut self.heap;
        let removed = self.by_name.remove(out, &mut |out, record| compare(out, heap, record, name))?;
        let Some(removed) = removed else { return Ok(None) };
        let record = Record::decode(out, &removed)?;
        if let Some(tree) = &mut self.by_order {
            let removed = tree.remove(out, &mut |out, other| compare_order(out, other, record.order))?;
            if removed.is_none_or(|removed| removed != record.ordered()) {
                return Err(Error::malformed("an attribute that is not in the index of creation order"));
            }
        }
        let stored = record.stored(out, &mut self.heap)?;
        if !record.is_shared() {
            self.heap.remove(out, &record.id)?;
        }
        Ok(Some(stored))
    }

    /// All attributes, in creation order where that is tracked.
    pub fn list(&mut self, out: &Output) -> Result<Vec<Stored>> {
        let mut records = Vec::new();
        self.by_name.each(out, &mut |record| {
            records.push(Record::decode(out, record)?);
            Ok(())
        })?;
        let mut all = Vec::with_capacity(records.len());
        for record in records {
            all.push(record.stored(out, &mut self.heap).within("dense attributes")?);
        }
        order::sort_by_key(&mut all, |attribute| attribute.order);
        Ok(all)
    }

    /// Writes what has changed.
    pub fn close(self, out: &mut Output) -> Result<()> {
        self.heap.close(out)
    }

    /// Gives back everything that the attributes take, but not what shared ones share; `info` forgets where they were.
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

/// Puts an attribute's message into the heap, unless it is shared. Returns its name and its record.
fn put(out: &mut Output, heap: &mut Heap, attribute: &Stored) -> Result<(Vec<u8>, Record)> {
    let order = attribute.order.unwrap_or(UNTRACKED).into();
    let mut record = Record { id: [0; HEAP_ID], flags: attribute.flags & flag::SHARED, order, hash: 0 };
    let name = if record.is_shared() {
        let Shared::Heap(id) = Shared::decode(&mut Reader::new(&attribute.body, 0, out.medium.ctx))? else {
            return Err(Error::unsupported("an attribute that is another object's"));
        };
        record.id = id;
        name(out, &shared::from_heap(&out.medium, kind::ATTRIBUTE, &id)?.0)?
    } else {
        record.id = whole(&heap.insert(out, &attribute.body)?)?;
        name(out, &attribute.body)?
    };
    record.hash = lookup3(&name, 0);
    Ok((name, record))
}

fn whole(id: &[u8]) -> Result<[u8; HEAP_ID]> {
    id.try_into().map_err(|_| Error::malformed(format!("heap ids of {} bytes for attributes", id.len())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::datatype::{CharacterSet, Datatype};
    use crate::format::message::{Dataspace, Shareable};
    use crate::format::superblock::Superblock;
    use crate::format::symbol_table::Cache;
    use std::collections::BTreeMap;

    type Model = BTreeMap<Vec<u8>, Stored>;

    fn attribute(out: &Output, i: u16, size: u64, ordered: bool) -> Stored {
        let message = AttributeMessage {
            name: format!("attribute {i}").into_bytes(),
            charset: CharacterSet::Ascii,
            datatype: Shareable::Here(Datatype::integer(1, true)),
            dataspace: Shareable::Here(Dataspace::simple(vec![size])),
            data: vec![i as u8; size as usize],
        };
        let body = out.encoded(&message).unwrap();
        Stored { body, flags: 0, order: ordered.then_some(i) }
    }

    fn check(out: &Output, info: &AttributeInfo, model: &Model) {
        let mut dense = DenseAttributes::open(out, info).unwrap();
        assert_eq!(dense.len(), model.len() as u64);
        let all = dense.list(out).unwrap();
        assert!(all.iter().map(|a| a.order).is_sorted());
        assert_eq!(all.len(), model.len());
        assert!(all.iter().all(|a| model.get(&name(out, &a.body).unwrap()) == Some(a)));
        if let Some(tree) = &dense.by_order {
            let mut orders = Vec::new();
            tree.each(out, &mut |record| {
                let record = Record::decode(out, record)?;
                let mut heap = Heap::open(out, info.heap.unwrap())?;
                let name = name(out, &record.message(out, &mut heap)?)?;
                assert_eq!(model[&name].order.map(u32::from), Some(record.order));
                orders.push(record.order);
                Ok(())
            })
            .unwrap();
            assert!(orders.is_sorted() && orders.len() == model.len());
        }
        let mut find = |name: &[u8]| {
            let heap = &mut dense.heap;
            let found = dense.by_name.find(out, &mut |out, record| compare(out, heap, record, name)).unwrap();
            found.map(|record| Record::decode(out, &record).unwrap().stored(out, &mut dense.heap).unwrap())
        };
        for (name, attribute) in model.iter().take(20) {
            assert_eq!(find(name).as_ref(), Some(attribute));
        }
        assert_eq!(find(b"none of them"), None);
    }

    #[test]
    fn attributes_come_and_go() {
        for indexed in [false, true] {
            let mut out = Output::new(&Superblock::earliest(Addr(0), Cache::None, 0)).unwrap();
            let mut info = AttributeInfo { order_btree: indexed.then_some(None), ..AttributeInfo::default() };
            let first: Vec<Stored> = (0..9).map(|i| attribute(&out, i, 40, indexed)).collect();
            let mut model: Model = first.iter().map(|a| (name(&out, &a.body).unwrap(), a.clone())).collect();
            DenseAttributes::create(&mut out, &mut info, &first).unwrap().close(&mut out).unwrap();
            check(&out, &info, &model);
            for round in 0..6 {
                let mut dense = DenseAttributes::open(&out, &info).unwrap();
                for i in 0..80 {
                    let size = if i % 9 == 5 { 10_000 } else { u64::from(i) };
                    let new = attribute(&out, 9 + round * 80 + i, size, indexed);
                    dense.insert(&mut out, &new).unwrap();
                    model.insert(name(&out, &new.body).unwrap(), new);
                }
                let names: Vec<Vec<u8>> = model.keys().step_by(2).cloned().collect();
                for name in &names {
                    assert_eq!(dense.remove(&mut out, name).unwrap(), model.remove(name));
                    assert!(dense.remove(&mut out, name).unwrap().is_none());
                }
                dense.close(&mut out).unwrap();
                check(&out, &info, &model);
            }
            let mut dense = DenseAttributes::open(&out, &info).unwrap();
            assert!(dense.insert(&mut out, model.values().next().unwrap()).is_err());
            let dense = DenseAttributes::open(&out, &info).unwrap();
            dense.release(&mut out, &mut info).unwrap();
            let none = AttributeInfo { order_btree: indexed.then_some(None), ..AttributeInfo::default() };
            assert_eq!((info, out.space.unused()), (none, 0));
        }
    }
}

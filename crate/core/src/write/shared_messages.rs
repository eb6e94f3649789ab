//! Messages that objects share: the file's table of them, with an index and a heap for each kind.
//!
//! Objects that are changed give up what they share; what is new is not shared. A message leaves its index, and the heap,
//! with its last user.

use super::heap::fractal::Heap;
use super::output::Output;
use super::tree2::Tree;
use crate::bytes::{Addr, lookup3};
use crate::error::{Context, Error, Result};
use crate::format::header::RawMessage;
use crate::format::message::{AttributeMessage, Shareable, Shared, flag, kind};
use crate::format::shared_messages::{self as format, SharedIndex};
use crate::format::shared_record::{SharedPlace, SharedRecord, decode_list, encode_list, list_size};
use crate::object::header::ObjectHeader;
use crate::object::shared;
use crate::storage::Medium;
use std::cmp::Ordering;

const LIST: u8 = 0;
const TREE: u8 = 1;
/// Type of the records of an index that is a tree.
const RECORDS: u8 = 7;

/// Whether attributes are shared: then all objects keep their attributes' order of creation.
pub(super) fn share_attributes(medium: &Medium) -> Result<bool> {
    Ok(Table::open(medium)?.is_some_and(|table| table.indexes.iter().any(|i| i.holds(kind::ATTRIBUTE))))
}

/// A message of the object at `header` goes. Returns its body if no other object has it.
pub(super) fn lose(out: &mut Output, header: Option<Addr>, message: &RawMessage) -> Result<Option<Vec<u8>>> {
    if message.flags & flag::SHARED != 0 {
        return match Shared::decode(&mut out.reader(&message.data))? {
            Shared::Committed(_) => Ok(None),
            Shared::Heap(id) => release(out, message.kind, &id),
        };
    }
    let mut gone = true;
    if message.flags & flag::SHAREABLE != 0
        && out.medium.shared_messages.is_some()
        && let Some(address) = header
    {
        gone = lose_here(out, address, message).within("shared message")?;
    }
    Ok(gone.then(|| message.data.clone()))
}

/// A message that stands in the header at `address` goes, and its index may know it. It may count among the users of an
/// equal one in the heap: the first of them stays where it is. Whether no other object has it.
fn lose_here(out: &mut Output, address: Addr, message: &RawMessage) -> Result<bool> {
    let index = message.creation_index.filter(|_| message.kind == kind::ATTRIBUTE).unwrap_or(0);
    let kind = u8::try_from(message.kind).unwrap_or(u8::MAX);
    let place = SharedPlace::Header { kind, index, address };
    // In old headers messages are longer than what was hashed, by zeros.
    let mut body = message.data.as_slice();
    for _ in 0..8 {
        let wanted = Wanted { hash: lookup3(body, message.kind.into()), body, place };
        let index = Index::open(out, message.kind)?;
        match index.find(out, &wanted)? {
            Some(SharedRecord { place: SharedPlace::Header { address: other, .. }, .. })
                if other != address => {}
            Some(found) => return index.lose(out, found, body),
            None => {}
        }
        match body.split_last() {
            Some((0, rest)) => body = rest,
            _ => break,
        }
    }
    Ok(true)
}

/// An attribute is no more: the parts of it that it shares have a user less.
pub(super) fn lose_parts(out: &mut Output, attribute: &AttributeMessage) -> Result<()> {
    if let Shareable::There(Shared::Heap(id)) = &attribute.datatype {
        release(out, kind::DATATYPE, id)?;
    }
    if let Shareable::There(Shared::Heap(id)) = &attribute.dataspace {
        release(out, kind::DATASPACE, id)?;
    }
    Ok(())
}

/// A message of the heap has a user less. Returns it if that was the last one.
fn release(out: &mut Output, kind: u16, id: &[u8; 8]) -> Result<Option<Vec<u8>>> {
    let body = shared::from_heap(&out.medium, kind, id)?.0;
    let place = SharedPlace::Heap { users: 0, id: *id };
    let wanted = Wanted { hash: lookup3(&body, kind.into()), body: &body, place };
    let index = Index::open(out, kind)?;
    let gone = match index.find(out, &wanted).within("shared message")? {
        Some(found) => index.lose(out, found, &body).within("shared message")?,
        None => return Err(Error::malformed("a shared message that is not in its index")),
    };
    Ok(gone.then_some(body))
}

/// The file's table.
struct Table {
    address: Addr,
    indexes: Vec<SharedIndex>,
}

impl Table {
    fn open(medium: &Medium) -> Result<Option<Table>> {
        let Some((address, count)) = medium.shared_messages else { return Ok(None) };
        let bytes = medium.read(address, format::table_size(medium.ctx, count) as u64)?;
        let indexes = format::decode(&mut medium.reader(&bytes, address), count)?;
        Ok(Some(Table { address, indexes }))
    }
}

/// What is looked for in an index.
struct Wanted<'a> {
    hash: u32,
    body: &'a [u8],
    place: SharedPlace,
}

impl Wanted<'_> {
    fn is(&self, record: &SharedRecord) -> bool {
        match (record.place, self.place) {
            (SharedPlace::Heap { id, .. }, SharedPlace::Heap { id: wanted, .. }) => id == wanted,
            (place, wanted) => place == wanted,
        }
    }
}

/// The index of one kind of messages.
struct Index {
    table: Addr,
    others: Vec<SharedIndex>,
    number: usize,
    about: SharedIndex,
    address: Addr,
    heap: Addr,
}

impl Index {
    fn open(out: &Output, kind: u16) -> Result<Index> {
        let missing = || Error::malformed(format!("no index of shared messages holds type {kind:#x}"));
        let Table { address: table, indexes: others } = Table::open(&out.medium)?.ok_or_else(missing)?;
        let number = others.iter().position(|index| index.holds(kind)).ok_or_else(missing)?;
        let about = others.get(number).copied().ok_or_else(missing)?;
        let (address, heap) = about.index.zip(about.heap).ok_or_else(missing)?;
        if !matches!(about.kind, LIST | TREE) {
            return Err(Error::unsupported(format!("an index of shared messages of kind {}", about.kind)));
        }
        Ok(Index { table, others, number, about, address, heap })
    }

    /// The record of a message, by its place or by what it says.
    fn find(&self, out: &Output, wanted: &Wanted<'_>) -> Result<Option<SharedRecord>> {
        if self.about.kind == TREE {
            let found = self.tree(out)?.find(out, &mut |out, bytes| self.compare(out, bytes, wanted))?;
            return found.map(|bytes| SharedRecord::decode(&mut out.reader(&bytes))).transpose();
        }
        for record in self.records(out)? {
            if record.hash == wanted.hash && self.compare_record(out, &record, wanted)? == Ordering::Equal {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    /// A message has a user less; whether that was the last one.
    fn lose(mut self, out: &mut Output, found: SharedRecord, body: &[u8]) -> Result<bool> {
        if let SharedPlace::Heap { users, id } = found.place
            && users > 1
        {
            let place = SharedPlace::Heap { users: users - 1, id };
            self.put(out, found, body, Some(SharedRecord { place, ..found }))?;
            return Ok(false);
        }
        self.put(out, found, body, None)?;
        if let SharedPlace::Heap { id, .. } = found.place {
            let mut messages = Heap::open(out, self.heap)?;
            messages.remove(out, &id)?;
            messages.close(out)?;
        }
        self.shrink(out)?;
        Ok(true)
    }

    fn tree(&self, out: &Output) -> Result<Tree> {
        let size = u16::try_from(SharedRecord::stored_size(out.medium.ctx)).unwrap_or(u16::MAX);
        Tree::open(out, self.address, &[RECORDS], size)
    }

    /// All records, in the order in which they are kept.
    fn records(&self, out: &Output) -> Result<Vec<SharedRecord>> {
        if self.about.kind == LIST {
            let size = list_size(out.medium.ctx, self.about.messages) as u64;
            let bytes = out.medium.read(self.address, size)?;
            return decode_list(&mut out.medium.reader(&bytes, self.address), self.about.messages);
        }
        let mut all = Vec::new();
        self.tree(out)?.each(out, &mut |bytes| {
            all.push(SharedRecord::decode(&mut out.reader(bytes))?);
            Ok(())
        })?;
        Ok(all)
    }

    fn compare(&self, out: &Output, bytes: &[u8], wanted: &Wanted<'_>) -> Result<Ordering> {
        self.compare_record(out, &SharedRecord::decode(&mut out.reader(bytes))?, wanted)
    }

    /// Compares a record with what is looked for: by hash, then by length and bytes of the messages.
    fn compare_record(&self, out: &Output, record: &SharedRecord, wanted: &Wanted<'_>) -> Result<Ordering> {
        if record.hash != wanted.hash {
            return Ok(record.hash.cmp(&wanted.hash));
        }
        if wanted.is(record) {
            return Ok(Ordering::Equal);
        }
        let other = match record.place {
            SharedPlace::Heap { id, .. } => Heap::open(out, self.heap)?.read(out, &id)?,
            SharedPlace::Header { kind, address, .. } => {
                let header = ObjectHeader::open(&out.medium, address)?;
                header.find(kind.into()).map(|message| message.data.clone()).unwrap_or_default()
            }
        };
        Ok((other.len(), other.as_slice()).cmp(&(wanted.body.len(), wanted.body)))
    }

    /// Puts another record in the place of one, or none.
    fn put(
        &mut self,
        out: &mut Output,
        old: SharedRecord,
        body: &[u8],
        new: Option<SharedRecord>,
    ) -> Result<()> {
        let lost = || Error::malformed("a shared message that is not where it belongs");
        if self.about.kind == LIST {
            let mut records = self.records(out)?;
            let place = records.iter().position(|record| *record == old).ok_or_else(lost)?;
            records.splice(place..=place, new);
            self.write_list(out, &records)?;
        } else {
            let mut tree = self.tree(out)?;
            let wanted = Wanted { hash: old.hash, body, place: old.place };
            let order = &mut |out: &Output, bytes: &[u8]| self.compare(out, bytes, &wanted);
            let mut w = out.writer();
            let found = match new {
                Some(new) => {
                    new.encode(&mut w);
                    tree.update(out, w.as_bytes(), order)?
                }
                None => tree.remove(out, order)?.is_some(),
            };
            if !found {
                return Err(lost());
            }
        }
        if new.is_none() {
            self.about.messages = self.about.messages.saturating_sub(1);
        }
        self.write_table(out)
    }

    /// An index without messages is given back with its heap; a tree with few becomes a list.
    fn shrink(mut self, out: &mut Output) -> Result<()> {
        let SharedIndex { messages, list_max, btree_min, .. } = self.about;
        if messages == 0 {
            self.release_index(out)?;
            Heap::open(out, self.heap)?.release(out)?;
            (self.about.index, self.about.heap) = (None, None);
        } else if self.about.kind == TREE && messages < btree_min && messages <= list_max {
            let records = self.records(out)?;
            self.release_index(out)?;
            self.address = out.space.allocate(list_size(out.medium.ctx, list_max) as u64)?;
            self.about.index = Some(self.address);
            self.write_list(out, &records)?;
        } else {
            return Ok(());
        }
        self.write_table(out)
    }

    /// Gives back the list or tree. A new index is a list, unless trees may be empty.
    fn release_index(&mut self, out: &mut Output) -> Result<()> {
        if self.about.kind == LIST {
            return out.space.release(self.address, list_size(out.medium.ctx, self.about.list_max) as u64);
        }
        self.tree(out)?.release(out)?;
        if self.about.btree_min > 0 {
            self.about.kind = LIST;
        }
        Ok(())
    }

    fn write_list(&self, out: &mut Output, records: &[SharedRecord]) -> Result<()> {
        let mut w = out.writer();
        encode_list(records, self.about.list_max, &mut w);
        out.medium.write(self.address, w.as_bytes())
    }

    fn write_table(&mut self, out: &mut Output) -> Result<()> {
        if let Some(about) = self.others.get_mut(self.number) {
            *about = self.about;
        }
        let mut w = out.writer();
        format::encode(&self.others, &mut w);
        out.medium.write(self.table, w.as_bytes())
    }
}

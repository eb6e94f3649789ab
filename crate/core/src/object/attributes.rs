//! The attributes of an object, in its header or in a heap.

use super::fractal_heap::Heap;
use super::header::ObjectHeader;
use super::shared;
use super::tree2::Tree;
use crate::bytes::{Addr, Reader, lookup3};
use crate::error::{Context, Error, Result};
use crate::format::datatype::{CharacterSet, Datatype};
use crate::format::header::RawMessage;
use crate::format::message::{AttributeMessage, Dataspace, Shareable, flag, kind};
use crate::order;
use crate::storage::Medium;

/// Record type of the index of names: 8-byte heap id, u8 message flags, u32 creation order, u32 hash.
const BY_NAME: u8 = 8;
const HEAP_ID: usize = 8;

/// An attribute with everything it needs to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Name as stored.
    pub name: Vec<u8>,
    /// Character set of the name.
    pub charset: CharacterSet,
    /// Position in creation order, where it is tracked.
    pub creation_order: Option<u32>,
    /// Type of the elements.
    pub datatype: Datatype,
    /// The committed datatype this is.
    pub committed: Option<Addr>,
    /// Shape.
    pub dataspace: Dataspace,
    /// Elements in the file's type: exactly as many bytes as type and shape ask for.
    pub data: Vec<u8>,
}

/// All attributes in order of their names, compared as bytes.
pub fn list(medium: &Medium, object: &ObjectHeader) -> Result<Vec<Attribute>> {
    let mut all = Vec::new();
    for stored in stored(medium, object)? {
        all.push(stored.open(medium)?);
    }
    order::sort_by(&mut all, |a, b| a.name.cmp(&b.name));
    Ok(all)
}

/// The names of all attributes in order, compared as bytes: also where one of them cannot be read.
pub fn names(medium: &Medium, object: &ObjectHeader) -> Result<Vec<Vec<u8>>> {
    let all = stored(medium, object)?;
    let mut names = all.iter().map(|stored| stored.name(medium)).collect::<Result<Vec<_>>>()?;
    order::sort_by(&mut names, Vec::cmp);
    Ok(names)
}

/// The attribute of this name.
pub fn find(medium: &Medium, object: &ObjectHeader, name: &[u8]) -> Result<Option<Attribute>> {
    if let Some((heap, index)) = dense(medium, object)? {
        return find_dense(medium, object, heap, index, name);
    }
    for stored in compact(medium, object)? {
        if stored.name(medium)? == name {
            return stored.open(medium).map(Some);
        }
    }
    Ok(None)
}

/// The bytes of an attribute message and where they were.
struct Stored {
    data: Vec<u8>,
    origin: u64,
    creation_order: Option<u32>,
}

fn stored(medium: &Medium, object: &ObjectHeader) -> Result<Vec<Stored>> {
    match dense(medium, object)? {
        Some((heap, index)) => list_dense(medium, object, heap, index),
        None => compact(medium, object),
    }
}

/// Heap and name index of dense attributes.
fn dense(medium: &Medium, object: &ObjectHeader) -> Result<Option<(Addr, Addr)>> {
    let Some(info) = object.attribute_info(medium)? else { return Ok(None) };
    let Some(heap) = info.heap else { return Ok(None) };
    let none = || Error::malformed("dense attributes without an index of names").at(medium.absolute(heap));
    Ok(Some((heap, info.name_btree.ok_or_else(none)?)))
}

fn compact(medium: &Medium, object: &ObjectHeader) -> Result<Vec<Stored>> {
    let messages = object.messages.iter().filter(|m| m.kind == kind::ATTRIBUTE);
    let one = |m: &RawMessage| {
        let body = shared::body(medium, m)?;
        let mut r = body.reader(medium);
        let origin = r.address();
        let creation_order = m.creation_index.map(u32::from);
        Ok(Stored { data: r.rest().to_vec(), origin, creation_order })
    };
    messages.map(one).collect()
}

/// A record of the name index.
struct Record<'a> {
    id: &'a [u8],
    flags: u8,
    order: u32,
    hash: u32,
}

impl<'a> Record<'a> {
    fn decode(medium: &Medium, bytes: &'a [u8], origin: u64) -> Result<Self> {
        let mut r = Reader::new(bytes, origin, medium.ctx);
        Ok(Record { id: r.bytes(HEAP_ID)?, flags: r.u8()?, order: r.u32()?, hash: r.u32()? })
    }

    fn is_shared(&self) -> bool {
        self.flags & flag::SHARED != 0
    }

    fn creation_order(&self, object: &ObjectHeader) -> Option<u32> {
        object.tracks_attribute_order().then_some(self.order)
    }
}

fn list_dense(medium: &Medium, object: &ObjectHeader, addr: Addr, index: Addr) -> Result<Vec<Stored>> {
    let origin = medium.absolute(addr);
    let mut heap = Heap::open(medium, addr).within("dense attributes")?;
    let tree = Tree::open(medium, index, &[BY_NAME])?;
    let (mut ids, mut orders, mut all) = (Vec::new(), Vec::new(), Vec::new());
    tree.each(medium, &mut |bytes| {
        let record = Record::decode(medium, bytes, origin)?;
        let creation_order = record.creation_order(object);
        if record.is_shared() {
            let (data, origin) = shared::from_heap(medium, kind::ATTRIBUTE, record.id)?;
            all.push(Stored { data, origin, creation_order });
        } else {
            ids.push(record.id.to_vec());
            orders.push(creation_order);
        }
        Ok(())
    })?;
    let objects = heap.read_all(medium, &ids).within("dense attributes")?;
    let own = objects.into_iter().zip(orders);
    all.extend(own.map(|(data, creation_order)| Stored { data, origin, creation_order }));
    Ok(all)
}

fn find_dense(
    medium: &Medium,
    object: &ObjectHeader,
    addr: Addr,
    index: Addr,
    name: &[u8],
) -> Result<Option<Attribute>> {
    let origin = medium.absolute(addr);
    let mut heap = Heap::open(medium, addr).within("dense attributes")?;
    let tree = Tree::open(medium, index, &[BY_NAME])?;
    let wanted = lookup3(name, 0);
    let mut found = None;
    let record = tree.find(medium, &mut |bytes| {
        let record = Record::decode(medium, bytes, origin)?;
        if record.hash != wanted {
            return Ok(record.hash.cmp(&wanted));
        }
        // Equal hashes are in the order of the names.
        let (data, origin) = match record.is_shared() {
            true => shared::from_heap(medium, kind::ATTRIBUTE, record.id)?,
            false => (heap.read(medium, record.id).within("dense attributes")?, origin),
        };
        let stored = Stored { data, origin, creation_order: record.creation_order(object) };
        let order = stored.name(medium)?.as_slice().cmp(name);
        found = Some(stored);
        Ok(order)
    })?;
    match (record, found) {
        (Some(_), Some(stored)) => stored.open(medium).map(Some),
        _ => Ok(None),
    }
}

impl Stored {
    fn reader(&self, medium: &Medium) -> Reader<'_> {
        Reader::new(&self.data, self.origin, medium.ctx)
    }

    fn name(&self, medium: &Medium) -> Result<Vec<u8>> {
        AttributeMessage::decode_name(&mut self.reader(medium))
    }

    fn open(&self, medium: &Medium) -> Result<Attribute> {
        let depth = medium.limits.type_depth;
        let message = AttributeMessage::decode(&mut self.reader(medium), depth)?;
        let (datatype, committed) = match message.datatype {
            Shareable::Here(datatype) => (datatype, None),
            Shareable::There(shared) => {
                let body = shared::resolve(medium, kind::DATATYPE, &shared)?;
                (Datatype::decode(&mut body.reader(medium), depth)?, body.committed)
            }
        };
        let dataspace = match message.dataspace {
            Shareable::Here(dataspace) => dataspace,
            Shareable::There(shared) => {
                let body = shared::resolve(medium, kind::DATASPACE, &shared)?;
                Dataspace::decode(&mut body.reader(medium))?
            }
        };
        let wanted = dataspace.elements()?.checked_mul(datatype.size.into());
        let data = wanted.and_then(|n| usize::try_from(n).ok()).and_then(|n| message.data.get(..n));
        let data = data.ok_or_else(|| {
            let name = String::from_utf8_lossy(&message.name);
            let what =
                format!("attribute {name:?} has {} bytes, fewer than its shape asks for", message.data.len());
            Error::malformed(what).at(self.origin)
        })?;
        Ok(Attribute {
            name: message.name,
            charset: message.charset,
            creation_order: self.creation_order,
            datatype,
            committed,
            dataspace,
            data: data.to_vec(),
        })
    }
}

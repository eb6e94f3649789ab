//! Links in a fractal heap, indexed by the hash of their names.

use crate::bytes::{Addr, Reader, lookup3};
use crate::error::{Context, Error, Result};
use crate::format::message::Link;
use crate::object::fractal_heap::Heap;
use crate::object::tree2::Tree;
use crate::storage::Medium;

/// Record type of the index: u32 hash of the name, then the heap id.
const BY_NAME: u8 = 5;
const HASH: usize = 4;

fn open(medium: &Medium, heap: Addr, index: Option<Addr>) -> Result<(Heap, Tree)> {
    let none = || Error::malformed("a dense group without an index of names").at(medium.absolute(heap));
    let index = index.ok_or_else(none)?;
    let heap = Heap::open(medium, heap)?;
    let tree = Tree::open(medium, index, &[BY_NAME])?;
    Ok((heap, tree))
}

fn decode(medium: &Medium, object: &[u8], heap: Addr) -> Result<Link> {
    Link::decode(&mut Reader::new(object, medium.absolute(heap), medium.ctx))
}

pub(super) fn list(medium: &Medium, addr: Addr, index: Option<Addr>) -> Result<Vec<Link>> {
    let (mut heap, tree) = open(medium, addr, index).within("dense links")?;
    let mut ids = Vec::new();
    tree.each(medium, &mut |record| {
        ids.push(record.get(HASH..).unwrap_or(&[]).to_vec());
        Ok(())
    })?;
    let objects = heap.read_all(medium, &ids).within("dense links")?;
    objects.iter().map(|object| decode(medium, object, addr)).collect()
}

pub(super) fn find(medium: &Medium, addr: Addr, index: Option<Addr>, name: &[u8]) -> Result<Option<Link>> {
    let (mut heap, tree) = open(medium, addr, index).within("dense links")?;
    let wanted = lookup3(name, 0);
    let mut found = None;
    tree.find(medium, &mut |record| {
        let hash = Reader::new(record, medium.absolute(addr), medium.ctx).u32()?;
        if hash != wanted {
            return Ok(hash.cmp(&wanted));
        }
        // Equal hashes are in the order of the names.
        let object = heap.read(medium, record.get(HASH..).unwrap_or(&[])).within("dense links")?;
        let link = decode(medium, &object, addr)?;
        let order = link.name.as_slice().cmp(name);
        found = Some(link);
        Ok(order)
    })?;
    Ok(found.filter(|link| link.name == name))
}

//! Links of a group that has many: link messages in a fractal heap, found by the hash of their names, and, where the
//! group asks for it, by their places in creation order.

use crate::bytes::{Addr, Reader, lookup3};
use crate::error::{Context, Error, Result};
use crate::format::heap::fractal::Filtering;
use crate::format::message::{Link, LinkInfo};
use crate::order;
use crate::write::heap::fractal::{Heap, Purpose};
use crate::write::output::Output;
use crate::write::tree2::{NODE, Tree};
use std::cmp::Ordering;

/// Records by name: u32 hash of the name, then the heap id.
const BY_NAME: u8 = 5;
/// Records by creation order: i64, then the heap id.
const BY_ORDER: u8 = 6;
/// Bytes of the records.
const NAMED: u16 = 11;
const ORDERED: u16 = 15;
/// Bytes before the heap id.
const HASH: usize = 4;
const ORDER: usize = 8;

/// The dense links of a group, open for changes. What changes is complete in the file after [`close`](Self::close).
/// After an error they are of no use any more.
pub(in crate::write) struct DenseLinks {
    heap: Heap,
    by_name: Tree,
    by_order: Option<Tree>,
}

/// A record of the index of names.
fn by_name(link: &Link, id: &[u8]) -> Vec<u8> {
    [lookup3(&link.name, 0).to_le_bytes().as_slice(), id].concat()
}

/// A record of the index of creation order.
fn by_order(link: &Link, id: &[u8]) -> Result<Vec<u8>> {
    Ok([order_of(link)?.to_le_bytes().as_slice(), id].concat())
}

fn order_of(link: &Link) -> Result<i64> {
    let none = || Error::argument("a link without a place in creation order, in a group that indexes it");
    link.creation_order.ok_or_else(none)
}

/// Compares a record of the index of names with a name. Names of equal hashes are in the heap.
fn compare(out: &Output, heap: &mut Heap, record: &[u8], name: &[u8]) -> Result<Ordering> {
    let (hash, wanted) = (Reader::new(record, 0, out.medium.ctx).u32()?, lookup3(name, 0));
    if hash != wanted {
        return Ok(hash.cmp(&wanted));
    }
    let object = heap.read(out, record.get(HASH..).unwrap_or(&[]))?;
    Ok(decode(out, &object)?.name.as_slice().cmp(name))
}

fn decode(out: &Output, object: &[u8]) -> Result<Link> {
    Link::decode(&mut Reader::new(object, 0, out.medium.ctx))
}

/// Compares a record of the index of creation order with a place in it.
fn compare_order(record: &[u8], wanted: i64) -> Result<Ordering> {
    let stored = record.first_chunk::<ORDER>().map(|bytes| i64::from_le_bytes(*bytes));
    Ok(stored.ok_or_else(|| Error::malformed("a record of no creation order"))?.cmp(&wanted))
}

impl DenseLinks {
    /// Puts `links` into a heap and indexes; `info` gets their addresses. Whether creation order is indexed is what
    /// `info` says. `filtering`: the group's filters, if it has any.
    pub fn create(
        out: &mut Output,
        info: &mut LinkInfo,
        links: &[Link],
        filtering: Option<Filtering>,
    ) -> Result<DenseLinks> {
        let mut heap = Heap::create(out, Purpose::Links, filtering)?;
        let mut ids = Vec::with_capacity(links.len());
        for link in links {
            let object = out.encoded(link)?;
            ids.push(heap.insert(out, &object)?);
        }
        let hashes: Vec<u32> = links.iter().map(|link| lookup3(&link.name, 0)).collect();
        let sorted = order::indices(links.len(), &mut |a, b| {
            (hashes[a], &links[a].name).cmp(&(hashes[b], &links[b].name))
        });
        let records: Vec<u8> = sorted.iter().flat_map(|i| by_name(&links[*i], &ids[*i])).collect();
        let by_name = Tree::build(out, BY_NAME, NAMED, NODE, &records)?;
        let mut tree = None;
        if let Some(address) = &mut info.order_btree {
            let key = |i: usize| links[i].creation_order;
            let sorted = order::indices(links.len(), &mut |a, b| key(a).cmp(&key(b)));
            let mut records = Vec::new();
            for i in sorted {
                records.append(&mut by_order(&links[i], &ids[i])?);
            }
            let built = Tree::build(out, BY_ORDER, ORDERED, NODE, &records)?;
            *address = Some(built.address());
            tree = Some(built);
        }
        (info.heap, info.name_btree) = (Some(heap.address()), Some(by_name.address()));
        Ok(DenseLinks { heap, by_name, by_order: tree })
    }

    /// Opens the links that `info` leads to.
    pub fn open(out: &Output, info: &LinkInfo) -> Result<DenseLinks> {
        let none = || Error::malformed("dense links without a heap or without an index of names");
        let (heap, names) = info.heap.zip(info.name_btree).ok_or_else(none)?;
        let by_name = Tree::open(out, names, &[BY_NAME], NAMED).within("dense links")?;
        let by_order = match info.order_btree {
            Some(Some(tree)) => Some(Tree::open(out, tree, &[BY_ORDER], ORDERED).within("dense links")?),
            Some(None) => return Err(none()),
            None => None,
        };
        Ok(DenseLinks { heap: Heap::open(out, heap).within("dense links")?, by_name, by_order })
    }

    /// How many links there are.
    pub fn len(&self) -> u64 {
        self.by_name.len()
    }

    /// Adds a link; an error if there is one of its name.
    pub fn insert(&mut self, out: &mut Output, link: &Link) -> Result<()> {
        self.try_insert(out, link).within("dense links")
    }

    fn try_insert(&mut self, out: &mut Output, link: &Link) -> Result<()> {
        let object = out.encoded(link)?;
        let id = self.heap.insert(out, &object)?;
        let heap = &mut self.heap;
        let name = &link.name;
        self.by_name.insert(out, &by_name(link, &id), &mut |out, record| compare(out, heap, record, name))?;
        if let Some(tree) = &mut self.by_order {
            let order = order_of(link)?;
            tree.insert(out, &by_order(link, &id)?, &mut |_, record| compare_order(record, order))?;
        }
        Ok(())
    }

    /// Takes a link away and returns it.
    pub fn remove(&mut self, out: &mut Output, name: &[u8]) -> Result<Option<Link>> {
        self.try_remove(out, name).within("dense links")
    }

    fn try_remove(&mut self, out: &mut Output, name: &[u8]) -> Result<Option<Link>> {
        let heap = &mut self.heap;
        let removed = self.by_name.remove(out, &mut |out, record| compare(out, heap, record, name))?;
        let Some(record) = removed else { return Ok(None) };
        let id = record.get(HASH..).unwrap_or(&[]);
        let object = self.heap.read(out, id)?;
        let link = decode(out, &object)?;
        if let Some(tree) = &mut self.by_order {
            let order = order_of(&link)?;
            let removed = tree.remove(out, &mut |_, record| compare_order(record, order))?;
            if removed.as_deref().and_then(|record| record.get(ORDER..)) != Some(id) {
                return Err(Error::malformed("a link that is not in the index of creation order"));
            }
        }
        self.heap.remove(out, id)?;
        Ok(Some(link))
    }

    /// All links, in the order of their names' hashes.
    pub fn list(&mut self, out: &Output) -> Result<Vec<Link>> {
        let mut ids = Vec::new();
        self.by_name.each(out, &mut |record| {
            ids.push(record.get(HASH..).unwrap_or(&[]).to_vec());
            Ok(())
        })?;
        let mut links = Vec::with_capacity(ids.len());
        for id in ids {
            let object = self.heap.read(out, &id)?;
            links.push(decode(out, &object)?);
        }
        Ok(links)
    }

    /// Writes what has changed.
    pub fn close(self, out: &mut Output) -> Result<()> {
        self.heap.close(out)
    }

    /// Gives back everything that the links take; `info` forgets where they were.
    pub fn release(self, out: &mut Output, info: &mut LinkInfo) -> Result<()> {
        self.heap.release(out)?;
        self.by_name.release(out)?;
        if let Some(tree) = self.by_order {
            tree.release(out)?;
        }
        forget(info);
        Ok(())
    }
}

fn forget(info: &mut LinkInfo) {
    (info.heap, info.name_btree) = (None, None);
    info.order_btree = info.order_btree.map(|_: Option<Addr>| None);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::datatype::CharacterSet;
    use crate::format::message::LinkTarget;
    use crate::format::superblock::Superblock;
    use crate::format::symbol_table::Cache;
    use std::collections::BTreeMap;

    fn link(i: i64, order: bool) -> Link {
        let target = match i % 3 {
            0 => LinkTarget::Hard(Addr(800)),
            1 => LinkTarget::Soft(vec![b'x'; (i % 50) as usize + 1]),
            _ => LinkTarget::External { file: b"f.h5".to_vec(), path: b"/x".to_vec() },
        };
        // Some are too large for blocks.
        let name = if i % 61 == 7 { "n".repeat(5000) + &i.to_string() } else { format!("link {i}") };
        let charset = if i % 2 == 0 { CharacterSet::Ascii } else { CharacterSet::Utf8 };
        Link { name: name.into_bytes(), charset, creation_order: order.then_some(i), target }
    }

    fn check(out: &Output, info: &LinkInfo, model: &BTreeMap<Vec<u8>, Link>) {
        let mut dense = DenseLinks::open(out, info).unwrap();
        assert_eq!(dense.len(), model.len() as u64);
        let links = dense.list(out).unwrap();
        assert_eq!(links.len(), model.len());
        assert!(links.iter().all(|link| model.get(&link.name) == Some(link)));
        assert!(links.iter().map(|link| (lookup3(&link.name, 0), &link.name)).is_sorted());
        if let Some(tree) = &dense.by_order {
            let mut orders = Vec::new();
            tree.each(out, &mut |record| {
                let order = i64::from_le_bytes(record[..8].try_into().unwrap());
                let object = Heap::open(out, info.heap.unwrap()).unwrap().read(out, &record[8..]).unwrap();
                assert_eq!(decode(out, &object).unwrap().creation_order, Some(order));
                orders.push(order);
                Ok(())
            })
            .unwrap();
            assert!(orders.is_sorted() && orders.len() == model.len());
        }
    }

    #[test]
    fn links_come_and_go() {
        for indexed in [false, true] {
            let mut out = Output::new(&Superblock::earliest(Addr(0), Cache::None, 0)).unwrap();
            let mut info = LinkInfo { order_btree: indexed.then_some(None), ..LinkInfo::default() };
            let first: Vec<Link> = (0..9).rev().map(|i| link(i, indexed)).collect();
            let mut model: BTreeMap<_, _> = first.iter().map(|l| (l.name.clone(), l.clone())).collect();
            DenseLinks::create(&mut out, &mut info, &first, None).unwrap().close(&mut out).unwrap();
            check(&out, &info, &model);
            for round in 0..8 {
                let mut dense = DenseLinks::open(&out, &info).unwrap();
                for i in 0..150 {
                    let new = link(9 + round * 150 + i, indexed);
                    dense.insert(&mut out, &new).unwrap();
                    model.insert(new.name.clone(), new);
                }
                let names: Vec<Vec<u8>> = model.keys().step_by(2).cloned().collect();
                for name in names {
                    assert_eq!(dense.remove(&mut out, &name).unwrap(), model.remove(&name));
                    assert_eq!(dense.remove(&mut out, &name).unwrap(), None);
                }
                dense.close(&mut out).unwrap();
                check(&out, &info, &model);
            }
            let mut dense = DenseLinks::open(&out, &info).unwrap();
            assert!(dense.insert(&mut out, model.values().next().unwrap()).is_err());
            let dense = DenseLinks::open(&out, &info).unwrap();
            dense.release(&mut out, &mut info).unwrap();
            let none = LinkInfo { order_btree: indexed.then_some(None), ..LinkInfo::default() };
            assert_eq!((info, out.space.unused()), (none, 0));
        }
    }
}

//! The links of a group, however it keeps them.

mod compact;
mod dense;
mod symbol_table;

use super::header::ObjectHeader;
use crate::bytes::Addr;
use crate::error::{Error, Result};
use crate::format::message::SymbolTable;
use crate::order;
use crate::storage::Medium;

pub use crate::format::message::{Link, LinkTarget};

/// Where a group's links are.
enum Place {
    Compact,
    Dense { heap: Addr, name_btree: Option<Addr> },
    Old(SymbolTable),
}

impl Place {
    /// A group that has both kinds of message is new-style; one that has both links and a heap uses the heap.
    fn of(medium: &Medium, group: &ObjectHeader) -> Result<Place> {
        if let Some(info) = group.link_info(medium)? {
            return Ok(match info.heap {
                Some(heap) => Place::Dense { heap, name_btree: info.name_btree },
                None => Place::Compact,
            });
        }
        match group.symbol_table(medium)? {
            Some(table) => Ok(Place::Old(table)),
            None => Err(Error::argument("only groups have links").at(medium.absolute(group.address))),
        }
    }
}

/// All links in order of their names, compared as bytes.
pub fn list(medium: &Medium, group: &ObjectHeader) -> Result<Vec<Link>> {
    let mut links = match Place::of(medium, group)? {
        Place::Compact => compact::list(medium, group)?,
        Place::Dense { heap, name_btree } => dense::list(medium, heap, name_btree)?,
        Place::Old(table) => symbol_table::list(medium, &table)?,
    };
    order::sort_by(&mut links, |a, b| a.name.cmp(&b.name));
    links.iter_mut().for_each(|link| normalize(medium, link));
    Ok(links)
}

/// The link of this name.
pub fn find(medium: &Medium, group: &ObjectHeader, name: &[u8]) -> Result<Option<Link>> {
    let mut found = match Place::of(medium, group)? {
        Place::Compact => compact::find(medium, group, name)?,
        Place::Dense { heap, name_btree } => dense::find(medium, heap, name_btree, name)?,
        Place::Old(table) => symbol_table::find(medium, &table, name)?,
    };
    found.iter_mut().for_each(|link| normalize(medium, link));
    Ok(found)
}

fn normalize(medium: &Medium, link: &mut Link) {
    if let LinkTarget::Hard(address) = &mut link.target {
        *address = medium.normal(*address);
    }
}

/// Whether the group remembers the order in which its links were made.
pub fn tracks_order(medium: &Medium, group: &ObjectHeader) -> Result<bool> {
    Ok(group.link_info(medium)?.is_some_and(|info| info.max_creation_index.is_some()))
}

//! Links that are messages of the group's header.

use crate::error::Result;
use crate::format::message::{Link, kind};
use crate::object::header::ObjectHeader;
use crate::storage::Medium;

fn links<'a>(medium: &'a Medium, group: &'a ObjectHeader) -> impl Iterator<Item = Result<Link>> + 'a {
    let messages = group.messages.iter().filter(|m| m.kind == kind::LINK);
    messages.map(|m| Link::decode(&mut group.reader(medium, m)))
}

pub(super) fn list(medium: &Medium, group: &ObjectHeader) -> Result<Vec<Link>> {
    links(medium, group).collect()
}

pub(super) fn find(medium: &Medium, group: &ObjectHeader, name: &[u8]) -> Result<Option<Link>> {
    links(medium, group).find(|l| l.as_ref().map_or(true, |l| l.name == name)).transpose()
}

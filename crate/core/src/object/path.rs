//! From a path to an object, soft links followed.

use super::header::{ObjectHeader, ObjectKind};
use super::links::{self, LinkTarget};
use crate::bytes::Addr;
use crate::error::{Context, Error, Result};
use crate::storage::Medium;

/// Where a path leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Header of the object.
    pub address: Addr,
    /// Header of the group that holds the last link, unless the path has none.
    pub parent: Option<Addr>,
}

/// Follows `path` from the group at `start`, or from `root` if it begins with a slash. Empty components and `.`
/// stand for the group itself. A component that is missing is a `NotFound` error that names it.
pub fn resolve(medium: &Medium, root: Addr, start: Addr, path: &str) -> Result<Resolved> {
    resolve_bytes(medium, root, start, path.as_bytes())
}

/// [`resolve`] for paths that are not UTF-8.
pub fn resolve_bytes(medium: &Medium, root: Addr, start: Addr, path: &[u8]) -> Result<Resolved> {
    let mut walk = Walk { medium, root, traversals: 0, todo: Vec::new() };
    walk.follow(start, path).on(&String::from_utf8_lossy(path))
}

struct Walk<'a> {
    medium: &'a Medium,
    root: Addr,
    /// Soft links met so far.
    traversals: u32,
    /// Components still to follow, the next one last.
    todo: Vec<Vec<u8>>,
}

impl Walk<'_> {
    /// Puts a path before what is still to do, and says where it starts.
    fn push(&mut self, from: Addr, path: &[u8]) -> Addr {
        let components = path.split(|b| *b == b'/').filter(|c| !c.is_empty() && *c != b".");
        self.todo.extend(components.rev().map(<[u8]>::to_vec));
        if path.starts_with(b"/") { self.root } else { from }
    }

    fn follow(&mut self, start: Addr, path: &[u8]) -> Result<Resolved> {
        let mut address = self.push(start, path);
        let mut parent = None;
        while let Some(name) = self.todo.pop() {
            let shown = String::from_utf8_lossy(&name).into_owned();
            let group = ObjectHeader::open(self.medium, address)?;
            if group.kind()? != ObjectKind::Group {
                return Err(Error::not_found(format!(
                    "{shown:?} is looked for in something that is no group"
                )));
            }
            let link = links::find(self.medium, &group, &name)?;
            let link = link.ok_or_else(|| Error::not_found(format!("no link {shown:?}")))?;
            match link.target {
                LinkTarget::Hard(target) => {
                    parent = Some(address);
                    address = target;
                }
                LinkTarget::Soft(target) => {
                    self.traversals = self.traversals.saturating_add(1);
                    if self.traversals > self.medium.limits.link_traversals {
                        return Err(Error::limit(format!(
                            "too many soft links on the way, the last is {shown:?}"
                        )));
                    }
                    address = self.push(address, &target);
                    parent = None;
                }
                LinkTarget::External { file, path } => {
                    let (file, path) = (String::from_utf8_lossy(&file), String::from_utf8_lossy(&path));
                    let what = format!("the link {shown:?} leads to {path:?} in the file {file:?}");
                    let rest = self.todo.iter().rev().map(|name| String::from_utf8_lossy(name));
                    let path = rest.fold(path.into_owned(), |path, name| path + "/" + &name);
                    let at = self.medium.absolute(address);
                    return Err(Error::unsupported(what).leading_to(file, path).at(at));
                }
                LinkTarget::UserDefined { class, .. } => {
                    let what = format!("the link {shown:?} is of user-defined class {class}");
                    return Err(Error::unsupported(what).at(self.medium.absolute(address)));
                }
            }
        }
        Ok(Resolved { address, parent })
    }
}

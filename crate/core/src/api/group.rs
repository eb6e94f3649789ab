//! Groups.

use super::object::Node;
use super::{File, Object};
use crate::bytes::Addr;
use crate::error::{Error, Kind, Result};
use crate::object::header::ObjectKind;
use crate::object::links::{self, Link, LinkTarget};
use crate::order;

/// Bytes of a header that are announced before many are opened.
const USUAL_HEADER: u64 = 512;

/// A group.
#[derive(Clone)]
pub struct Group(pub(super) Node);

/// A link with what it leads to.
pub struct Child {
    /// The link.
    pub link: Link,
    /// The object; `None` for links that were not followed or lead nowhere.
    pub object: Result<Option<Object>>,
}

impl Group {
    /// The group at `address`, without looking further: for objects that are known to be groups.
    pub fn at(file: &File, address: Addr) -> Result<Group> {
        match Node::open(file, &*file.medium()?, address)? {
            (node, ObjectKind::Group) => Ok(Group(node)),
            _ => Err(Error::argument("this object is no group")),
        }
    }

    /// Its file.
    pub fn file(&self) -> &File {
        &self.0.file
    }

    /// Where its header is.
    pub fn address(&self) -> Addr {
        self.0.header.address
    }

    /// All links, in creation order where that is tracked, else in byte order of their names.
    pub fn links(&self) -> Result<Vec<Link>> {
        let medium = self.0.file.medium()?;
        let mut all = self.0.blame(links::list(&medium, &self.0.header))?;
        if links::tracks_order(&medium, &self.0.header)? && all.iter().all(|l| l.creation_order.is_some()) {
            order::sort_by_key(&mut all, |l| l.creation_order);
        }
        Ok(all)
    }

    /// The link at `path`, itself: only what is before its last component is followed.
    pub fn link(&self, path: &str) -> Result<Option<Link>> {
        let trimmed = path.trim_end_matches('/');
        let (parent, name) = trimmed.rsplit_once('/').map_or(("", trimmed), |(p, n)| (&path[..=p.len()], n));
        let found = self.0.file.resolve(self.address(), parent).and_then(|a| Group::at(&self.0.file, a));
        let group = match found {
            Err(e) if matches!(e.kind(), Kind::NotFound | Kind::Argument) => return Ok(None),
            group => group?,
        };
        links::find(&*self.0.file.medium()?, &group.0.header, name.as_bytes())
    }

    /// The object that `path` leads to, `None` if there is none.
    pub fn get(&self, path: &str) -> Result<Option<Object>> {
        match self.find(path)? {
            Some(address) => self.0.file.object(address).map(Some),
            None => Ok(None),
        }
    }

    /// Header of the object that `path` leads to, `None` if there is none.
    pub fn find(&self, path: &str) -> Result<Option<Addr>> {
        match self.0.file.resolve(self.address(), path) {
            Err(e) if e.kind() == Kind::NotFound => Ok(None),
            found => found.map(Some),
        }
    }

    /// Calls `each` for every link with what it leads to; soft links are followed only if `follow`. Bytes that
    /// are missing for some children are asked for together with those missing for others.
    pub fn children(&self, follow: bool, each: &mut dyn FnMut(&Child) -> Result<()>) -> Result<()> {
        let links = self.links()?;
        let hard = links.iter().filter_map(|l| match l.target {
            LinkTarget::Hard(address) => Some((address, USUAL_HEADER)),
            _ => None,
        });
        self.0.file.medium()?.want(hard)?;
        let mut missing = Ok(());
        for link in links {
            let object = self.follow(&link, follow);
            let result = match object {
                Err(e) if e.is_pending() => Err(e),
                object => each(&Child { link, object }),
            };
            match result {
                Err(e) if e.is_pending() => missing = Error::both(missing, Err(e)),
                result => result?,
            }
        }
        missing
    }

    fn follow(&self, link: &Link, soft: bool) -> Result<Option<Object>> {
        let address = match &link.target {
            LinkTarget::Hard(address) => *address,
            LinkTarget::Soft(path) if soft => {
                let path = String::from_utf8_lossy(path);
                match self.find(&path) {
                    Ok(Some(address)) => address,
                    // It leads out of the file, or in a circle.
                    Err(e) if matches!(e.kind(), Kind::Unsupported | Kind::Limit) => return Ok(None),
                    other => return other.map(|_| None),
                }
            }
            _ => return Ok(None),
        };
        self.0.file.object(address).map(Some)
    }
}

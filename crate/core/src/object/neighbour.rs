//! Objects of other files.

use super::header::ObjectHeader;
use super::{path, superblock};
use crate::bytes::Addr;
use crate::error::{Error, Kind, Result};
use crate::storage::Medium;
use std::rc::Rc;

/// An object and the file it is in.
pub struct Found {
    /// `None` = the file that was looked from.
    pub medium: Option<Rc<Medium>>,
    /// Its header.
    pub header: ObjectHeader,
}

impl Found {
    /// The file it is in, seen from `home`.
    pub fn medium<'a>(&'a self, home: &'a Medium) -> &'a Medium {
        self.medium.as_deref().unwrap_or(home)
    }
}

/// The file that is called `name` in the file of `home`; `None` if it cannot be opened.
pub fn file(home: &Medium, name: &[u8]) -> Result<Option<Rc<Medium>>> {
    let open = &mut |medium: &mut Medium| superblock::read(medium).map(drop);
    home.neighbours.hdf5(&String::from_utf8_lossy(name), home, open)
}

/// The object at `path`, counted from the root group, of the file called `file`, where `.` is the file of `home`
/// itself. `None` if there is no such file or object, or it cannot be opened.
pub fn find(home: &Medium, file: &[u8], path: &[u8]) -> Result<Option<Found>> {
    let medium = match file {
        b"." => None,
        name => match self::file(home, name)? {
            Some(medium) => Some(medium),
            None => return Ok(None),
        },
    };
    let within = medium.as_deref().unwrap_or(home);
    match open(within, path) {
        Ok(header) => Ok(Some(Found { medium, header })),
        Err(e) if e.is_pending() => Err(e),
        Err(_) => Ok(None),
    }
}

fn open(medium: &Medium, path: &[u8]) -> Result<ObjectHeader> {
    let root = medium.root.ok_or_else(|| Error::new(Kind::Closed, "a file whose superblock was not read"))?;
    let address: Addr = path::resolve_bytes(medium, root, root, path)?.address;
    ObjectHeader::open(medium, address)
}

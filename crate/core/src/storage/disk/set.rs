//! Files that one of HDF5's drivers spread over several.

use super::place::open_to_read;
use crate::error::{Error, Kind, Result};
use crate::storage::{Files, Joined, Memory, Storage};
use std::path::{Path, PathBuf};

/// Members of a family by number: others come while it is written.
struct Growing {
    joined: Joined,
    members: usize,
    name: Box<dyn Fn(usize) -> PathBuf>,
}

impl Growing {
    /// Opens the members that are there and were not before.
    fn grow(&mut self) -> Result<()> {
        loop {
            match open_to_read(&(self.name)(self.members)) {
                Ok(member) => self.joined.push(member),
                Err(e) if e.kind() == Kind::NotFound => return Ok(()),
                Err(e) => return Err(e),
            }
            self.members = self.members.saturating_add(1);
        }
    }
}

impl Storage for Growing {
    fn len(&self) -> u64 {
        self.joined.len()
    }

    fn files(&self) -> Files<'_> {
        self.joined.files()
    }

    fn refresh(&mut self) {
        self.joined.refresh();
        // What cannot be opened is not there: addresses that lead into it say so.
        let _ = self.grow();
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        self.joined.read_at(at, buf)
    }
}

/// Opens the members of a family of which `name` says how they are called, up to the first that there is not.
///
/// Errors: `NotFound` if there is none; `Io` where the system refuses.
pub fn open_numbered(name: Box<dyn Fn(usize) -> PathBuf>) -> Result<Box<dyn Storage>> {
    let first = open_to_read(&name(0))?;
    let mut family = Growing { joined: Joined::family(vec![first]), members: 1, name };
    family.grow()?;
    Ok(Box::new(family))
}

/// Opens the members of a family.
///
/// Errors: `Argument` if there are none; `NotFound`, `Io`.
pub fn open_members(members: &[PathBuf]) -> Result<Box<dyn Storage>> {
    if members.is_empty() {
        return Err(Error::argument("a family without members"));
    }
    let members: Result<Vec<_>> = members.iter().map(|path| open_one(path)).collect();
    Ok(Box::new(Joined::family(members?)))
}

/// Opens the files of a set of the multi or split driver, in the order of [`multi`](crate::format::multi).
///
/// Errors: `NotFound`, `Io`.
pub fn open_spread(files: &[Option<PathBuf>; 6]) -> Result<Box<dyn Storage>> {
    let open = |file: &Option<PathBuf>| -> Result<Box<dyn Storage>> {
        file.as_ref()
            .map_or_else(|| Ok(Box::new(Memory::new(Vec::new())) as Box<dyn Storage>), |path| open_one(path))
    };
    let [a, b, c, d, e, f] = files;
    Ok(Box::new(Joined::multi([open(a)?, open(b)?, open(c)?, open(d)?, open(e)?, open(f)?])))
}

fn open_one(path: &Path) -> Result<Box<dyn Storage>> {
    open_to_read(path).map_err(|e| e.within_file(path))
}

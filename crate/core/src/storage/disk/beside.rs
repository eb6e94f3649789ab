//! Other files that a file names.

use super::place::open_to_read;
use crate::error::Result;
use crate::storage::{Elsewhere, Storage};
use std::cell::RefCell;
use std::path::{Component, Path, PathBuf};

/// Which other files a file may lead to. Names come from the bytes of a file, which may have been sent by anybody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// None.
    Nothing,
    /// Those in its folder, and in folders therein. An absolute name also stands for a file of that name next to it, as
    /// files are moved.
    #[default]
    Folder,
    /// Whatever is named, as libhdf5 does.
    Anywhere,
}

/// Finds files by the names that are written in others.
#[derive(Debug)]
pub struct Beside {
    home: PathBuf,
    reach: Reach,
    /// Those that were found: file number `i + 1`.
    found: RefCell<Vec<PathBuf>>,
}

fn is_there(path: &Path) -> bool {
    path.is_file()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

impl Beside {
    /// Finds what the file at `home` names.
    pub fn new(home: PathBuf, reach: Reach) -> Beside {
        Beside { home, reach, found: RefCell::default() }
    }

    /// Which files may be found.
    pub fn reach(&self) -> Reach {
        self.reach
    }

    fn is_inside(&self, path: &Path) -> bool {
        let leads_up = |path: &Path| path.components().any(|c| c == Component::ParentDir);
        match path.strip_prefix(folder_of(&self.home)) {
            Ok(way) => !leads_up(way),
            Err(_) => false,
        }
    }

    /// The file called `name` in the one at `from`, if there is one that may be looked at.
    pub fn path(&self, from: &Path, name: &str) -> Option<PathBuf> {
        let named = Path::new(name);
        let there = folder_of(from).join(named);
        match self.reach {
            Reach::Nothing => None,
            Reach::Anywhere | Reach::Folder => {
                let beside = || {
                    let absolute = named.is_absolute() || named.has_root();
                    absolute.then(|| named.file_name()).flatten().map(|name| folder_of(&self.home).join(name))
                };
                let allowed = |path: &PathBuf| {
                    (self.reach == Reach::Anywhere || self.is_inside(path)) && is_there(path)
                };
                Some(there).filter(allowed).or_else(|| beside().filter(allowed))
            }
        }
    }

    fn place(&self, number: u32) -> PathBuf {
        let at = usize::try_from(number).ok().and_then(|n| n.checked_sub(1));
        let found = at.and_then(|at| self.found.borrow().get(at).cloned());
        found.unwrap_or_else(|| self.home.clone())
    }
}

impl Elsewhere for Beside {
    fn find(&self, from: u32, name: &str) -> Result<Option<(u32, Box<dyn Storage>)>> {
        let Some(path) = self.path(&self.place(from), name) else { return Ok(None) };
        // What cannot be opened is as good as missing, as in libhdf5.
        let Ok(storage) = open_to_read(&path) else { return Ok(None) };
        let mut found = self.found.borrow_mut();
        let at = found.iter().position(|p| *p == path).unwrap_or_else(|| {
            found.push(path);
            found.len() - 1
        });
        Ok(u32::try_from(at + 1).ok().map(|number| (number, storage)))
    }
}

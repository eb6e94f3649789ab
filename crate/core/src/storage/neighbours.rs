//! Other files: those that external links, external raw data and virtual datasets name.

use super::{Medium, Storage};
use crate::error::Result;
use std::cell::RefCell;
use std::rc::Rc;

/// Files within files are followed this deep.
const MOST_DEPTH: u32 = 16;

/// Finds other files. Names come from the bytes of a file: what they may lead to is the implementor's decision.
pub trait Elsewhere {
    /// The file that is called `name` in file number `from`, with a number of its own; 0 is the one that was opened.
    /// `None` if there is none, or none may be opened. Where it has to be looked for first, the error is
    /// [`Error::wanted`](crate::error::Error::wanted).
    fn find(&self, from: u32, name: &str) -> Result<Option<(u32, Box<dyn Storage>)>>;
}

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum As {
    Hdf5,
    Bytes,
}

struct Known {
    name: String,
    read_as: As,
    medium: Option<Rc<Medium>>,
}

/// The other files that one file knows.
#[derive(Default)]
pub struct Neighbours {
    elsewhere: Option<Rc<dyn Elsewhere>>,
    /// The file that these are the neighbours of.
    number: u32,
    depth: u32,
    known: RefCell<Vec<Known>>,
}

impl Neighbours {
    /// The neighbours of the file that was opened, which `elsewhere` finds.
    pub fn new(elsewhere: Rc<dyn Elsewhere>) -> Neighbours {
        Neighbours::of(elsewhere, 0)
    }

    /// The neighbours of file `number`, which `elsewhere` finds.
    pub fn of(elsewhere: Rc<dyn Elsewhere>, number: u32) -> Neighbours {
        Neighbours { elsewhere: Some(elsewhere), number, ..Neighbours::default() }
    }

    /// The number of the file that these are the neighbours of.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Forgets the files that were found: they may have changed, and there may be others.
    pub fn forget(&mut self) {
        self.known = RefCell::default();
    }

    /// Whether other files can be found at all.
    pub fn are_known(&self) -> bool {
        self.elsewhere.is_some()
    }

    /// The file called `name`, opened by `open`; `None` if there is none, or it cannot be opened.
    pub fn hdf5(
        &self,
        name: &str,
        home: &Medium,
        open: &mut dyn FnMut(&mut Medium) -> Result<()>,
    ) -> Result<Option<Rc<Medium>>> {
        self.get(name, As::Hdf5, home, open)
    }

    /// The bytes of the file called `name`; `None` if there is none.
    pub fn bytes(&self, name: &str, home: &Medium) -> Result<Option<Rc<Medium>>> {
        self.get(name, As::Bytes, home, &mut |_| Ok(()))
    }

    fn get(
        &self,
        name: &str,
        read_as: As,
        home: &Medium,
        open: &mut dyn FnMut(&mut Medium) -> Result<()>,
    ) -> Result<Option<Rc<Medium>>> {
        if let Some(known) = self.known.borrow().iter().find(|k| k.name == name && k.read_as == read_as) {
            return Ok(known.medium.clone());
        }
        let found = match &self.elsewhere {
            Some(elsewhere) if self.depth < MOST_DEPTH => elsewhere.find(self.number, name)?,
            _ => None,
        };
        let medium = match found {
            None => None,
            Some((number, storage)) => {
                let mut medium = Medium::new(storage, home.limits.clone());
                medium.neighbours = Neighbours {
                    elsewhere: self.elsewhere.clone(),
                    number,
                    depth: self.depth + 1,
                    known: RefCell::default(),
                };
                match open(&mut medium) {
                    Ok(()) => Some(Rc::new(medium)),
                    Err(e) if e.is_pending() => return Err(e),
                    // As good as missing, as in libhdf5.
                    Err(_) => None,
                }
            }
        };
        self.known.borrow_mut().push(Known { name: name.into(), read_as, medium: medium.clone() });
        Ok(medium)
    }
}

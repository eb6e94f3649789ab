//! The file's bytes, which stay in JavaScript.

use hyperslab::storage::{Elsewhere, Fetch, Files, Pages, Storage};
use hyperslab::{Error, Result};
use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::rc::Rc;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// A source of bytes, see `crate/js/sources`.
    pub type Source;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn size(this: &Source) -> f64;

    /// Bytes of each file, where several lie one behind the other: a family, or what `spread` says.
    #[wasm_bindgen(method, getter)]
    fn files(this: &Source) -> Option<Vec<f64>>;

    /// Whether the files are those of the multi driver.
    #[wasm_bindgen(method, getter)]
    fn spread(this: &Source) -> bool;

    /// Fills `into` from `offset`: 1 done, 0 not here yet, 2 failed.
    #[wasm_bindgen(method)]
    fn read(this: &Source, offset: f64, into: &mut [u8]) -> u32;
}

/// A [`Source`] below a page cache.
pub struct JsFetch {
    source: Source,
    size: Cell<u64>,
}

impl JsFetch {
    /// The size is asked for once, and when it is [measured](JsFetch::measure): a file that others make grow meanwhile is
    /// read as it was.
    pub fn new(source: Source) -> Self {
        let size = Cell::new(crate::number::to_u64(source.size()));
        JsFetch { source, size }
    }

    /// Asks again how large the source is.
    pub fn measure(&self) {
        self.size.set(crate::number::to_u64(self.source.size()));
    }

    /// Bytes of each of several files.
    fn files(&self) -> Option<Vec<u64>> {
        Some(self.source.files()?.into_iter().map(crate::number::to_u64).collect())
    }

    /// The source below.
    #[cfg(feature = "edit")]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Says that the source has another size now.
    #[cfg(feature = "edit")]
    pub fn set_size(&self, size: u64) {
        self.size.set(size);
    }
}

impl Fetch for JsFetch {
    fn len(&self) -> u64 {
        self.size.get()
    }

    fn fetch(&self, at: u64, buf: &mut [u8]) -> Result<bool> {
        match self.source.read(crate::number::to_f64(at), buf) {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Error::io("the source failed").at(at)),
        }
    }
}

/// The cache as a storage, while the engine's export keeps it too: to hand over what was fetched.
pub struct SharedPages {
    pages: Rc<Pages<JsFetch>>,
    /// Which file it is; 0 is the one that was opened.
    number: u32,
    files: Option<Vec<u64>>,
}

impl Storage for SharedPages {
    fn len(&self) -> u64 {
        self.pages.len()
    }

    fn files(&self) -> Files<'_> {
        match &self.files {
            None => Files::One,
            Some(sizes) if self.pages.source().source.spread() => Files::Multi(sizes),
            Some(sizes) => Files::Family(sizes),
        }
    }

    /// The caches are [forgotten](Sources::refresh) all together.
    fn refresh(&mut self) {
        self.files = self.pages.source().files();
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        self.pages.read_at(at, buf).map_err(|e| e.of_source(self.number))
    }

    fn want(&self, ranges: &[Range<u64>]) -> Result<()> {
        self.pages.want(ranges).map_err(|e| e.of_source(self.number))
    }
}

/// The files of a session: the one that was opened, and those that are named in it.
#[derive(Default)]
pub struct Sources {
    all: RefCell<Vec<Option<Rc<Pages<JsFetch>>>>>,
    /// What JavaScript said about names: in which file, which name, which file that is.
    answers: RefCell<Vec<(u32, String, Option<u32>)>>,
}

impl Sources {
    /// Those of a file that is made in memory: its number, 0, is no source's.
    #[cfg(feature = "edit")]
    pub fn of_new() -> Sources {
        Sources { all: RefCell::new(vec![None]), ..Sources::default() }
    }

    /// One more file; its number.
    pub fn add(&self, source: Source, page_size: usize, cache: usize) -> u32 {
        let all = &mut *self.all.borrow_mut();
        all.push(Some(Rc::new(Pages::new(JsFetch::new(source), page_size, cache))));
        u32::try_from(all.len() - 1).unwrap_or(u32::MAX)
    }

    /// Forgets what was read of all files, and asks how large they are. Those that were not found may be there now.
    pub fn refresh(&self) {
        for pages in self.all.borrow().iter().flatten() {
            pages.source().measure();
            pages.forget();
        }
        self.answers.borrow_mut().retain(|(.., file)| file.is_some());
    }

    /// Remembers what `name` in file `from` is.
    pub fn answer(&self, from: u32, name: String, file: Option<u32>) {
        self.answers.borrow_mut().push((from, name, file));
    }

    /// The cache of a file.
    pub fn pages(&self, number: u32) -> Option<Rc<Pages<JsFetch>>> {
        self.all.borrow().get(usize::try_from(number).ok()?)?.clone()
    }

    /// Bytes that the caches hold, and how often a page was asked for that was in one.
    pub fn held(&self) -> (usize, u64) {
        let all = self.all.borrow();
        let pages = || all.iter().flatten();
        (pages().map(|pages| pages.held()).sum(), pages().map(|pages| pages.hits()).sum())
    }

    /// A file as a storage.
    pub fn storage(&self, number: u32) -> Option<Box<dyn Storage>> {
        let pages = self.pages(number)?;
        let files = pages.source().files();
        Some(Box::new(SharedPages { pages, number, files }))
    }
}

impl Elsewhere for Sources {
    fn find(&self, from: u32, name: &str) -> Result<Option<(u32, Box<dyn Storage>)>> {
        let answers = self.answers.borrow();
        let Some((.., file)) = answers.iter().find(|(f, n, _)| *f == from && n == name) else {
            return Err(Error::wanted(from, name));
        };
        Ok(file.and_then(|number| Some((number, self.storage(number)?))))
    }
}

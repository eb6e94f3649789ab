//! Sources that can be written, as devices; and what is changed in memory where they cannot.

use crate::number::{to_f64, to_u64};
use crate::source::{JsFetch, Source, Sources};
use hyperslab::storage::{Device, Direct, Fetch, Journaled, Overlay, Pages, Storage};
use hyperslab::{Error, Result};
use js_sys::Function;
use std::rc::Rc;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// There is one if the source can be written.
    #[wasm_bindgen(method, getter, js_name = write)]
    fn verb(this: &Source) -> Option<Function>;

    /// Overwrites what is at `offset`: 1 done, 2 failed.
    #[wasm_bindgen(method)]
    fn write(this: &Source, offset: f64, bytes: &[u8]) -> u32;

    /// Cuts or grows to `size` bytes.
    #[wasm_bindgen(method)]
    fn truncate(this: &Source, size: f64) -> u32;

    /// Returns when everything is on the disk.
    #[wasm_bindgen(method)]
    fn sync(this: &Source) -> u32;

    /// Where the journal is.
    #[wasm_bindgen(method, getter)]
    fn journal(this: &Source) -> Option<Source>;

    /// Whether others read the file meanwhile: writes must not wait, and not change places.
    #[wasm_bindgen(method, getter)]
    fn ordered(this: &Source) -> bool;

    /// Whether it keeps what was written when `sync` fails.
    #[wasm_bindgen(method, getter)]
    fn held(this: &Source) -> bool;
}

fn done(answer: u32) -> Result<()> {
    if answer == 1 { Ok(()) } else { Err(Error::io("the source failed")) }
}

/// A source that can be written, behind the cache through which it is read.
struct Cached(Rc<Pages<JsFetch>>);

impl Cached {
    fn source(&self) -> &Source {
        self.0.source().source()
    }

    fn resize(&self, size: u64) {
        let before = self.0.source().len();
        self.0.source().set_size(size);
        self.0.resized(before);
    }
}

impl Device for Cached {
    fn len(&self) -> u64 {
        Storage::len(self.0.as_ref())
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        self.0.read_at(at, buf)
    }

    fn write_at(&mut self, at: u64, data: &[u8]) -> Result<()> {
        let written = done(self.source().write(to_f64(at), data)).map_err(|e| e.at(at));
        let end = at.saturating_add(data.len() as u64);
        if end > Device::len(self) {
            // After a failure it may have grown by a part.
            self.resize(if written.is_ok() { end } else { to_u64(self.source().size()) });
        }
        if written.is_ok() {
            self.0.wrote(at, data);
        }
        written
    }

    fn set_len(&mut self, len: u64) -> Result<()> {
        done(self.source().truncate(to_f64(len)))?;
        self.resize(len);
        Ok(())
    }

    fn sync(&mut self) -> Result<()> {
        done(self.source().sync())
    }

    fn is_held(&self) -> bool {
        self.source().held()
    }
}

/// A source that is written far more than it is read.
struct Plain(JsFetch);

impl Device for Plain {
    fn len(&self) -> u64 {
        to_u64(self.0.source().size())
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        if self.0.fetch(at, buf)? { Ok(()) } else { Err(Error::io("a journal has to answer at once").at(at)) }
    }

    fn write_at(&mut self, at: u64, data: &[u8]) -> Result<()> {
        done(self.0.source().write(to_f64(at), data)).map_err(|e| e.at(at))
    }

    fn set_len(&mut self, len: u64) -> Result<()> {
        done(self.0.source().truncate(to_f64(len)))
    }

    fn sync(&mut self) -> Result<()> {
        done(self.0.source().sync())
    }
}

/// The files of a new session, and the first of them as a storage that can be changed.
pub fn first(source: Source, page_size: usize, cache: usize) -> Result<(Rc<Sources>, Box<dyn Storage>)> {
    let files = Rc::new(Sources::default());
    let number = files.add(source, page_size, cache);
    let storage = open(&files, number)?;
    Ok((files, storage))
}

/// A file of the session as a storage that can be changed: in place if its source can be written, in memory if not.
///
/// Errors: those of [`Journaled::open`].
fn open(sources: &Sources, number: u32) -> Result<Box<dyn Storage>> {
    let none = || Error::argument("there is no such file");
    let pages = sources.pages(number).ok_or_else(none)?;
    let source = pages.source().source();
    if source.verb().is_none() {
        return Ok(Box::new(Overlay::new(sources.storage(number).ok_or_else(none)?)));
    }
    let (journal, ordered) = (source.journal(), source.ordered());
    let data = Box::new(Cached(pages));
    if ordered {
        return Ok(Box::new(Direct::new(data)));
    }
    let journal = journal.map(|source| Box::new(Plain(JsFetch::new(source))) as Box<dyn Device>);
    Ok(Box::new(Journaled::open(data, journal, Journaled::BUDGET)?))
}

//! The file's bytes, which stay in JavaScript.

use hyperslab::storage::{Fetch, Pages, Storage};
use hyperslab::{Error, Result};
use std::ops::Range;
use std::rc::Rc;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// A source of bytes, see `crate/js/sources`.
    pub type Source;

    #[wasm_bindgen(method, getter)]
    fn size(this: &Source) -> f64;

    /// Fills `into` from `offset`: 1 done, 0 not here yet, 2 failed.
    #[wasm_bindgen(method)]
    fn read(this: &Source, offset: f64, into: &mut [u8]) -> u32;
}

/// A [`Source`] below a page cache.
pub struct JsFetch {
    source: Source,
    size: u64,
}

impl JsFetch {
    /// The size is asked for once: a file that grows meanwhile is read as it was.
    pub fn new(source: Source) -> Self {
        let size = crate::number::to_u64(source.size());
        JsFetch { source, size }
    }
}

impl Fetch for JsFetch {
    fn len(&self) -> u64 {
        self.size
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
pub struct SharedPages(pub Rc<Pages<JsFetch>>);

impl Storage for SharedPages {
    fn len(&self) -> u64 {
        self.0.len()
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        self.0.read_at(at, buf)
    }

    fn want(&self, ranges: &[Range<u64>]) -> Result<()> {
        self.0.want(ranges)
    }
}

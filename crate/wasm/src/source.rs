//! The file's bytes, which stay in JavaScript.

use hyperslab::storage::{Fetch, Files, Pages, Storage};
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
    size: u64,
    files: Option<Vec<u64>>,
}

impl JsFetch {
    /// The size is asked for once: a file that grows meanwhile is read as it was.
    pub fn new(source: Source) -> Self {
        let size = crate::number::to_u64(source.size());
        let sizes = |files: Vec<f64>| files.into_iter().map(crate::number::to_u64).collect();
        let files = source.files().map(sizes);
        JsFetch { source, size, files }
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

    fn files(&self) -> Files<'_> {
        let JsFetch { source, files, .. } = self.0.source();
        match files {
            None => Files::One,
            Some(sizes) if source.spread() => Files::Multi(sizes),
            Some(sizes) => Files::Family(sizes),
        }
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        self.0.read_at(at, buf)
    }

    fn want(&self, ranges: &[Range<u64>]) -> Result<()> {
        self.0.want(ranges)
    }
}

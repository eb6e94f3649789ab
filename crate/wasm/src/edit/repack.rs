//! A copy in progress.

use crate::engine::Engine;
use crate::fault::Throw;
use hyperslab::api::File;
use hyperslab::bytes::Addr;
use hyperslab::write::{Repack, RepackOptions};
use hyperslab::{Error, Kind, Result};
use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Bytes of elements copied in one call: enough to forget what a call costs, little enough to report often.
const PORTION: u64 = 1 << 20;

/// A copy in progress.
#[wasm_bindgen]
pub struct Repacking {
    file: File,
    root: Addr,
    inner: Option<Repack>,
}

impl Repacking {
    /// Nothing is read yet.
    pub fn new(file: &File, options: RepackOptions) -> Result<Repacking> {
        let root = file.info()?.root;
        Ok(Repacking { file: file.clone(), root, inner: Some(Repack::new(options)?) })
    }
}

fn ended() -> Error {
    Error::new(Kind::Closed, "the copy was taken already")
}

#[wasm_bindgen]
impl Repacking {
    /// Does a little. Bytes of elements copied, bytes there are, and 1 when nothing is left to do.
    pub fn step(&mut self) -> std::result::Result<Vec<f64>, JsValue> {
        let mut portion = || {
            let inner = self.inner.as_mut().ok_or_else(ended)?;
            let source = self.file.medium()?;
            let first = inner.step(&source, self.root)?;
            let (mut at, mut steps) = (first, 0);
            while !at.finished && at.done_bytes < first.done_bytes.saturating_add(PORTION) && steps < 64 {
                // What was done so far stands: missing bytes are asked for by the next call.
                match inner.step(&source, self.root) {
                    Err(e) if e.is_pending() => break,
                    next => at = next?,
                }
                steps += 1;
            }
            Ok(at)
        };
        let at = portion().throw()?;
        Ok(vec![
            crate::number::to_f64(at.done_bytes),
            crate::number::to_f64(at.total_bytes),
            f64::from(u8::from(at.finished)),
        ])
    }

    /// The new file.
    pub fn finish(&mut self) -> std::result::Result<Uint8Array, JsValue> {
        let bytes = self.inner.take().ok_or_else(ended).and_then(Repack::finish).throw()?;
        Ok(Uint8Array::from(bytes.as_bytes()))
    }
}

#[wasm_bindgen]
impl Engine {
    /// Starts a compact copy of the file, or of the object at `subtree`, with gzip at this level or, without one, the
    /// filters that there are. Links at the paths `drop` are left out.
    pub fn repack(
        &self,
        gzip: Option<u8>,
        subtree: Option<String>,
        drop: Vec<String>,
    ) -> std::result::Result<Repacking, JsValue> {
        self.file().and_then(|file| Repacking::new(file, RepackOptions { gzip, subtree, drop })).throw()
    }
}

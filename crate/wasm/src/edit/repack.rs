//! A copy in progress.

use super::given::{extents, flag, get, given, list, text, unknown, whole};
use super::spec;
use crate::engine::Engine;
use crate::fault::Throw;
use crate::number::{to_f64, to_u64};
use hyperslab::api::File;
use hyperslab::bytes::Addr;
use hyperslab::storage::Spool;
use hyperslab::write::{Filtering, Must, Named, Placing, Repack, RepackOptions, Storing};
use hyperslab::{Error, Kind, Result};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Bytes of elements copied in one call: enough to forget what a call costs, little enough to report often.
const PORTION: u64 = 1 << 20;
/// Bytes that wait to leave before a call returns.
const WAITING: usize = 4 << 20;

/// A copy in progress.
#[wasm_bindgen]
pub struct Repacking {
    file: File,
    root: Addr,
    inner: Option<Repack>,
    /// Where the new file comes into being, if that is not in memory.
    spool: Option<Spool>,
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
            let waits = |spool: &Option<Spool>| spool.as_ref().is_some_and(|s| s.waiting() >= WAITING);
            while !at.finished
                && at.done_bytes < first.done_bytes.saturating_add(PORTION)
                && steps < 64
                && !waits(&self.spool)
            {
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
        Ok(vec![to_f64(at.done_bytes), to_f64(at.total_bytes), f64::from(u8::from(at.finished))])
    }

    /// What is to be written to where the new file will be: where each piece belongs, and its bytes.
    pub fn pieces(&self) -> Array {
        let all = Array::new();
        for (at, piece) in self.spool.iter().flat_map(Spool::take) {
            all.push(&JsValue::from_f64(to_f64(at)));
            all.push(&Uint8Array::from(piece.as_slice()));
        }
        all
    }

    /// Completes the file, of which some pieces are left; its bytes.
    pub fn seal(&mut self) -> std::result::Result<f64, JsValue> {
        let file = self.inner.take().ok_or_else(ended).and_then(Repack::finish).throw()?;
        Ok(to_f64(file.len()))
    }

    /// The new file.
    pub fn finish(&mut self) -> std::result::Result<Uint8Array, JsValue> {
        let bytes = self.inner.take().ok_or_else(ended).and_then(Repack::finish);
        let bytes = bytes.and_then(|file| file.into_bytes()).throw()?;
        Ok(Uint8Array::from(bytes.as_slice()))
    }
}

/// How datasets are stored (`StoringSpec` in crate/js/glue.d.ts).
fn storing(given_spec: &JsValue) -> Result<Storing> {
    let choice = |name| given(given_spec, name).map(|v| v.is_truthy());
    let filters = if flag(given_spec, "keep") {
        Filtering::Keep
    } else {
        Filtering::Made {
            gzip: given(given_spec, "gzip").map(|level| whole(&level, "gzip")).transpose()?,
            filters: spec::filters(given_spec)?,
            shuffle: choice("shuffle"),
            fletcher32: choice("fletcher32"),
        }
    };
    let placing = match (extents(given_spec, "chunks"), get(given_spec, "place").as_string().as_deref()) {
        (Some(shape), _) => Placing::Shape(shape.into_iter().map(to_u64).collect()),
        (None, None) => Placing::AsNeeded,
        (None, Some("keep")) => Placing::Keep,
        (None, Some("compact")) => Placing::Compact,
        (None, Some("contiguous")) => Placing::Contiguous,
        (None, Some("chunked")) => Placing::Guess,
        (None, Some(other)) => return Err(unknown("layout", other)),
    };
    Ok(Storing { filters, placing, merge: flag(given_spec, "merge") })
}

/// How a copy is made (`RepackSpec` in crate/js/glue.d.ts).
fn options(file: &File, given_spec: &JsValue) -> Result<RepackOptions> {
    let mut named = Vec::new();
    for one in list(given_spec, "named")?.iter() {
        let must = Must { filters: flag(&one, "mustFilter"), placing: flag(&one, "mustPlace") };
        named.push(Named { path: text(&one, "path")?, storing: storing(&get(&one, "storing"))?, must });
    }
    let own = match file.info()?.superblock {
        0 | 1 => "earliest",
        2 => "v108",
        _ => "v110",
    };
    Ok(RepackOptions {
        file: spec::file_like(given_spec, own)?,
        own_userblock: flag(given_spec, "ownUserblock"),
        storing: storing(&get(given_spec, "storing"))?,
        named,
        subtree: get(given_spec, "subtree").as_string(),
        drop: list(given_spec, "drop")?.iter().filter_map(|path| path.as_string()).collect(),
    })
}

#[wasm_bindgen]
impl Engine {
    /// Starts a copy of the file, in memory or, piece by piece, somewhere else.
    pub fn repack(&self, spec: &JsValue) -> std::result::Result<Repacking, JsValue> {
        let begin = || {
            let file = self.file()?;
            let options = options(file, spec)?;
            let spool = flag(spec, "apart").then(Spool::default);
            let inner = match &spool {
                Some(spool) => Repack::into(Box::new(spool.clone()), options)?,
                None => Repack::new(options)?,
            };
            Ok(Repacking { file: file.clone(), root: file.info()?.root, inner: Some(inner), spool })
        };
        begin().throw()
    }
}

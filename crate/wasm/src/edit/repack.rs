//! A copy in progress.

use super::given::{flag, get, given, list, text, unknown, whole};
use super::spec;
use crate::describe::write_filter;
use crate::engine::Engine;
use crate::fault::Throw;
use crate::json::Json;
use crate::number::{to_f64, to_u64};
use hyperslab::api::File;
use hyperslab::bytes::Addr;
use hyperslab::format::message::FilterPipeline;
use hyperslab::storage::Spool;
use hyperslab::write::{ApartChunks, Filtering, Must, Named, Placing, Repack, RepackOptions, Storing};
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
    /// Whether others make chunks.
    shared: bool,
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
                && !(self.shared && inner.apart().is_some())
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

    /// The chunks that come next, as JSON, if they can be made apart: the dataset, the extents of a chunk, filters, the bytes of
    /// the element that is beyond the extents.
    pub fn apart(&mut self) -> Option<String> {
        let ApartChunks { dataset, chunk, filters, fill } = self.inner.as_mut()?.apart()?;
        let fill: Vec<u64> = fill.into_iter().map(u64::from).collect();
        let mut j = Json::default();
        j.object(|j| {
            j.key("dataset").number(dataset.0);
            j.key("chunk").numbers(&chunk);
            j.key("fill").numbers(&fill);
            j.key("filters").array(|j| filters.filters.iter().for_each(|f| write_filter(j, f)));
        });
        Some(j.finish())
    }

    /// What belongs into the next of them, `most` at most: where each begins and how many elements it has along each axis, one
    /// behind the other.
    #[wasm_bindgen(js_name = handOut)]
    pub fn hand_out(&mut self, most: usize) -> Vec<f64> {
        let boxes = self.inner.as_mut().map_or_else(Vec::new, |inner| inner.hand_out(most));
        boxes.into_iter().flat_map(|(origin, inside)| origin.into_iter().chain(inside)).map(to_f64).collect()
    }

    /// Stores the next one; what `step` says.
    pub fn put(&mut self, bytes: &[u8], mask: u32) -> std::result::Result<Vec<f64>, JsValue> {
        let at = self.inner.as_mut().ok_or_else(ended).and_then(|inner| inner.put(bytes, mask)).throw()?;
        Ok(vec![to_f64(at.done_bytes), to_f64(at.total_bytes), 0.0])
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

/// Options about filters, and about places: who says one of them says all.
const FILTERS: [&str; 6] =
    ["compression", "compressionOpts", "shuffle", "fletcher32", "scaleoffset", "filters"];
const PLACES: [&str; 2] = ["chunks", "layout"];

fn said(options: &JsValue, names: &[&str]) -> bool {
    names.iter().any(|name| given(options, name).is_some())
}

/// How datasets are stored: as is said of them, and where that says nothing, of all. And what of it is said of them.
fn storing(own: &JsValue, all: &JsValue) -> Result<(Storing, Must)> {
    let must = Must { filters: said(own, &FILTERS), placing: said(own, &PLACES) };
    let (about, place) = (if must.filters { own } else { all }, if must.placing { own } else { all });
    let mut placing = placing(place)?;
    let mut filters = filtering(about)?;
    if matches!(placing, Placing::Contiguous | Placing::Compact) && filters.are_any() {
        match (must.placing, must.filters) {
            // What was said of all is not for this one.
            (false, true) => placing = Placing::AsNeeded,
            (true, true) => {
                return Err(Error::argument("filters need chunks: a dataset in one piece has none"));
            }
            _ => filters = Storing::gzip(0).filters,
        }
    }
    let merge = given(own, "merge").unwrap_or_else(|| get(all, "merge")).is_truthy();
    Ok((Storing { filters, placing, merge }, must))
}

fn filtering(options: &JsValue) -> Result<Filtering> {
    let choice = |name| given(options, name).map(|v| v.is_truthy());
    if get(options, "compression").as_string().as_deref() == Some("keep") {
        return match FILTERS.iter().skip(1).find(|name| given(options, name).is_some()) {
            Some(other) => Err(Error::argument(format!("{other} for datasets that keep their filters"))),
            None => Ok(Filtering::Keep),
        };
    }
    let gzip = given(options, "gzip").map(|level| whole(&level, "gzip")).transpose()?;
    Ok(Filtering::Made {
        // Without a word about filters everything is compressed that may be.
        gzip: gzip.or_else(|| (!said(options, &FILTERS)).then_some(4)),
        filters: spec::filters(options)?,
        shuffle: choice("shuffle"),
        fletcher32: choice("fletcher32"),
    })
}

fn placing(options: &JsValue) -> Result<Placing> {
    let (chunks, layout) = (get(options, "chunks"), get(options, "layout"));
    let layout = if layout.is_undefined() { None } else { Some(text(options, "layout")?) };
    let word = match (layout.as_deref(), chunks.as_bool()) {
        (Some("keep" | "compact" | "contiguous"), Some(true)) | (Some("chunked"), Some(false)) => {
            return Err(Error::argument("chunks and a layout that contradicts them"));
        }
        (Some(word), _) => word,
        (None, Some(false)) => "contiguous",
        (None, Some(true)) => "chunked",
        (None, None) if chunks.as_string().as_deref() == Some("keep") => "keep",
        (None, None) if chunks.is_undefined() => return Ok(Placing::AsNeeded),
        (None, None) => "chunked",
    };
    if Array::is_array(&chunks) {
        let shape = list(options, "chunks")?.iter().map(|n| whole(&n, "chunks")).collect::<Result<_>>()?;
        return match word {
            "chunked" => Ok(Placing::Shape(shape)),
            _ => Err(Error::argument("chunks and a layout that contradicts them")),
        };
    }
    if !chunks.is_undefined() && chunks.as_bool().is_none() && chunks.as_string().as_deref() != Some("keep") {
        return Err(Error::argument("chunks are extents, true, false or \"keep\""));
    }
    match word {
        "keep" => Ok(Placing::Keep),
        "compact" => Ok(Placing::Compact),
        "contiguous" => Ok(Placing::Contiguous),
        "chunked" => Ok(Placing::Guess),
        other => Err(unknown("layout", other)),
    }
}

/// How a copy is made (`RepackSpec` in crate/js/glue.d.ts).
fn options(file: &File, given_spec: &JsValue) -> Result<RepackOptions> {
    let mut named = Vec::new();
    let all = get(given_spec, "storing");
    for one in list(given_spec, "named")?.iter() {
        let path = text(&one, "path")?;
        let (storing, must) = storing(&one, &all).map_err(|e| e.on(path.as_str()))?;
        named.push(Named { path, storing, must });
    }
    let own = match file.info()?.superblock {
        0 | 1 => "earliest",
        2 => "v108",
        _ => "v110",
    };
    Ok(RepackOptions {
        file: spec::file_like(given_spec, own)?,
        own_userblock: flag(given_spec, "ownUserblock"),
        storing: storing(&all, &all)?.0,
        named,
        subtree: get(given_spec, "subtree").as_string(),
        drop: list(given_spec, "drop")?.iter().filter_map(|path| path.as_string()).collect(),
    })
}

#[wasm_bindgen]
impl Engine {
    /// A chunk of such a copy as it is stored, and its filter mask: `piece` are its elements within the extents, of which there are
    /// `inside` along each axis.
    #[wasm_bindgen(js_name = encodeChunk)]
    pub fn encode_chunk(
        &self,
        spec: &JsValue,
        chunk: Vec<f64>,
        fill: Vec<u8>,
        inside: Vec<f64>,
        piece: &[u8],
    ) -> std::result::Result<Array, JsValue> {
        let whole = |numbers: Vec<f64>| numbers.into_iter().map(to_u64).collect::<Vec<u64>>();
        let filters = spec::filters(spec).throw()?;
        let (chunk, filters) = (whole(chunk), FilterPipeline { filters });
        let chunks = ApartChunks { dataset: Addr(0), chunk, filters, fill };
        let (bytes, mask) = chunks.encode(&whole(inside), piece).throw()?;
        Ok(Array::of2(&Uint8Array::from(bytes.as_slice()), &mask.into()))
    }

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
            let shared = flag(spec, "shared");
            Ok(Repacking { file: file.clone(), root: file.info()?.root, inner: Some(inner), spool, shared })
        };
        begin().throw()
    }
}

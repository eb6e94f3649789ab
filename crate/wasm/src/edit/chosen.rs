//! Elements from JavaScript as they are stored: for regions that are referred to, and for virtual datasets.

use super::given::{extents, get, given, list, text};
use crate::number::to_u64;
use hyperslab::bytes::{Ctx, Reader};
use hyperslab::format::selection::{self, Chosen, Pattern};
use hyperslab::object::header::ExternalFile;
use hyperslab::select::{Axis, Selection};
use hyperslab::write::VirtualSource;
use hyperslab::{Error, Result};
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};

/// What a selection chooses (`Choice` in crate/js/glue.d.ts) of a dataset of these extents.
pub fn chosen(choice: &JsValue, dims: &[u64]) -> Result<Chosen> {
    if let Some(text) = get(choice, "text").as_string() {
        let slab = Selection::parse(&text)?.resolve(dims)?.slab;
        let pattern = |a: &Axis| Pattern {
            start: a.start,
            stride: a.stride.max(1),
            count: Some(a.count),
            block: Some(a.block),
        };
        return Ok(if slab.elements()? == 0 {
            Chosen::None
        } else {
            Chosen::Regular(slab.axes().iter().map(pattern).collect())
        });
    }
    if let Some(points) = extents(choice, "points") {
        let coordinates = points.into_iter().map(to_u64).collect();
        return Ok(Chosen::Points { rank: dims.len().max(1), coordinates });
    }
    if let Some(patterns) = extents(choice, "patterns") {
        let some = |n: f64| n.is_finite().then(|| to_u64(n));
        let pattern = |[start, stride, count, block]: &[f64; 4]| Pattern {
            start: to_u64(*start),
            stride: to_u64(*stride),
            count: some(*count),
            block: some(*block),
        };
        return Ok(Chosen::Regular(patterns.as_chunks::<4>().0.iter().map(pattern).collect()));
    }
    let stored = get(choice, "stored").dyn_into::<Uint8Array>();
    let stored = stored.map_err(|_| Error::argument("a selection that cannot be stored"))?.to_vec();
    let stored = selection::Selection::decode(&mut Reader::new(&stored, 0, Ctx::WIDE));
    stored.map(|s| s.chosen).map_err(|e| Error::argument(e.what().to_owned()))
}

/// The sources of a virtual dataset of these extents.
pub fn sources(spec: &JsValue, dims: &[u64]) -> Result<Option<Vec<VirtualSource>>> {
    if given(spec, "sources").is_none() {
        return Ok(None);
    }
    let source = |v: JsValue| {
        let shape: Vec<u64> = extents(&v, "shape").unwrap_or_default().into_iter().map(to_u64).collect();
        let part = |name: &str, dims: &[u64]| {
            given(&v, name).map_or(Ok(Chosen::All), |choice| chosen(&choice, dims))
        };
        Ok(VirtualSource {
            file: text(&v, "file")?,
            dataset: text(&v, "dataset")?,
            source: part("source", &shape)?,
            target: part("target", dims)?,
        })
    };
    list(spec, "sources")?.iter().map(source).collect::<Result<_>>().map(Some)
}

/// The files of bytes that hold the elements of a dataset.
pub fn external(spec: &JsValue) -> Result<Vec<ExternalFile>> {
    if given(spec, "external").is_none() {
        return Ok(Vec::new());
    }
    let file = |v: JsValue| {
        let number = |name| get(&v, name).as_f64().unwrap_or(0.0);
        Ok(ExternalFile {
            name: text(&v, "file")?.into_bytes(),
            offset: to_u64(number("offset")),
            size: Some(number("size")).filter(|n| n.is_finite()).map(to_u64),
        })
    };
    list(spec, "external")?.iter().map(file).collect()
}

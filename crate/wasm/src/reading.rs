//! A read in progress.

use crate::batch::{self, Buffer};
use crate::fault::Throw;
use crate::json::Json;
use crate::number;
use hyperslab::api;
use hyperslab::value::{Column, Number};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Parts of one read at most.
const MOST_PARTS: usize = 4096;

/// A read in progress.
#[wasm_bindgen]
pub struct Reading {
    inner: api::Reading,
    header: String,
    /// Of the batch that was decoded last.
    buffers: Vec<Buffer>,
}

impl Reading {
    /// Wraps a read that was planned.
    pub fn new(inner: api::Reading) -> hyperslab::Result<Reading> {
        let mut j = Json::default();
        let (template, piece) = (inner.template()?, inner.in_one_piece()?);
        j.object(|j| {
            j.key("shape").numbers(inner.shape());
            j.key("total").number(inner.elements());
            batch::plan(j.key("plan"), inner.datatype(), &template);
            if let Some(piece) = &piece {
                j.key("piece").numbers(&[piece.start, piece.end]);
            }
        });
        Ok(Reading { inner, header: j.finish(), buffers: Vec::new() })
    }
}

#[wasm_bindgen]
impl Reading {
    /// Shape, elements and plan as JSON.
    pub fn header(&self) -> String {
        self.header.clone()
    }

    /// From now on elements are the bytes that the file has for them; how many each has.
    #[wasm_bindgen(js_name = asStored)]
    pub fn as_stored(&mut self) -> u32 {
        self.inner.as_stored()
    }

    /// Decodes the next batch and says how many elements it has; 0 at the end.
    #[allow(clippy::should_implement_trait)] // batches can fail, and be asked for again
    pub fn next(&mut self) -> Result<f64, JsValue> {
        // A batch of plain numbers is the reader's own buffer: it goes back before the next one is read.
        if let Some(Buffer::Bytes(bytes)) = self.buffers.drain(..).next() {
            self.inner.reuse(Column::Numbers { kind: Number::U8, bytes });
        }
        match self.inner.next().throw()? {
            None => Ok(0.0),
            Some((elements, column)) => {
                batch::buffers(self.inner.datatype(), column, &mut self.buffers);
                Ok(number::to_f64(elements))
            }
        }
    }

    /// Elements at which parts of some `bytes` begin that several can read, and the end of the last one; none where that is
    /// not worth it.
    pub fn cuts(&self, bytes: f64) -> Vec<f64> {
        self.inner.cuts(number::to_u64(bytes), MOST_PARTS).into_iter().map(number::to_f64).collect()
    }

    /// Goes on with the part between two of them.
    pub fn only(&mut self, from: f64, to: f64) {
        self.inner.only(number::to_u64(from), number::to_u64(to));
    }

    /// Sources of a virtual dataset that are not there, as JSON; nothing if all were found so far.
    pub fn missing(&self) -> Option<String> {
        let missing = self.inner.missing();
        let mut j = Json::default();
        j.array(|j| {
            for (file, dataset) in missing {
                j.object(|j| {
                    j.key("file").string(file);
                    j.key("dataset").string(dataset);
                });
            }
        });
        (!missing.is_empty()).then(|| j.finish())
    }

    /// Position and bytes in memory of each buffer of the batch.
    #[allow(clippy::cast_possible_truncation)] // positions are 32 bits wide here
    pub fn parts(&self) -> Vec<u32> {
        self.buffers.iter().flat_map(Buffer::place).map(|n| n as u32).collect()
    }
}

//! WebAssembly bindings of the filters that most files do not need (`hyperslab::filter::codecs`), in a module of
//! their own that is loaded when a dataset asks for one of them. `crate/js/codecs.ts` is the other side.

use hyperslab::bytes::{Ctx, Reader};
use hyperslab::filter::codecs::Codecs as All;
use hyperslab::filter::{External, Local};
use hyperslab::format::datatype::Datatype;
use hyperslab::format::message::Filter;
use hyperslab::{Error, Kind, Result};
use wasm_bindgen::prelude::wasm_bindgen;

/// Types that may be nested in one another.
const DEPTH: u32 = 32;

/// The filters, and the result of the last call.
#[wasm_bindgen]
#[derive(Default)]
pub struct Codecs {
    output: Vec<u8>,
    message: String,
}

fn filter(id: u16, values: &[u32]) -> Filter {
    Filter { id, optional: false, name: Vec::new(), values: values.to_vec() }
}

impl Codecs {
    /// Keeps a result and says how long it is; -1: the bytes are better stored as they are; less: an error.
    #[allow(clippy::cast_precision_loss)] // lengths in 32-bit memory
    fn keep(&mut self, result: Result<Option<Vec<u8>>>) -> f64 {
        match result {
            Ok(Some(bytes)) => {
                self.output = bytes;
                self.output.len() as f64
            }
            Ok(None) => -1.0,
            Err(e) => self.fail(&e),
        }
    }

    fn fail(&mut self, e: &Error) -> f64 {
        e.what().clone_into(&mut self.message);
        match e.kind() {
            Kind::Malformed => -2.0,
            Kind::Unsupported => -3.0,
            Kind::Argument => -4.0,
            _ => -5.0,
        }
    }
}

#[wasm_bindgen]
impl Codecs {
    /// Nothing is kept yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Codecs {
        Codecs::default()
    }

    /// Undoes a filter; the result has at most `most` bytes.
    pub fn decode(&mut self, id: u16, values: &[u32], input: &[u8], most: usize) -> f64 {
        self.output = Vec::new();
        let decoded = All.decode(&filter(id, values), input, most);
        self.keep(decoded.map(Some))
    }

    /// Applies a filter.
    pub fn encode(&mut self, id: u16, values: &[u32], input: &[u8]) -> f64 {
        self.output = Vec::new();
        let encoded = All.encode(&filter(id, values), input);
        self.keep(encoded)
    }

    /// Client data for a dataset, four bytes each: its datatype as in a message, extents of its chunks, its fill
    /// value if there is one.
    pub fn local(&mut self, id: u16, values: &[u32], datatype: &[u8], chunk: &[u64], fill: &[u8]) -> f64 {
        let made = Datatype::decode(&mut Reader::new(datatype, 0, Ctx::WIDE), DEPTH).and_then(|datatype| {
            let fill = Some(fill).filter(|f| !f.is_empty());
            All.local(&filter(id, values), &Local { datatype: &datatype, chunk, fill })
        });
        self.keep(made.map(|values| Some(values.iter().flat_map(|v| v.to_le_bytes()).collect())))
    }

    /// Where the result is in memory.
    #[allow(clippy::cast_possible_truncation)] // positions are 32 bits wide here
    pub fn output(&self) -> u32 {
        self.output.as_ptr() as usize as u32
    }

    /// What went wrong.
    pub fn message(&self) -> String {
        self.message.clone()
    }
}

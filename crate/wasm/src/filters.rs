//! Filters that are not in this module: those of the second one, and the user's own.

use hyperslab::bytes::{Ctx, Writer};
use hyperslab::filter::{self, External, Local, State};
use hyperslab::format::message::Filter;
use hyperslab::format::{Encode, Libver};
use hyperslab::{Error, Kind, Result};
use std::cell::RefCell;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// Filters in JavaScript, see `crate/js/filters.ts`.
    pub type Filters;

    /// 0: not there; 1: ready; 2: to be loaded.
    #[wasm_bindgen(method)]
    fn state(this: &Filters, id: u16, encode: bool) -> u32;

    /// Bytes that the result has, to be taken; -1: stored as they are; else what went wrong.
    #[wasm_bindgen(method)]
    fn decode(this: &Filters, id: u16, values: &[u32], input: &[u8], most: usize) -> f64;

    /// The same.
    #[wasm_bindgen(method)]
    fn encode(this: &Filters, id: u16, values: &[u32], input: &[u8]) -> f64;

    /// The same; the result are client data. `chunk` has 64 bits for each extent.
    #[wasm_bindgen(method)]
    fn local(this: &Filters, id: u16, values: &[u32], datatype: &[u8], chunk: &[u64], fill: &[u8]) -> f64;

    /// Copies the last result.
    #[wasm_bindgen(method)]
    fn take(this: &Filters, into: &mut [u8]);

    /// What went wrong, in words.
    #[wasm_bindgen(method)]
    fn message(this: &Filters) -> String;
}

thread_local! {
    static FILTERS: RefCell<Option<Filters>> = const { RefCell::new(None) };
}

/// Where all files look for filters that are not here. To be called once, before any of them is opened.
#[wasm_bindgen(js_name = useFilters)]
pub fn use_filters(filters: Filters) {
    FILTERS.with_borrow_mut(|f| *f = Some(filters));
    filter::set_external(&JsFilters);
}

struct JsFilters;

fn with<T>(call: impl FnOnce(&Filters) -> T) -> Result<T> {
    let missing = || Error::unsupported("no filters were handed over");
    FILTERS.with_borrow(|f| f.as_ref().map(call)).ok_or_else(missing)
}

/// The result of a call, by the number it returned.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // lengths in 32-bit memory
fn result(filters: &Filters, n: f64) -> Result<Option<Vec<u8>>> {
    if n >= 0.0 {
        let mut bytes = vec![0; n as usize];
        filters.take(&mut bytes);
        return Ok(Some(bytes));
    }
    let kind = match n as i32 {
        -1 => return Ok(None),
        -2 => Kind::Malformed,
        -3 => Kind::Unsupported,
        -4 => Kind::Argument,
        _ => Kind::Limit,
    };
    Err(Error::new(kind, filters.message()))
}

impl External for JsFilters {
    fn state(&self, id: u16, encode: bool) -> State {
        match with(|f| f.state(id, encode)) {
            Ok(1) => State::Ready,
            Ok(2) => State::Loadable,
            _ => State::Absent,
        }
    }

    fn decode(&self, filter: &Filter, input: &[u8], most: usize) -> Result<Vec<u8>> {
        let decoded = with(|f| result(f, f.decode(filter.id, &filter.values, input, most)))??;
        decoded.ok_or_else(|| Error::unsupported("a filter without a result"))
    }

    fn encode(&self, filter: &Filter, input: &[u8]) -> Result<Option<Vec<u8>>> {
        with(|f| result(f, f.encode(filter.id, &filter.values, input)))?
    }

    fn local(&self, filter: &Filter, local: &Local<'_>) -> Result<Vec<u32>> {
        let mut datatype = Writer::new(Ctx::WIDE);
        local.datatype.encode(&mut datatype, Libver::V200)?;
        let fill = local.fill.unwrap_or(&[]);
        let (values, datatype) = (&filter.values, datatype.into_bytes());
        let made = with(|f| result(f, f.local(filter.id, values, &datatype, local.chunk, fill)))??;
        let Some(made) = made else { return Ok(values.clone()) };
        Ok(made.as_chunks::<4>().0.iter().map(|b| u32::from_le_bytes(*b)).collect())
    }
}

//! Errors as JSON text, which is what the exports throw.

use crate::json::Json;
use hyperslab::{Error, Result};
use wasm_bindgen::JsValue;

/// Writes an error as an object.
pub fn write(j: &mut Json, e: &Error) {
    j.object(|j| {
        j.key("code").string(e.kind().code());
        j.key("message").string(&e.to_string());
        if let Some(at) = e.address() {
            j.key("address").number(at);
        }
        if e.trail().next().is_some() {
            j.key("trail").array(|j| e.trail().for_each(|s| j.string(s)));
        }
        if let Some(path) = e.path() {
            j.key("path").string(path);
        }
        if let Some(filter) = e.filter() {
            j.key("filter").object(|j| {
                j.key("id").number(filter.id);
                j.key("name").string(&filter.name);
            });
        }
        if let Some((file, target)) = e.beyond() {
            j.key("external").object(|j| {
                j.key("file").string(file);
                j.key("target").string(target);
            });
        }
        if e.source_number() > 0 {
            j.key("source").number(e.source_number());
        }
        if let Some(name) = e.wanted_file() {
            j.key("wanted").string(name);
        }
        if e.is_pending() {
            j.key("pending").array(|j| e.pending().iter().for_each(|r| j.numbers(&[r.start, r.end])));
        }
    });
}

/// Turns a result into one that can cross.
pub trait Throw<T> {
    /// The same, with the error as JSON text.
    fn throw(self) -> std::result::Result<T, JsValue>;
}

impl<T> Throw<T> for Result<T> {
    fn throw(self) -> std::result::Result<T, JsValue> {
        self.map_err(|e| {
            let mut j = Json::default();
            write(&mut j, &e);
            JsValue::from_str(&j.finish())
        })
    }
}

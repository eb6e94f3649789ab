//! Committed datatypes, dimension scales, and references to regions.

use super::chosen::chosen;
use super::datatype::datatype;
use super::given::get;
use super::spec;
use crate::engine::Engine;
use crate::fault::Throw;
use hyperslab::api::File;
use hyperslab::format::reference::Target;
use hyperslab::{Error, Result};
use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

type Thrown<T> = std::result::Result<T, JsValue>;

#[wasm_bindgen]
impl Engine {
    /// Creates a datatype that others can use, and the groups on the way.
    #[wasm_bindgen(js_name = createDatatype)]
    pub fn create_datatype(&mut self, path: &str, spec: &JsValue) -> Thrown<()> {
        self.change(|editor| {
            let made = || Ok((datatype(&get(spec, "dtype"))?, spec::header(spec)?));
            let (datatype, header) = made().map_err(|e: Error| e.on(path))?;
            editor.create_datatype(path, &datatype, &header)
        })
    }

    /// Makes a dataset a dimension scale.
    #[wasm_bindgen(js_name = makeScale)]
    pub fn make_scale(&mut self, dataset: &str, name: &str) -> Thrown<()> {
        self.change(|editor| editor.make_scale(dataset, name))
    }

    /// Makes a dataset a scale of an axis of another one.
    #[wasm_bindgen(js_name = attachScale)]
    pub fn attach_scale(&mut self, dataset: &str, axis: usize, scale: &str) -> Thrown<()> {
        self.change(|editor| editor.attach_scale(dataset, axis, scale))
    }

    /// Takes a scale away from an axis.
    #[wasm_bindgen(js_name = detachScale)]
    pub fn detach_scale(&mut self, dataset: &str, axis: usize, scale: &str) -> Thrown<()> {
        self.change(|editor| editor.detach_scale(dataset, axis, scale))
    }

    /// Says what an axis is called.
    #[wasm_bindgen(js_name = labelAxis)]
    pub fn label_axis(&mut self, dataset: &str, axis: usize, label: &str) -> Thrown<()> {
        self.change(|editor| editor.set_axis_label(dataset, axis, label))
    }

    /// The selection of a reference to these elements, as it is stored.
    #[wasm_bindgen(js_name = regionOf)]
    pub fn region_of(&mut self, dataset: &str, choice: &JsValue) -> Thrown<Uint8Array> {
        let region = |file: &File| -> Result<Vec<u8>> {
            let mut editor = file.edit()?;
            let dims = editor.shape(dataset)?;
            let reference =
                editor.region_reference(dataset, &chosen(choice, &dims).map_err(|e| e.on(dataset))?)?;
            Ok(if let Target::Region(bytes) = reference.target { bytes } else { Vec::new() })
        };
        self.file().and_then(region).map(|bytes| Uint8Array::from(bytes.as_slice())).throw()
    }
}

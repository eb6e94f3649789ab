//! Making and changing files: what the smaller of the two modules does without.

mod chosen;
mod copying;
mod datatype;
mod devices;
mod elements;
mod given;
mod objects;
mod place;
mod repack;
mod scales;
mod spec;
mod values;

pub use copying::Copying;
pub use repack::Repacking;

use crate::engine::Engine;
use crate::fault::Throw;
use crate::source::Sources;
use hyperslab::api::File;
use hyperslab::value::{self, Column};
use hyperslab::write::{Data, Editor};
use hyperslab::{Error, Result};
use js_sys::Uint8Array;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

impl Engine {
    /// The file, about which nothing that was known can be relied on any more.
    fn changed(&mut self) -> Result<&File> {
        self.forget();
        self.file()
    }

    fn change(&mut self, change: impl FnOnce(&mut Editor) -> Result<()>) -> std::result::Result<(), JsValue> {
        self.changed().and_then(File::edit).and_then(|mut editor| change(&mut editor)).throw()
    }
}

#[wasm_bindgen]
impl Engine {
    /// A new file in memory.
    pub fn create(spec: &JsValue) -> std::result::Result<Engine, JsValue> {
        let file = spec::file(spec).and_then(|options| File::create_with(&options));
        file.map(|file| Engine::over(None, Some(file), Rc::new(Sources::of_new()))).throw()
    }

    /// Creates a group, and the groups on the way.
    #[wasm_bindgen(js_name = createGroup)]
    pub fn create_group(&mut self, path: &str, spec: &JsValue) -> std::result::Result<(), JsValue> {
        self.change(|editor| editor.create_group_with(path, &spec::group(spec).map_err(|e| e.on(path))?))
    }

    /// Creates a dataset, and the groups on the way.
    #[wasm_bindgen(js_name = createDataset)]
    pub fn create_dataset(&mut self, path: &str, spec: &JsValue) -> std::result::Result<(), JsValue> {
        self.change(|editor| {
            let (spec, values) = spec::dataset(spec).map_err(|e| e.on(path))?;
            let data = match &values {
                None => Data::Late,
                // The values are the file's bytes already.
                Some(Column::Numbers { kind, bytes }) if value::native(&spec.datatype) == Some(*kind) => {
                    Data::Bytes(bytes)
                }
                Some(values) => Data::Column(values),
            };
            editor.create_dataset(path, &spec, data)
        })
    }

    /// Sets an attribute.
    #[wasm_bindgen(js_name = setAttribute)]
    pub fn set_attribute(
        &mut self,
        object: &str,
        name: &str,
        spec: &JsValue,
    ) -> std::result::Result<(), JsValue> {
        self.change(|editor| {
            let (datatype, dataspace, values) = spec::typed(spec).map_err(|e| e.on(object))?;
            let none = || values::none(&datatype);
            let values = values.map_or_else(none, Ok).map_err(|e: Error| e.on(object))?;
            match given::get(spec, "committed").as_string() {
                Some(path) => editor.set_attribute_of(object, name, &path, &dataspace, &values),
                None => editor.set_attribute(object, name, &datatype, &dataspace, &values),
            }
        })
    }

    /// Gives the object at `target` the name `path`, too.
    #[wasm_bindgen(js_name = linkHard)]
    pub fn link_hard(&mut self, path: &str, target: &str) -> std::result::Result<(), JsValue> {
        self.change(|editor| editor.link_hard(path, target))
    }

    /// Makes a soft link.
    #[wasm_bindgen(js_name = linkSoft)]
    pub fn link_soft(&mut self, path: &str, target: &str) -> std::result::Result<(), JsValue> {
        self.change(|editor| editor.link_soft(path, target))
    }

    /// Makes an external link.
    #[wasm_bindgen(js_name = linkExternal)]
    pub fn link_external(
        &mut self,
        path: &str,
        file: &str,
        target: &str,
    ) -> std::result::Result<(), JsValue> {
        self.change(|editor| editor.link_external(path, file, target))
    }

    /// Writes everything staged.
    pub fn commit(&mut self) -> std::result::Result<(), JsValue> {
        self.changed().and_then(File::commit).throw()
    }

    /// The whole file, if it is in memory.
    pub fn bytes(&mut self) -> std::result::Result<Option<Uint8Array>, JsValue> {
        let bytes = |file: &File| Ok(file.medium()?.storage().as_bytes().map(Uint8Array::from));
        self.file().and_then(bytes).throw()
    }
}

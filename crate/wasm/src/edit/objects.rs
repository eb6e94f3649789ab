//! What becomes of objects that are there: other names, copies, no name at all.

use super::given::flag;
use crate::engine::Engine;
use crate::fault::Throw;
use crate::number;
use hyperslab::api::File;
use hyperslab::write::CopyOptions;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

pub(super) fn options(spec: &JsValue) -> CopyOptions {
    CopyOptions {
        shallow: flag(spec, "shallow"),
        expand_soft: flag(spec, "expandSoft"),
        expand_external: flag(spec, "expandExternal"),
        expand_references: flag(spec, "expandReferences"),
        without_attributes: flag(spec, "withoutAttributes"),
    }
}

#[wasm_bindgen]
impl Engine {
    /// Takes a link away.
    pub fn unlink(&mut self, path: &str) -> std::result::Result<(), JsValue> {
        self.change(|editor| editor.unlink(path))
    }

    /// Commits. The headers of objects that nothing leads to any more, which were deleted since this was asked last.
    pub fn deleted(&mut self) -> std::result::Result<Vec<f64>, JsValue> {
        self.commit()?;
        let deleted = self.file().and_then(File::edit).throw()?.take_deleted();
        Ok(deleted.into_iter().map(|address| number::to_f64(address.0)).collect())
    }

    /// Gives a link another place and name.
    #[wasm_bindgen(js_name = moveLink)]
    pub fn move_link(&mut self, from: &str, to: &str) -> std::result::Result<(), JsValue> {
        self.change(|editor| editor.move_link(from, to))
    }

    /// Copies an object within the file.
    #[wasm_bindgen(js_name = copyObject)]
    pub fn copy_object(&mut self, from: &str, to: &str, spec: &JsValue) -> std::result::Result<(), JsValue> {
        self.change(|editor| editor.copy(from, to, &options(spec)))
    }

    /// Deletes an attribute.
    #[wasm_bindgen(js_name = deleteAttribute)]
    pub fn delete_attribute(&mut self, object: &str, name: &str) -> std::result::Result<(), JsValue> {
        self.change(|editor| editor.delete_attribute(object, name))
    }
}

//! WebAssembly bindings of the engine: every export translates and calls, nothing else.
//!
//! What they look like from the other side is written in `crate/js/glue.d.ts`. Errors are thrown as JSON text;
//! descriptions are JSON with a payload of value bytes; values of a read are buffers in memory, which JavaScript
//! copies to where they belong.
//!
//! It is built twice: as it is, and without its feature `edit` for files that are only read.

mod batch;
mod describe;
mod dtype;
#[cfg(feature = "edit")]
mod edit;
mod engine;
mod fault;
mod filters;
mod json;
mod number;
mod reading;
mod source;

#[cfg(feature = "edit")]
pub use edit::{Copying, Repacking};
pub use engine::Engine;
pub use filters::Filters;
pub use reading::Reading;
pub use source::Source;

use wasm_bindgen::prelude::wasm_bindgen;

/// Smaller than the standard one, and as fast.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// A panic becomes an exception with its message instead of a bare "unreachable".
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|info| wasm_bindgen::throw_str(&info.to_string())));
}

//! WebAssembly bindings of the engine: every export translates and calls, nothing else.
//!
//! What they look like from the other side is written in `crate/js/glue.d.ts`. Errors are thrown as JSON text;
//! descriptions are JSON with a payload of value bytes; values of a read are buffers in memory, which JavaScript
//! copies to where they belong.

mod batch;
mod create;
mod describe;
mod dtype;
mod engine;
mod fault;
mod filters;
mod json;
mod number;
mod reading;
mod repack;
mod source;
mod spec;

pub use engine::Engine;
pub use filters::Filters;
pub use reading::Reading;
pub use repack::Repacking;
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

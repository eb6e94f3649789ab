//! Fractal heap (08-heaps-trees): objects of dense groups and attributes, and shared messages.

mod block;
mod header;
mod id;
mod table;

pub use block::{Entry, IndirectBlock, check_direct, encode_direct, seal_direct};
pub use header::{Filtering, FractalHeap};
pub use id::HeapId;
pub use table::{DoublingTable, Step};

//! Heaps being written: names, values of variable length, dense links and attributes.

#[allow(dead_code)] // Until dense links and attributes are edited.
pub(super) mod fractal;
mod global;
mod local;

pub(super) use global::HeapWriter;
pub(super) use local::{NameHeap, create_names};

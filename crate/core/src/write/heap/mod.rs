//! Heaps being written: names, values of variable length, dense links and attributes.

pub(super) mod fractal;
mod global;
mod local;

pub(super) use global::HeapWriter;
pub(super) use local::{NameHeap, create_names};

//! Heaps being written: names, values of variable length, dense links and attributes.

pub(super) mod fractal;
mod global;
mod local;
mod values;

pub(super) use global::{HeapWriter, Mark};
pub(super) use local::{NameHeap, create_names};
pub(super) use values::release_values;

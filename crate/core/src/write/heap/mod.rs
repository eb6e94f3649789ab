//! Heaps being written: names, values of variable length, dense links and attributes.

mod global;

pub(super) use global::HeapWriter;

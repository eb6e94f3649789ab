//! Chunked storage: which chunks a selection touches, where they are, and what they hold.

pub mod grid;
pub mod heap;
pub mod index;

pub use grid::Grid;
pub use heap::HeapCache;

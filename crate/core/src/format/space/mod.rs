//! Free space that a file remembers (08-heaps-trees): of the file itself, and of fractal heaps.

mod manager;
mod sections;

pub use manager::{Client, Manager};
pub use sections::{Rows, Section, class, decode, encode, stored_size};

//! Following addresses: from a file's bytes to its objects.

pub mod attributes;
mod driver;
pub mod fractal_heap;
pub mod header;
pub mod links;
pub mod local_heap;
pub mod neighbour;
pub mod path;
pub mod shared;
pub mod superblock;
pub mod tree1;
pub mod tree2;

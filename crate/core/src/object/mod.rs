//! Following addresses: from a file's bytes to its objects.

pub mod tree1;
pub mod tree2;

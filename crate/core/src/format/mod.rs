//! Bytes to structures and back: pure, one structure per file, decode, encode, size and tests together.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::unwrap_used))]

pub mod datatype;
pub mod message;
pub mod tree;

//! HDF5 in pure Rust: reading, writing and editing, without I/O of its own.
//!
//! Layers point one way. The way in: [`storage`] → [`format`](mod@format) → `object` → `select` → `chunk` → `filter` → `layout`
//! → `value` → `api`. The way back: `api` → `write` → … → [`storage`].
//!
//! The engine never awaits: bytes that are not here yet are an [`Error`] of kind
//! [`Kind::Pending`] with the ranges to fetch; fetch them and call again.
#![deny(unsafe_code)]
#![cfg_attr(
    test,
    allow(
        clippy::cast_possible_truncation,
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing,
        clippy::unwrap_used
    )
)]

pub mod api;
pub mod bytes;
pub mod chunk;
pub mod error;
pub mod filter;
pub mod format;
pub mod layout;
pub mod limits;
pub mod object;
pub mod order;
pub mod places;
pub mod select;
pub mod storage;
pub mod value;
pub mod write;

pub use error::{Error, Kind, Result};

#![doc = include_str!("../README.md")]
//!
//! # The map
//!
//! | | |
//! |---|---|
//! | [`File`] | a file on disk ([`open`](File::open), [`create`](File::create), [`edit`](File::edit), [`OpenOptions`]), spread over several ([`FileSet`]), in memory ([`in_memory`](File::in_memory), [`from_bytes`](File::from_bytes)), or from wherever a [`Storage`](source::Storage) gets it |
//! | [`Group`], [`Dataset`], [`CommittedDatatype`], [`Object`] | what is in it; handles are cheap to clone and keep it open |
//! | [`Attributes`] | of any of them: `attrs()` |
//! | [`DatasetBuilder`], [`Compression`] | new datasets |
//! | [`FromColumn`], [`ToColumn`], [`record!`] | which of Rust's types elements can be |
//! | [`Columns`], [`Column`] | compounds member by member; elements of whatever type |
//! | [`Select`], [`Points`], [`Mask`] | which elements |
//! | [`Datatype`], [`datatype`] | types as they are in the file |
//! | [`options`] | what can be said about files, groups, datasets and copies ([`File::repack`]) |
//! | [`Error`], [`Kind`] | what went wrong, where in the file, and who is at fault |
//! | [`filters`] | filters of your own |
//!
//! # Files on disk
//!
//! A file that is open for writing has a journal beside it, `NAME-journal`. It says who is writing, so that nobody else does,
//! and has what is needed to put the file back after a power cut or a crash; that happens by itself when the file is opened
//! next. The package for JavaScript keeps the same journals: either opens what the other one left behind. With
//! [`File::start_swmr`] others, libhdf5 too, read a file while it is written.
//!
//! A [`File`] belongs to one thread, as everything in it; other threads open it again.
//!
//! # Errors
//!
//! Every function says which kinds of [`Error`] it has. [`Error::kind`] is for programs, [`Error::address`] and [`Error::trail`]
//! say where in the file something is wrong, [`Error::path`] about which object; what the system said is the
//! [`source`](std::error::Error::source). An error goes with `?` into `Box<dyn Error + Send + Sync>` and [`std::io::Error`].
#![deny(unsafe_code, missing_docs)]
#![cfg_attr(
    test,
    allow(
        clippy::cast_possible_truncation,
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing,
        clippy::unwrap_used
    )
)]

// The engine. Public because the bindings for other languages and the tests are crates of their own, hidden because nothing is
// promised about it: programs use what is below. `cargo doc --document-hidden-items` shows it.
//
// Layers point one way. The way in: storage → format → object → select → chunk → filter → layout → value → api. The way back:
// api → write → … → storage. It never awaits: bytes that are not here yet are an error of kind `Pending` with the ranges to
// fetch; fetch them and call again. Above it is `native`, which knows no such thing.
#[doc(hidden)]
pub mod api;
#[doc(hidden)]
pub mod bytes;
#[doc(hidden)]
pub mod chunk;
#[doc(hidden)]
pub mod error;
#[doc(hidden)]
pub mod filter;
#[doc(hidden)]
pub mod format;
#[doc(hidden)]
pub mod layout;
#[doc(hidden)]
pub mod limits;
mod native;
#[doc(hidden)]
pub mod object;
#[doc(hidden)]
pub mod order;
#[doc(hidden)]
pub mod places;
#[doc(hidden)]
pub mod select;
#[doc(hidden)]
pub mod storage;
#[doc(hidden)]
pub mod value;
#[doc(hidden)]
pub mod write;

pub use api::StoredChunk;
pub use error::{Error, FilterRef, Kind, Result};
pub use format::Libver;
pub use format::datatype::Datatype;
pub use format::reference::{Reference, Target};
pub use native::*;
pub use select::{Item, Region, Selection};
pub use value::{Column, Number};
pub use write::{RepackOptions, Storing};

/// What datatypes are made of.
///
/// Most are written as in NumPy ([`parse`](datatype::parse)), or are those of Rust's types ([`ToColumn::datatype`]):
///
/// ```
/// use hyperslab::datatype::{ByteOrder, Class};
/// use hyperslab::{Datatype, ToColumn};
///
/// let big: Datatype = ">i2".parse()?;
/// assert!(matches!(big.class, Class::Integer { order: ByteOrder::Big, signed: true, .. }));
/// let pair = Datatype::compound([(b"x".to_vec(), f64::datatype()), (b"name".to_vec(), "S8".parse()?)]);
/// assert_eq!(pair.size, 16);
/// # hyperslab::Result::Ok(())
/// ```
pub mod datatype {
    pub use crate::format::datatype::{
        ByteOrder, CharacterSet, Class, Datatype, FloatLayout, Member, Normalization, ReferenceKind,
        StringPadding,
    };
    pub use crate::write::dtype::{boolean, name, parse};
}

/// What can be said about files, groups, datasets, copies.
pub mod options {
    pub use crate::format::message::{AllocTime, BTreeK, FillTime, Filter, FilterPipeline};
    pub use crate::format::selection::{Chosen, Pattern};
    pub use crate::limits::Limits;
    pub use crate::object::header::ExternalFile;
    #[cfg(any(unix, windows))]
    pub use crate::storage::disk::Reach;
    pub use crate::write::{
        Chunks, CopyOptions, CreateOptions, DatasetSpec, FileSpaceOptions, FileSpaceStrategy, Fill,
        Filtering, GroupOptions, HeaderOptions, Must, Named, Order, Placing, Progress, RepackOptions,
        Storing, VirtualSource,
    };
}

/// Filters of your own, for the whole process.
///
/// They are asked before those of the feature `codecs`; deflate, shuffle and fletcher32 are always this crate's.
pub mod filters {
    #[cfg(feature = "codecs")]
    pub use crate::filter::codecs::Codecs;
    pub use crate::filter::registry::name;
    pub use crate::filter::{External, Local, State, set_external};
    pub use crate::format::message::Filter;
}

/// Files that are somewhere else than on disk or in memory.
pub mod source {
    pub use crate::storage::Storage;
}

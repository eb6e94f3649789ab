//! Writing: edits are staged over a file, then sized, allocated, encoded and published, the superblock last.
//!
//! ```
//! use hyperslab::format::{datatype::Datatype, message::Dataspace};
//! use hyperslab::write::{Data, DatasetSpec, Editor};
//!
//! let mut file = Editor::create()?;
//! let values: Vec<u8> = (0..6i32).flat_map(i32::to_le_bytes).collect();
//! let spec = DatasetSpec::new(Datatype::integer(4, true), Dataspace::simple(vec![2, 3]));
//! file.create_dataset("/run/counts", &spec, Data::Bytes(&values))?;
//! file.create_group("/run/raw")?;
//! let bytes = file.into_bytes()?;
//! assert_eq!(&bytes[1..4], b"HDF");
//! # Ok::<(), hyperslab::Error>(())
//! ```
//!
//! What an [`Editor`] writes is what h5py writes by default: superblock 0, version 1 object headers, symbol
//! tables, version 1 B-trees over chunks. After [`Editor::commit`] the [`Medium`] below is a valid file that
//! the reading side opens, and editing goes on from there: object headers keep their addresses and grow by
//! continuation blocks, a new link touches one node of its group.

mod attributes;
mod broadcast;
mod cache_image;
mod changes;
mod chunk_index;
mod commit;
mod copy;
mod create;
mod cut;
mod dataset;
mod delete;
pub mod dtype;
mod edit;
mod elements;
mod extension;
mod fill;
mod flags;
mod guess;
mod header;
mod heap;
mod links;
mod names;
mod node;
mod options;
mod output;
mod raw;
mod repack;
mod shared_messages;
mod space;
mod spec;
mod stage;
mod swmr;
mod transfer;
mod tree1;
mod tree2;

pub use broadcast::Broadcast;
pub use copy::{Carry, CopyOptions};
pub use elements::{Elements, Made, Ready};
pub use flags::clear_flags;
pub use guess::guess_chunk;
pub use options::{CreateOptions, GroupOptions, HeaderOptions, Order};
pub use repack::{
    ApartBox, ApartChunks, Filtering, Must, Named, Placing, Progress, Repack, RepackOptions, Storing,
};
pub use space::{FileSpaceOptions, FileSpaceStrategy};
pub use spec::{Chunks, DatasetSpec, Fill, VirtualSource};

use crate::bytes::Addr;
use crate::error::{Context, Error, Kind, Result};
use crate::format::superblock::{SWMR_ACCESS, Superblock};
use crate::format::{Libver, length};
use crate::object::superblock;
use crate::storage::{Files, Medium, Neighbours, Newer};
use crate::value::Column;
use output::Output;
use space::persisted;
use stage::Stage;

/// The values of a new dataset.
pub enum Data<'a> {
    /// None yet: nothing is stored, everything reads as the fill value.
    Late,
    /// Bytes of the file's datatype, in C order. Not for datatypes that keep values in the global heap.
    Bytes(&'a [u8]),
    /// Native values, converted to the file's datatype.
    Column(&'a Column),
    /// Bytes of the file's datatype, made on demand.
    Elements(&'a mut dyn Elements),
}

/// A chunk as it is stored.
#[derive(Clone, Debug)]
pub struct StoredChunk {
    /// The element at which it begins.
    pub offset: Vec<u64>,
    /// What filters made of its elements.
    pub bytes: Vec<u8>,
    /// The filters that it did not go through: bit `i` for filter `i`.
    pub mask: u32,
}

/// Staged edits over a file.
pub struct Editor {
    out: Output,
    stage: Stage,
    superblock: Superblock,
    deleted: Vec<Addr>,
}

impl Editor {
    /// The file in `medium`, whose superblock was read from it, to be changed. New structures are in the form that
    /// `low` chooses, or, by default, in that of the oldest release that reads the file's superblock.
    ///
    /// Errors: `ReadOnly` if the medium cannot be written; `Unsupported` for files that a driver spread out or that a
    /// writer has open for concurrent readers.
    pub fn open(medium: Medium, superblock: Superblock, low: Option<Libver>) -> Result<Editor> {
        Editor::take(&mut Some(medium), superblock, low)
    }

    /// The same; the medium is taken if that succeeds, and otherwise left for another try.
    pub fn take(medium: &mut Option<Medium>, superblock: Superblock, low: Option<Libver>) -> Result<Editor> {
        let closed = || Error::new(Kind::Closed, "there is no medium any more");
        let there = medium.as_mut().ok_or_else(closed)?;
        there.writer()?;
        check_editable(there, &superblock)?;
        let low = low.unwrap_or(match superblock.version {
            0 | 1 => Libver::Earliest,
            2 => Libver::V18,
            _ => Libver::V110,
        });
        let stage = Stage::of_file(superblock.root);
        let tracks_attributes = shared_messages::share_attributes(there)?;
        let mut out = Output::of_file(medium.take().ok_or_else(closed)?, &superblock, low)?;
        out.tracks_attributes = tracks_attributes;
        if let Err(e) = persisted::load(&mut out, superblock.extension()) {
            *medium = Some(out.medium);
            return Err(e);
        }
        Ok(Editor { out, stage, superblock, deleted: Vec::new() })
    }

    /// Lets the file find others by the names that are written in it.
    pub fn set_neighbours(&mut self, neighbours: Neighbours) {
        self.out.medium.neighbours = neighbours;
    }

    /// Tells what time it is, in seconds since 1970 (UTC), for objects that remember when they were changed.
    pub fn set_time(&mut self, now: u32) {
        self.out.now = Some(now);
    }

    /// Whether there are edits that [`commit`](Editor::commit) would publish.
    pub fn is_changed(&self) -> bool {
        let out = &self.out;
        self.stage.is_changed() || out.space.is_changed() || !out.chunks.is_empty() || out.heap.is_changed()
    }

    /// Does all of a change or nothing of it; `path` is the object that it is about. While others read the file no such change
    /// is made, but for those of elements.
    fn whole<T>(&mut self, path: &str, change: impl FnOnce(&mut Editor) -> Result<T>) -> Result<T> {
        if self.out.space.is_shared() {
            return Err(swmr::refused("changing objects, links or attributes").on(path));
        }
        self.attempt(path, change)
    }

    /// The same for any change.
    fn attempt<T>(&mut self, path: &str, change: impl FnOnce(&mut Editor) -> Result<T>) -> Result<T> {
        self.settle()?;
        let (out, stage) = (self.out.mark(), self.stage.mark());
        match change(self) {
            Ok(done) => {
                self.out.keep(out);
                self.stage.keep(stage);
                Ok(done)
            }
            Err(e) => {
                self.stage.back_to(stage);
                self.out.back_to(out).and(Err(e)).on(path)
            }
        }
    }

    /// Makes the file one whose metadata is all in its place.
    fn settle(&mut self) -> Result<()> {
        if self.out.medium.newer.is_empty() {
            return Ok(());
        }
        let mark = self.out.mark();
        match cache_image::settle(&mut self.out, &self.superblock) {
            Ok(()) => {
                self.out.keep(mark);
                self.out.medium.newer = Newer::default();
                Ok(())
            }
            Err(e) => self.out.back_to(mark).and(Err(e)),
        }
    }

    /// Publishes all edits. Afterwards [`medium`](Editor::medium) is a valid file. If this fails, all edits still
    /// wait: it can be tried again.
    pub fn commit(&mut self) -> Result<()> {
        if !self.is_changed() {
            return Ok(());
        }
        self.publish("/", &mut |_| Ok(()))
    }

    /// Publishes all edits and one more that comes first. If this fails, that one is not done, and the others wait.
    fn publish(&mut self, path: &str, edit: &mut dyn FnMut(&mut Editor) -> Result<()>) -> Result<()> {
        let before = self.superblock.clone();
        let published = self.attempt(path, |editor| {
            edit(editor)?;
            editor.store_chunks()?;
            let changed = commit::place(&mut editor.out, &mut editor.stage)?;
            commit::publish(&mut editor.out, &mut editor.stage, &changed, &mut editor.superblock)
        });
        if published.is_err() {
            self.superblock = before;
            return published;
        }
        self.deleted.extend(self.stage.deleted());
        self.stage = Stage::of_file(self.superblock.root);
        commit::cut(&mut self.out, &self.superblock)
    }

    /// Headers of the objects that commits have deleted since this was asked last: what is there now is something else.
    pub fn take_deleted(&mut self) -> Vec<Addr> {
        std::mem::take(&mut self.deleted)
    }

    /// Commits, writes down what is free where the file says that this persists, and makes everything durable.
    pub fn flush(&mut self) -> Result<()> {
        self.finish()?;
        if self.out.space.is_shared() {
            // Whatever comes of it: some of what is new may have become known.
            self.out.space.publish();
        }
        self.out.medium.writer()?.flush()
    }

    fn finish(&mut self) -> Result<()> {
        self.commit()?;
        if !persisted::is_due(&self.out) {
            return Ok(());
        }
        let before = self.superblock.clone();
        let stored = self.attempt("/", |editor| {
            persisted::store(&mut editor.out)?;
            commit::seal(&mut editor.out, &mut editor.superblock)
        });
        if stored.is_err() {
            self.superblock = before;
            return stored;
        }
        commit::cut(&mut self.out, &self.superblock)
    }

    /// The file as of the last commit, for the reading side.
    pub fn medium(&self) -> &Medium {
        &self.out.medium
    }

    /// Bytes of the file that hold nothing and are used before the file grows.
    pub fn free_space(&self) -> u64 {
        self.out.space.unused()
    }

    /// Root group of the file as of the last commit.
    pub fn root(&self) -> Addr {
        self.superblock.root
    }

    /// The superblock as of the last commit.
    pub fn superblock(&self) -> &Superblock {
        &self.superblock
    }

    /// Commits, and returns the file's bytes.
    pub fn to_bytes(&mut self) -> Result<Vec<u8>> {
        self.finish()?;
        let mut bytes = vec![0; length(self.out.medium.storage_len())?];
        self.read_copy(0, &mut bytes)?;
        Ok(bytes)
    }

    /// Commits, and gives the file's bytes away.
    pub fn into_bytes(mut self) -> Result<Vec<u8>> {
        self.finish()?;
        self.out.medium.into_storage().into_bytes()
    }
}

/// What cannot be edited is refused before anything is changed.
fn check_editable(medium: &Medium, superblock: &Superblock) -> Result<()> {
    let refuse = |what: &'static str| Err(Error::unsupported(what).at(superblock.base));
    if !matches!(medium.storage().files(), Files::One) || medium.spread.is_spread() {
        return refuse("changing a file that is spread over several");
    }
    if superblock.flags & SWMR_ACCESS != 0 {
        return refuse(superblock::MARKED);
    }
    if !matches!(superblock.ctx.o(), 4 | 8) || !matches!(superblock.ctx.l(), 4 | 8) {
        return refuse("changing a file whose addresses or lengths have neither 4 nor 8 bytes");
    }
    Ok(())
}

//! "Save as": a compact copy of a file, or of one group or dataset of it, in a new file.
//!
//! First every object is looked at, refused if it cannot be carried over, and measured; nothing is written yet, and of each
//! only a few numbers stay. Then all headers get their places, so that references can be told where they lead, and one
//! object after the other is read again and written, its elements about a chunk at a time. The superblock comes last.

mod apart;
mod choice;
mod chunks;
mod copy;
mod elements;
mod object;
mod options;
mod scan;

pub use apart::{ApartBox, ApartChunks};
pub use options::{Filtering, Must, Named, Placing, RepackOptions, Storing};

use super::commit;
use super::create::begin;
use super::output::Output;
use super::space::persisted;
use crate::bytes::Addr;
use crate::error::{Error, Result};
use crate::format::superblock::{Form, Superblock};
use crate::storage::{Medium, Memory, Storage};
use copy::Copying;
use scan::Scan;

/// Bytes of a user block that are copied at a time.
const BATCH: u64 = 1 << 20;

/// How far a copy is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of elements copied, uncompressed.
    pub done_bytes: u64,
    /// Bytes of elements there are, uncompressed; grows while the source is being looked through.
    pub total_bytes: u64,
    /// Objects found.
    pub objects: u64,
    /// Whether there is nothing left to do but [`Repack::finish`].
    pub finished: bool,
}

/// A copy being made.
///
/// The copy has the same groups, links, attributes, datatypes, shapes, fill values and elements, orders of creation and
/// times. Hard links, references and committed datatypes lead to the copies of what they led to, references to what has
/// no copy lead nowhere; all other links are kept as they are, and so are virtual datasets and the names of files with
/// elements, unless they are to be merged. What cannot be carried over is an `Unsupported` error that names the
/// object, before anything is written.
///
/// Every step may fail with [`Kind::Pending`](crate::Kind::Pending): fetch the bytes it asks for and take the
/// same step again.
///
/// ```
/// use hyperslab::object::superblock;
/// use hyperslab::storage::Memory;
/// use hyperslab::write::{Editor, Repack, RepackOptions, Storing};
///
/// let bytes = Editor::create()?.into_bytes()?;
/// let (source, superblock) = superblock::open(Box::new(Memory::new(bytes)), Default::default())?;
/// let mut repack = Repack::new(RepackOptions::storing(Storing::gzip(9)))?;
/// while !repack.step(&source, superblock.root)?.finished {}
/// let copy = repack.finish()?;
/// assert_eq!(&copy.into_bytes()?[1..4], b"HDF");
/// # Ok::<(), hyperslab::Error>(())
/// ```
pub struct Repack {
    options: RepackOptions,
    progress: Progress,
    /// Where the new file will be.
    place: Option<Box<dyn Storage>>,
    file: Option<New>,
}

/// The new file.
struct New {
    out: Output,
    superblock: Superblock,
    scan: Scan,
    phase: Phase,
}

enum Phase {
    /// Finding out what there is.
    Scan,
    /// Bytes of the user block that are there.
    Userblock(u64),
    /// Everything has its place.
    Copy(Box<Copying>),
    /// Everything but the superblock is there.
    Done,
}

impl Repack {
    /// A copy in memory. Nothing is read yet.
    ///
    /// Errors: `Argument` for options that make no sense.
    pub fn new(options: RepackOptions) -> Result<Repack> {
        Repack::into(Box::new(Memory::default()), options)
    }

    /// A copy in `place`, in which there is nothing yet. Until [`finish`](Repack::finish) it is no HDF5 file.
    ///
    /// Errors: `Argument` for options that make no sense.
    pub fn into(place: Box<dyn Storage>, options: RepackOptions) -> Result<Repack> {
        options.check()?;
        Ok(Repack { options, progress: Progress::default(), place: Some(place), file: None })
    }

    /// Does a little: looks at an object, or copies about a chunk. `source` and its root group are the same for
    /// all steps.
    pub fn step(&mut self, source: &Medium, root: Addr) -> Result<Progress> {
        if self.file.is_none() {
            if self.options.own_userblock {
                self.options.file.userblock = source.base;
            }
            let scan = Scan::start(source, root, &self.options)?;
            let place = self.place.take().ok_or_else(|| Error::argument("a copy that failed before"))?;
            let (out, superblock) = begin(place, &self.options.file)?;
            self.file = Some(New { out, superblock, scan, phase: Phase::Scan });
        }
        let Some(file) = &mut self.file else { return Ok(self.progress) };
        file.step(source, &self.options, &mut self.progress)?;
        Ok(self.progress)
    }

    /// The chunks that come next, if they can be made apart. Then, instead of a step, some may be
    /// [handed out](Repack::hand_out) and [put](Repack::put) in their order, all of them before the next step.
    pub fn apart(&mut self) -> Option<ApartChunks> {
        match &mut self.file {
            Some(New { phase: Phase::Copy(copying), scan, .. }) => copying.apart(scan),
            _ => None,
        }
    }

    /// What belongs into the next chunks, `most` of them at most.
    pub fn hand_out(&mut self, most: usize) -> Vec<ApartBox> {
        match &mut self.file {
            Some(New { phase: Phase::Copy(copying), .. }) => copying.hand_out(most),
            _ => Vec::new(),
        }
    }

    /// Stores the next chunk, which went through all filters but those in `mask`.
    pub fn put(&mut self, bytes: &[u8], mask: u32) -> Result<Progress> {
        if let Some(New { phase: Phase::Copy(copying), out, .. }) = &mut self.file {
            copying.put(out, bytes, mask)?;
            self.progress.done_bytes = copying.done();
        }
        Ok(self.progress)
    }

    /// The new file, complete.
    ///
    /// Errors: `Argument` while steps are left.
    pub fn finish(self) -> Result<Box<dyn Storage>> {
        match self.file {
            Some(mut file) if matches!(file.phase, Phase::Done) => {
                commit::seal(&mut file.out, &mut file.superblock)?;
                commit::cut(&mut file.out, &file.superblock)?;
                file.out.medium.writer()?.flush()?;
                Ok(file.out.medium.into_storage())
            }
            _ => Err(Error::argument("the copy is not finished")),
        }
    }
}

impl New {
    fn step(&mut self, source: &Medium, options: &RepackOptions, progress: &mut Progress) -> Result<()> {
        match &mut self.phase {
            Phase::Scan => {
                let more = self.scan.step(source, &mut self.out, options)?;
                progress.objects = self.scan.count() as u64;
                progress.total_bytes = self.scan.bytes();
                if !more {
                    self.scan.allocate(&mut self.out)?;
                    self.phase = Phase::Userblock(0);
                }
            }
            Phase::Userblock(done) => {
                let left = source.base.min(self.superblock.base).saturating_sub(*done);
                if !options.own_userblock || left == 0 {
                    self.phase = Phase::Copy(Box::default());
                    return Ok(());
                }
                let mut bytes = vec![0; usize::try_from(left.min(BATCH)).unwrap_or(0)];
                source.storage().read_at(*done, &mut bytes)?;
                self.out.medium.writer()?.write_last(*done, &bytes)?;
                *done += bytes.len() as u64;
            }
            Phase::Copy(copying) => {
                let more = copying.step(source, &self.scan, &mut self.out, options)?;
                progress.done_bytes = copying.done();
                if !more {
                    let cache = copying.cache.take();
                    if let (Form::Old { root_entry, .. }, Some(cache)) = (&mut self.superblock.form, cache) {
                        root_entry.cache = cache;
                    }
                    self.end()?;
                    progress.finished = true;
                }
            }
            Phase::Done => {}
        }
        Ok(())
    }

    /// Everything but the superblock.
    fn end(&mut self) -> Result<()> {
        let out = &mut self.out;
        out.heap.flush(&mut out.medium, &mut out.space)?;
        let root = self.scan.place(0).ok_or_else(|| Error::argument("a file without a root group"))?.0;
        self.superblock.root = root;
        out.medium.root = Some(root);
        persisted::settle(out)?;
        if persisted::is_due(out) {
            persisted::store(out)?;
        }
        out.medium.writer()?.flush()?;
        self.phase = Phase::Done;
        Ok(())
    }
}

//! "Save as": a compact copy of a file, or of one group or dataset of it, in a new file.

mod copy;
mod object;
mod scan;

use super::commit;
use super::node::{Node, NodeId};
use super::output::Output;
use super::stage::Stage;
use crate::bytes::Addr;
use crate::error::{Error, Result};
use crate::format::Libver;
use crate::format::superblock::Superblock;
use crate::format::symbol_table::Cache;
use crate::storage::{Medium, Memory};
use copy::Copying;
use object::Object;
use scan::Scan;

/// How a copy is made.
#[derive(Clone, Debug)]
pub struct RepackOptions {
    /// Deflate level, 1 to 9; 0 leaves chunks uncompressed. `None` keeps every dataset's own chunks and filters, or
    /// its one piece: chunks are carried over as they are stored, also those of filters that nobody here knows.
    pub gzip: Option<u8>,
    /// Copies only this object and what is below it. A group becomes the root of the new file; a dataset keeps
    /// its name in it.
    pub subtree: Option<String>,
    /// Links, by their paths from the source's root, that the copy does not have. An object that another link leads
    /// to stays; references to one that is gone lead nowhere.
    pub drop: Vec<String>,
}

impl Default for RepackOptions {
    fn default() -> Self {
        RepackOptions { gzip: Some(4), subtree: None, drop: Vec::new() }
    }
}

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
/// The copy has the same groups, links, attributes, datatypes, shapes, fill values and elements. Datasets of
/// 2 KiB or more are stored in chunks (as before, or as h5py would guess), shuffled if they hold numbers, and
/// compressed; smaller ones are stored as they are. Hard links, references and committed datatypes lead to the
/// copies of what they led to; soft and external links are kept as text. What cannot be carried over (virtual
/// datasets, elements in other files, user-defined links, references that lead out of what is copied) is an
/// `Unsupported` error that names the object.
///
/// Every step may fail with [`Kind::Pending`](crate::Kind::Pending): fetch the bytes it asks for and take the
/// same step again.
///
/// ```
/// use hyperslab::object::superblock;
/// use hyperslab::storage::Memory;
/// use hyperslab::write::{Editor, Repack, RepackOptions};
///
/// let bytes = Editor::create()?.into_bytes()?;
/// let (source, superblock) = superblock::open(Box::new(Memory::new(bytes)), Default::default())?;
/// let mut repack = Repack::new(RepackOptions { gzip: Some(9), ..RepackOptions::default() })?;
/// while !repack.step(&source, superblock.root)?.finished {}
/// let copy = repack.finish()?;
/// assert_eq!(&copy.as_bytes()[1..4], b"HDF");
/// # Ok::<(), hyperslab::Error>(())
/// ```
pub struct Repack {
    out: Output,
    stage: Stage,
    superblock: Superblock,
    options: RepackOptions,
    progress: Progress,
    phase: Phase,
}

enum Phase {
    /// Finding out what there is.
    Scan(Option<Scan>),
    /// Everything has its place; elements are on their way.
    Copy { objects: Vec<Object>, copying: Box<Copying>, placed: Vec<NodeId> },
    /// All elements are there.
    Done { placed: Vec<NodeId> },
}

impl Repack {
    /// Nothing is read yet.
    ///
    /// Errors: `Argument` for a gzip level above 9.
    pub fn new(options: RepackOptions) -> Result<Repack> {
        if let Some(level) = options.gzip.filter(|level| *level > 9) {
            return Err(Error::argument(format!("gzip level {level}: levels are 0 to 9")));
        }
        let superblock = Superblock::earliest(Addr(0), Cache::None, 0);
        Ok(Repack {
            out: Output::new(&superblock)?,
            stage: Stage::new(Node::new_group(Libver::Earliest)),
            superblock,
            options,
            progress: Progress::default(),
            phase: Phase::Scan(None),
        })
    }

    /// Does a little: looks at an object, or copies about a chunk. `source` and its root group are the same for
    /// all steps.
    pub fn step(&mut self, source: &Medium, root: Addr) -> Result<Progress> {
        match &mut self.phase {
            Phase::Scan(scan) => {
                let scan = match scan {
                    Some(scan) => scan,
                    none => none.insert(Scan::start(source, root, &self.options, &mut self.stage)?),
                };
                let more = scan.step(source, &self.options, &mut self.stage)?;
                self.progress.objects = scan.objects().len() as u64;
                self.progress.total_bytes = scan.bytes();
                if !more {
                    self.place()?;
                }
            }
            Phase::Copy { objects, copying, .. } => {
                let more = copying.step(source, objects, &mut self.out, &mut self.stage)?;
                self.progress.done_bytes = copying.done();
                if !more {
                    self.end();
                }
            }
            Phase::Done { .. } => {}
        }
        Ok(self.progress)
    }

    /// All objects are known: gives each its address, so that references can be told where they lead.
    fn place(&mut self) -> Result<()> {
        let Phase::Scan(Some(scan)) = std::mem::replace(&mut self.phase, Phase::Scan(None)) else {
            return Ok(());
        };
        let (objects, map) = scan.finish();
        for object in &objects {
            object.stage(&self.out, &mut self.stage, &map)?;
        }
        let placed = commit::place(&mut self.out, &mut self.stage).map_err(object::unsupported)?;
        let map = map
            .iter()
            .filter_map(|(from, id)| Some((from, self.stage.node(NodeId(id)).address?.0)))
            .collect();
        self.phase = Phase::Copy {
            objects,
            copying: Box::new(Copying::new(map, !self.options.drop.is_empty())),
            placed,
        };
        Ok(())
    }

    fn end(&mut self) {
        let phase = std::mem::replace(&mut self.phase, Phase::Scan(None));
        if let Phase::Copy { placed, .. } = phase {
            self.phase = Phase::Done { placed };
            self.progress.finished = true;
        }
    }

    /// The new file.
    ///
    /// Errors: `Argument` while steps are left.
    pub fn finish(mut self) -> Result<Memory> {
        let Phase::Done { placed } = self.phase else {
            return Err(Error::argument("the copy is not finished"));
        };
        commit::publish(&mut self.out, &mut self.stage, &placed, &mut self.superblock)?;
        commit::cut(&mut self.out, &self.superblock)?;
        Ok(Memory::new(self.out.medium.into_storage().into_bytes()?))
    }
}

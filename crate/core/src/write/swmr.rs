//! Writing a file that others read meanwhile, by the rules of HDF5's SWMR: only elements and extents change, and what is
//! written is written so that readers are right at any moment, see [`Swmr`](crate::storage::Swmr).

use super::Editor;
use super::commit;
use super::node::Node;
use super::output::Output;
use crate::bytes::Addr;
use crate::error::{Error, Result};
use crate::format::Libver;
use crate::format::header::v2;
use crate::format::length;
use crate::format::message::{ChunkIndex, Layout, kind};
use crate::format::superblock::{SWMR_ACCESS, Superblock, WRITE_ACCESS};
use crate::layout::DatasetParts;
use crate::object::header::ObjectHeader;
use crate::storage::Turn;

/// The error for what cannot be done while others read the file.
pub(super) fn refused(what: &str) -> Error {
    Error::unsupported(format!("{what} while others read the file (SWMR)"))
}

impl Editor {
    /// From now on others may read the file while it is written: libhdf5 opened for that (h5py: `swmr=True`), or whatever
    /// else follows HDF5's rules. They see what is there after each [`flush`](Editor::flush), and nothing else. What changes
    /// until [`end_swmr`](Editor::end_swmr) are elements, and extents that grow; everything else is refused.
    ///
    /// Everything staged is flushed first. If this fails when the file cannot be marked, nothing but elements can be
    /// changed any more; it may be tried again.
    ///
    /// Errors: `Unsupported` for files in an older form than that of HDF5 1.10, or that nobody else can see.
    pub fn start_swmr(&mut self) -> Result<()> {
        if !self.out.space.is_shared() {
            if self.superblock.version < 3 {
                return Err(Error::unsupported(
                    "SWMR in a file of this form: it has to be made for HDF5 1.10 or later (libver)",
                ));
            }
            if self.out.low < Libver::V110 {
                return Err(Error::argument("SWMR with the bound of an older release than HDF5 1.10"));
            }
            if self.out.medium.shared_messages.is_some() {
                return Err(Error::unsupported("SWMR in a file whose objects share header messages"));
            }
            // Published in any case: from now on the file must not name lists of free space, which will soon be wrong.
            self.publish("/", &mut |_| Ok(()))?;
            self.out.medium.writer()?.flush()?;
            self.out.medium.share()?;
            self.out.space.share();
        }
        self.superblock.flags |= WRITE_ACCESS | SWMR_ACCESS;
        self.seal()?;
        self.flush()
    }

    /// Flushes, and takes the mark away that a writer is at work. Afterwards the file is to be closed.
    pub fn end_swmr(&mut self) -> Result<()> {
        self.flush()?;
        if !self.is_swmr() {
            return Ok(());
        }
        self.out.space.unshare();
        self.superblock.flags &= !(WRITE_ACCESS | SWMR_ACCESS);
        let ended = self.seal().and_then(|()| self.flush());
        if ended.is_err() {
            self.superblock.flags |= WRITE_ACCESS | SWMR_ACCESS;
        }
        ended
    }

    /// Whether others may read the file while it is written.
    pub fn is_swmr(&self) -> bool {
        self.superblock.is_swmr()
    }

    /// Fills `buf` with what is at `at` (absolute) in the file, for a copy of it: that is nobody's who writes it.
    pub fn read_copy(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        let medium = &self.out.medium;
        medium.storage().read_at(at, buf)?;
        if self.is_swmr() {
            let block = self.out.encoded(&Superblock { flags: 0, ..self.superblock.clone() })?;
            for (place, byte) in (medium.base..).zip(block) {
                let place = place.checked_sub(at).and_then(|n| usize::try_from(n).ok());
                place.and_then(|place| buf.get_mut(place)).into_iter().for_each(|b| *b = byte);
            }
        }
        Ok(())
    }

    fn seal(&mut self) -> Result<()> {
        self.attempt("/", |editor| commit::seal(&mut editor.out, &mut editor.superblock))
    }
}

/// Says whether readers can follow changes of a dataset.
pub(super) fn check(node: &Node, parts: &DatasetParts) -> Result<()> {
    if parts.datatype.uses_heap() || parts.datatype.holds_references() {
        return Err(refused("writing references or values of variable length"));
    }
    let old = match &parts.layout {
        Layout::Chunked { index: ChunkIndex::BTree1, .. } => true,
        Layout::Chunked { edge_unfiltered: true, .. } if !parts.filters.filters.is_empty() => {
            // Whether the chunks at the edge went through filters is for the extents to say, which come later.
            return Err(refused(
                "changing a dataset whose chunks go through filters only when they are full",
            ));
        }
        _ => node.v2.is_none(),
    };
    if old {
        return Err(refused(
            "changing a dataset in the form of a release before HDF5 1.10, without checksums,",
        ));
    }
    Ok(())
}

/// Says whether readers can follow new extents of a dataset.
pub(super) fn check_extents(parts: &DatasetParts, dims: &[u64]) -> Result<()> {
    if parts.dataspace.dims().iter().zip(dims).any(|(old, new)| new < old) {
        // Those who have the old extents would find that there are no chunks.
        return Err(refused("making a dataset smaller"));
    }
    Ok(())
}

/// Writes the messages of an object that have changed, each in its place, and each part of the header whole: what says
/// how large a dataset is comes last.
pub(super) fn patch(out: &mut Output, node: &Node) -> Result<()> {
    let Some(address) = node.address else { return Err(refused("adding objects")) };
    let header = ObjectHeader::open(&out.medium, address)?;
    let mut parts: Vec<(Turn, Addr, Vec<u8>)> = Vec::new();
    for (start, len) in &header.chunks {
        let from = out.medium.absolute(*start);
        let within = |at: u64| at > from && at - from < *len;
        let mut bytes = out.medium.read(*start, *len)?;
        let (mut turn, mut changed) = (Turn::Object, false);
        for new in node.messages.iter().filter(|m| within(m.address)) {
            let old = header.messages.iter().find(|m| m.address == new.address);
            if old.is_some_and(|old| old.data == new.data) {
                continue;
            }
            let place = length(new.address - from)?;
            let body = bytes.get_mut(place..place.saturating_add(new.data.len()));
            let (Some(body), true) = (body, old.is_some_and(|old| old.data.len() == new.data.len())) else {
                return Err(refused("changing how long a message of an object header is").at(new.address));
            };
            body.copy_from_slice(&new.data);
            changed = true;
            if new.kind == kind::DATASPACE {
                turn = Turn::Extents;
            }
        }
        if changed {
            bytes.truncate(bytes.len().saturating_sub(v2::CHECKSUM));
            let mut sealed = out.writer();
            sealed.bytes(&bytes).checksum();
            parts.push((turn, *start, sealed.into_bytes()));
        }
    }
    parts.iter().try_for_each(|(turn, start, bytes)| out.medium.write_in_turn(*turn, *start, bytes))
}

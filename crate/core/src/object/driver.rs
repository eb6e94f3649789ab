//! Files that a driver cut apart or spread out: what they say about it, and what the storage has of them.

use crate::bytes::{Ctx, Reader};
use crate::error::{Error, Result};
use crate::format::message::DriverInfo;
use crate::format::multi::{Multi, TYPES};
use crate::format::superblock::Superblock;
use crate::storage::{Files, Medium, Part, Spread};

/// What the multi driver adds for each further file, unless told otherwise.
const STEP: u64 = u64::MAX / TYPES as u64;
/// Where the split driver has raw data.
const RAW: u64 = u64::MAX / 2;
/// Kind of memory of raw data, from 0.
const RAW_KIND: usize = 2;

/// Where each file of a set begins in the storage, and its bytes; nothing if this is no set.
fn files(medium: &Medium) -> Vec<(u64, u64)> {
    let Files::Multi(sizes) = medium.storage().files() else { return Vec::new() };
    let mut begin = 0u64;
    sizes.iter().map(|len| ((begin, begin = begin.saturating_add(*len)).0, *len)).collect()
}

/// Sets where the addresses of a set's files are if all is as the drivers do it by themselves: the superblock's extension,
/// which says where they are, may be in another file than the superblock.
pub(super) fn guess(medium: &mut Medium) {
    let files = files(medium);
    if files.is_empty() {
        return;
    }
    let split = files.iter().enumerate().all(|(kind, (_, len))| *len == 0 || kind == 0 || kind == RAW_KIND);
    let start = |kind: usize| match kind {
        RAW_KIND if split => RAW,
        _ => STEP.saturating_mul(kind as u64),
    };
    let parts = files.iter().enumerate().filter(|(_, (_, len))| *len > 0);
    let parts = parts.map(|(kind, (at, len))| Part { start: start(kind), at: *at, len: *len });
    medium.spread = Spread::new(parts.collect());
}

/// Takes what the driver has to say about the file; its data are at `origin` (absolute).
pub(super) fn apply(medium: &mut Medium, block: &Superblock, info: &DriverInfo, origin: u64) -> Result<()> {
    let mut r = Reader::new(&info.data, origin, Ctx::WIDE);
    match &info.id {
        b"NCSAfami" => family(medium, block, r.u64()?),
        b"NCSAmult" => multi(medium, &Multi::decode(&mut r)?),
        b"Subfilin" => Err(Error::unsupported(
            "the stub of a file that is in subfiles: HDF5's h5fuse makes one file of them",
        )),
        id => {
            let id = String::from_utf8_lossy(id);
            Err(Error::unsupported(format!("a file of the driver {:?}", id.trim_end_matches('\0'))))
        }
    }
}

/// Every member but the last has `size` bytes. A family that has one member, or whose members were joined, is an
/// ordinary file.
fn family(medium: &Medium, block: &Superblock, size: u64) -> Result<()> {
    let Files::Family(files) = medium.storage().files() else {
        if medium.storage_len() >= block.eof {
            return Ok(());
        }
        return Err(Error::unsupported("one member of a file that the family driver cut into several"));
    };
    // The last member that has something may be shorter; after it there may be empty ones.
    let last = files.iter().rposition(|len| *len > 0).unwrap_or(0);
    match files.iter().take(last).enumerate().find(|(_, len)| **len != size) {
        None => Ok(()),
        Some((i, len)) => {
            Err(Error::argument(format!("member {i} of the family has {len} bytes instead of {size}")))
        }
    }
}

fn multi(medium: &mut Medium, multi: &Multi) -> Result<()> {
    let files = files(medium);
    if files.is_empty() {
        return Err(Error::unsupported("one part of a file that the multi or split driver spread out"));
    }
    let mut parts = Vec::new();
    for member in &multi.members {
        let (at, len) = files.get(member.kind).copied().unwrap_or_default();
        if len == 0 && member.end > 0 {
            let name = String::from_utf8_lossy(&member.name);
            return Err(Error::not_found(format!("the set of files lacks its member {name:?}")));
        }
        parts.push(Part { start: member.start, at, len });
    }
    medium.spread = Spread::new(parts);
    Ok(())
}

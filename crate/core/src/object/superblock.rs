//! Opening a file: where it starts, how it counts, and what would make it unreadable.

use super::driver;
use super::header::ObjectHeader;
use crate::bytes::Addr;
use crate::error::{Context, Error, Kind, Result};
use crate::format::cache_image::CacheImageBlock;
use crate::format::message::{BTreeK, CacheImage, DriverInfo, SharedTable, kind};
use crate::format::superblock::{SIGNATURE, SWMR_ACCESS, Superblock, WRITE_ACCESS};
use crate::limits::Limits;
use crate::storage::{Medium, Newer, Spread, Storage};

/// Why a file with consistency flags is refused, and what to do about it.
pub const MARKED: &str = "the file is marked as open for writing: its writer is at work or has crashed. If it has, \
    `h5clear -s` takes the mark away, or opening it to be changed with the option clearFlags";

/// What a file of revisions begins with, which is no HDF5 file but goes with one.
const ONION: &[u8] = b"OHDH";

/// Opens the file in `storage`. A storage that has to fetch bytes first is lost with the error: make a
/// [`Medium`] and [`read`] where that can happen.
pub fn open(storage: Box<dyn Storage>, limits: Limits) -> Result<(Medium, Superblock)> {
    let mut medium = Medium::new(storage, limits);
    let block = read(&mut medium)?;
    Ok((medium, block))
}

/// Reads the superblock and its extension, and sets base, widths and shared messages of `medium`. May be
/// repeated after missing bytes have been supplied.
pub fn read(medium: &mut Medium) -> Result<Superblock> {
    read_if(medium, check_flags)
}

/// The same for a file that may be marked as open for writing.
pub fn read_marked(medium: &mut Medium) -> Result<Superblock> {
    read_if(medium, |_| Ok(()))
}

fn read_if(medium: &mut Medium, check: fn(&Superblock) -> Result<()>) -> Result<Superblock> {
    medium.base = 0;
    medium.shared_messages = None;
    medium.newer = Newer::default();
    medium.spread = Spread::default();
    let at = find_signature(medium)?;
    let bytes = medium.read_up_to(Addr(at), Superblock::MAX_SIZE as u64)?;
    let mut block = Superblock::decode(&bytes, at)?;
    // A file that was put behind other bytes still works: the signature's place is the base.
    let end = block.eof.saturating_sub(block.base).checked_add(at);
    block.eof = end.ok_or_else(|| Error::malformed("end of file beyond 64 bits").at(at))?;
    block.base = at;
    medium.base = at;
    medium.ctx = block.ctx;
    medium.root = Some(block.root);
    check(&block).at(at).within("superblock")?;
    driver::guess(medium);
    let extended = extend(medium, &mut block);
    // Of a set of files, the end is that of the superblock's.
    let has = at.saturating_add(medium.available(Addr(0)));
    // While the file grows under its readers, its superblock may be ahead of its bytes, or behind them.
    let whole = has >= block.eof || block.is_swmr();
    match extended {
        Ok(()) if whole => {
            check_root(medium, &block).at(at).within("superblock")?;
            block.root = medium.normal(block.root);
            Ok(block)
        }
        // What a cut file's extension says is worth knowing only if it explains the cut.
        Err(e) if whole || e.kind() != Kind::Malformed => Err(e),
        _ => {
            let wants = block.eof;
            Err(Error::malformed(format!("truncated file: it has {has} bytes of {wants}")).at(has))
        }
    }
}

/// Reads the superblock of a medium again: others may have changed it. If that fails, the medium stays as it is.
pub fn again(medium: &mut Medium) -> Result<Superblock> {
    let (base, ctx, root, shared) = (medium.base, medium.ctx, medium.root, medium.shared_messages);
    let (newer, spread) = (std::mem::take(&mut medium.newer), std::mem::take(&mut medium.spread));
    let block = read(medium);
    if block.is_err() {
        (medium.base, medium.ctx, medium.root, medium.shared_messages) = (base, ctx, root, shared);
        (medium.newer, medium.spread) = (newer, spread);
    }
    block
}

/// The signature is at 0, 512, 1024, 2048 …
fn find_signature(medium: &Medium) -> Result<u64> {
    let mut at = 0u64;
    while medium.available(Addr(at)) >= SIGNATURE.len() as u64 {
        if medium.read(Addr(at), SIGNATURE.len() as u64)? == SIGNATURE {
            return Ok(at);
        }
        at = if at == 0 { 512 } else { at.saturating_mul(2) };
    }
    if medium.available(Addr(0)) >= ONION.len() as u64 && medium.read(Addr(0), ONION.len() as u64)? == ONION {
        let what = "revisions that the onion driver keeps beside a file, without which they are nothing";
        return Err(Error::unsupported(what).at(0));
    }
    Err(Error::malformed("not an HDF5 file: it has no signature").at(0))
}

/// Only version 3 takes its flags seriously. A file that is being written for concurrent readers can be read as
/// it is now; one that is open for writing otherwise, or whose writer died, cannot be trusted.
fn check_flags(block: &Superblock) -> Result<()> {
    let open = block.flags & (WRITE_ACCESS | SWMR_ACCESS);
    if block.version < 3 || open == 0 || block.is_swmr() {
        return Ok(());
    }
    Err(Error::unsupported(MARKED))
}

/// Comes last: where a driver spreads a file out, addresses beyond its end are right.
fn check_root(medium: &Medium, block: &Superblock) -> Result<()> {
    let beyond = if medium.spread.is_spread() {
        medium.available(block.root) == 0
    } else {
        block.root.0 >= block.eof.saturating_sub(block.base)
    };
    if block.root.0 == 0 || beyond {
        return Err(Error::malformed(format!("root group at {:#x}, outside the file", block.root.0)));
    }
    Ok(())
}

/// Reads what the file says about itself outside the superblock.
fn extend(medium: &mut Medium, block: &mut Superblock) -> Result<()> {
    if let Some(addr) = block.driver_info() {
        let prefix = medium.read(addr, DriverInfo::BLOCK_PREFIX as u64)?;
        let size = DriverInfo::block_data_size(&mut medium.reader(&prefix, addr))?;
        let bytes = medium.read(addr, u64::from(size).saturating_add(DriverInfo::BLOCK_PREFIX as u64))?;
        let info = DriverInfo::decode_block(&mut medium.reader(&bytes, addr))?;
        let origin = medium.absolute(addr);
        driver::apply(medium, block, &info, origin.saturating_add(DriverInfo::BLOCK_PREFIX as u64))
            .at(origin)?;
    }
    let Some(addr) = block.extension() else { return Ok(()) };
    let header = ObjectHeader::open(medium, addr).within("superblock extension")?;
    let mut image = None;
    for message in &header.messages {
        let mut r = header.reader(medium, message);
        match message.kind {
            kind::BTREE_K => block.k = BTreeK::decode(&mut r)?,
            kind::DRIVER_INFO => {
                let info = DriverInfo::decode(&mut r)?;
                driver::apply(medium, block, &info, message.address).at(message.address)?;
            }
            kind::SHARED_TABLE => {
                let table = SharedTable::decode(&mut r)?;
                medium.shared_messages = Some((table.address, table.indexes));
            }
            kind::CACHE_IMAGE => image = Some(CacheImage::decode(&mut r)?),
            _ => {}
        }
    }
    match image {
        Some(CacheImage { address: Some(addr), length }) => {
            overlay(medium, addr, length).at(medium.absolute(addr)).within("superblock extension")
        }
        _ => Ok(()),
    }
}

/// Puts the metadata that was in memory when the file was closed over the file's.
fn overlay(medium: &mut Medium, addr: Addr, length: u64) -> Result<()> {
    let bytes = medium.read(addr, length)?;
    let block = CacheImageBlock::decode(&mut medium.reader(&bytes, addr))?;
    medium.newer = Newer::new(block.entries.into_iter().map(|e| (e.address, e.bytes)).collect())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::Writer;
    use crate::format::Encode;
    use crate::format::Libver;
    use crate::format::symbol_table::Cache;
    use crate::storage::Memory;

    fn file(at: usize, block: &Superblock, len: usize) -> Result<(Medium, Superblock)> {
        let mut w = Writer::new(block.ctx);
        w.zeros(at);
        block.encode(&mut w, Libver::Earliest).unwrap();
        w.pad_to(len);
        open(Box::new(Memory::new(w.into_bytes())), Limits::default())
    }

    #[test]
    fn the_place_of_the_signature_is_the_base() {
        let block = Superblock::earliest(Addr(96), Cache::None, 800);
        let (medium, found) = file(0, &block, 800).unwrap();
        assert_eq!((medium.base, found.eof), (0, 800));
        let (medium, found) = file(1024, &block, 1824).unwrap();
        assert_eq!((medium.base, found.base, found.eof), (1024, 1024, 1824));
        assert_eq!(medium.absolute(found.root), 1120);
        assert!(file(700, &block, 1500).is_err());
        let (_, longer) = file(0, &block, 5000).unwrap();
        assert_eq!(longer.eof, 800);
        for root in [0, 800] {
            assert!(file(0, &Superblock::earliest(Addr(root), Cache::None, 800), 800).is_err());
        }
    }

    #[test]
    fn a_cut_file_says_so() {
        let block = Superblock::earliest(Addr(96), Cache::None, 800);
        let error = file(0, &block, 799).err().unwrap();
        assert!(error.what().starts_with("truncated file"), "{error}");
        let empty = open(Box::new(Memory::default()), Limits::default());
        assert!(empty.err().unwrap().what().starts_with("not an HDF5 file"));
    }

    #[test]
    fn flags_matter_in_version_3() {
        use crate::format::superblock::Form;
        let mut block = Superblock::earliest(Addr(96), Cache::None, 800);
        block.form = Form::New { extension: None };
        for (version, flags, opens) in
            [(2, 1, true), (3, 0, true), (3, 1, false), (3, 4, false), (3, 5, true)]
        {
            (block.version, block.flags) = (version, flags);
            assert_eq!(file(0, &block, 800).is_ok(), opens, "version {version}, flags {flags}");
        }
        // Where readers follow a writer, the superblock may be ahead of the file.
        assert!(file(0, &block, 700).is_ok());
        block.flags = 0;
        assert!(file(0, &block, 700).is_err());
    }

    #[test]
    fn what_cannot_be_read_again_stays() {
        let block = Superblock::earliest(Addr(96), Cache::None, 800);
        let (mut medium, _) = file(1024, &block, 1824).unwrap();
        medium.writer().unwrap().write_at(1024, &[0; 8]).unwrap();
        assert!(again(&mut medium).is_err());
        assert_eq!((medium.base, medium.root), (1024, Some(Addr(96))));
        medium.writer().unwrap().write_at(1024, SIGNATURE).unwrap();
        assert_eq!(again(&mut medium).unwrap().root, Addr(96));
    }
}

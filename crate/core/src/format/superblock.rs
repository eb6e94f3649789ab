//! The superblock, versions 0 to 3 (01-superblock): widths, base, end of file and root group.

use super::message::BTreeK;
use super::symbol_table::{Cache, SymbolEntry};
use super::{Encode, Libver};
use crate::bytes::{Addr, Ctx, Reader, Writer};
use crate::error::{Context, Error, Result};

/// What an HDF5 file starts with.
pub const SIGNATURE: &[u8] = b"\x89HDF\r\n\x1a\n";

/// Consistency flag: the file is open for writing, or its writer died.
pub const WRITE_ACCESS: u32 = 0x01;
/// Consistency flag: the writer allows concurrent readers (SWMR).
pub const SWMR_ACCESS: u32 = 0x04;

/// A superblock as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Superblock {
    /// 0 to 3.
    pub version: u8,
    /// Widths of addresses and lengths.
    pub ctx: Ctx,
    /// Absolute base address of all others. [`open`](crate::object::superblock::open) puts the place of the
    /// signature here.
    pub base: u64,
    /// Absolute end of the file, shifted by `open` as `base` is.
    pub eof: u64,
    /// Object header of the root group.
    pub root: Addr,
    /// Consistency flags.
    pub flags: u32,
    /// K values of version 1 B-trees. Versions 2 and 3 keep them in the extension.
    pub k: BTreeK,
    /// What only some versions have.
    pub form: Form,
}

/// Fields by version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// Versions 0 and 1.
    Old {
        /// Driver-info block.
        driver_info: Option<Addr>,
        /// The root group's symbol table entry. What it caches is only a hint and may be stale.
        root_entry: SymbolEntry,
    },
    /// Versions 2 and 3.
    New {
        /// Object header of messages about the file.
        extension: Option<Addr>,
    },
}

impl Superblock {
    /// Most bytes a superblock may take.
    pub const MAX_SIZE: usize = 256;

    /// A superblock of version 0 for a new file whose root group caches its symbol table.
    pub fn earliest(root: Addr, cache: Cache, eof: u64) -> Self {
        let root_entry = SymbolEntry { name_offset: 0, header: Some(root), cache };
        Superblock {
            version: 0,
            ctx: Ctx::WIDE,
            base: 0,
            eof,
            root,
            flags: 0,
            k: BTreeK::default(),
            form: Form::Old { driver_info: None, root_entry },
        }
    }

    /// A superblock of this version (0 to 3) for a new file: its root group and end come later.
    pub fn new(version: u8) -> Self {
        let mut block = Superblock::earliest(Addr(0), Cache::None, 0);
        block.version = version;
        if version >= 2 {
            block.form = Form::New { extension: None };
        }
        block
    }

    /// Whether somebody writes the file while others read it (SWMR). Before version 3 the flags mean nothing.
    pub fn is_swmr(&self) -> bool {
        const SWMR: u32 = WRITE_ACCESS | SWMR_ACCESS;
        self.version >= 3 && self.flags & SWMR == SWMR
    }

    /// Address of the superblock extension.
    pub fn extension(&self) -> Option<Addr> {
        match self.form {
            Form::New { extension } => extension,
            Form::Old { .. } => None,
        }
    }

    /// Address of the driver-info block.
    pub fn driver_info(&self) -> Option<Addr> {
        match self.form {
            Form::Old { driver_info, .. } => driver_info,
            Form::New { .. } => None,
        }
    }

    /// Decodes a superblock from bytes that start with the signature and are at `origin`. The widths are
    /// inside, so this makes its own reader.
    pub fn decode(bytes: &[u8], origin: u64) -> Result<Self> {
        decode(bytes, origin).within("superblock")
    }
}

fn decode(bytes: &[u8], origin: u64) -> Result<Superblock> {
    let mut r = Reader::new(bytes, origin, Ctx::WIDE);
    r.expect(SIGNATURE, "HDF5 signature")?;
    let at = r.address();
    let version = r.u8()?;
    match version {
        0 | 1 => r.skip(4)?,
        2 | 3 => {}
        _ => return Err(Error::unsupported(format!("superblock version {version}")).at(at)),
    }
    let at = r.address();
    let ctx = Ctx::new(r.u8()?, r.u8()?).at(at)?;
    // The same bytes again, with the right widths.
    let done = r.position();
    let mut r = Reader::new(bytes, origin, ctx);
    r.skip(done)?;
    let block = if version < 2 { decode_old(&mut r, version) } else { decode_new(&mut r, version) }?;
    if block.eof <= block.base {
        return Err(Error::malformed("end of file before the base address").at(origin));
    }
    Ok(block)
}

fn decode_old(r: &mut Reader, version: u8) -> Result<Superblock> {
    let ctx = r.ctx();
    r.skip(1)?;
    let mut k = BTreeK { group_leaf: r.u16()?, group_internal: r.u16()?, ..BTreeK::default() };
    let at = r.address();
    let flags = r.u32()?;
    if flags & !7 != 0 {
        return Err(Error::malformed(format!("consistency flags {flags:#x}")).at(at));
    }
    if version == 1 {
        k.chunk = r.u16()?;
        r.skip(2)?;
    }
    let k = k.check().at(at)?;
    let base = r.defined_addr("file's base")?.0;
    r.addr()?; // free-space index: never written
    let eof = r.defined_addr("end of the file")?.0;
    let driver_info = r.addr()?;
    let at = r.address();
    let root_entry = SymbolEntry::decode_hint(r)?;
    let root = root_entry.header.ok_or_else(|| Error::malformed("undefined root group").at(at))?;
    Ok(Superblock { version, ctx, base, eof, root, flags, k, form: Form::Old { driver_info, root_entry } })
}

fn decode_new(r: &mut Reader, version: u8) -> Result<Superblock> {
    let ctx = r.ctx();
    let at = r.address();
    let flags = r.u8()?.into();
    if flags & !7 != 0 {
        return Err(Error::malformed(format!("consistency flags {flags:#x}")).at(at));
    }
    let base = r.defined_addr("file's base")?.0;
    let extension = r.addr()?;
    let eof = r.defined_addr("end of the file")?.0;
    let root = r.defined_addr("root group")?;
    r.checksum()?;
    Ok(Superblock {
        version,
        ctx,
        base,
        eof,
        root,
        flags,
        k: BTreeK::default(),
        form: Form::New { extension },
    })
}

impl Encode for Superblock {
    fn encode(&self, out: &mut Writer, low: Libver) -> Result<()> {
        let mut w = Writer::new(self.ctx);
        w.bytes(SIGNATURE).u8(self.version);
        let widths = [self.ctx.addr_width, self.ctx.len_width];
        let flags = u8::try_from(self.flags).map_err(|_| Error::argument("consistency flags"))?;
        match &self.form {
            Form::Old { driver_info, root_entry } if self.version < 2 => {
                w.zeros(4).bytes(&widths).u8(0).u16(self.k.group_leaf).u16(self.k.group_internal);
                w.u32(self.flags);
                if self.version == 1 {
                    w.u16(self.k.chunk).u16(0);
                }
                w.addr(Some(Addr(self.base))).addr(None).addr(Some(Addr(self.eof))).addr(*driver_info);
                let mut entry = root_entry.clone();
                entry.header = Some(self.root);
                entry.encode(&mut w, low)?;
            }
            Form::New { extension } if self.version == 2 || self.version == 3 => {
                w.bytes(&widths).u8(flags).addr(Some(Addr(self.base))).addr(*extension);
                w.addr(Some(Addr(self.eof))).addr(Some(self.root)).checksum();
            }
            _ => return Err(Error::argument(format!("superblock version {} of another form", self.version))),
        }
        out.bytes(w.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::message::testing::encoded;

    fn round(block: &Superblock) -> Vec<u8> {
        let bytes = encoded(block, Libver::Earliest);
        assert_eq!(&Superblock::decode(&bytes, 0).unwrap(), block);
        for n in 0..bytes.len() {
            assert!(Superblock::decode(&bytes[..n], 0).is_err());
        }
        bytes
    }

    #[test]
    fn versions_0_and_1() {
        let cache = Cache::Group { btree: Addr(136), heap: Addr(680) };
        let mut block = Superblock::earliest(Addr(96), cache, 800);
        assert_eq!(round(&block).len(), 96);
        block.version = 1;
        block.k.chunk = 50;
        block.flags = 1;
        assert_eq!(round(&block).len(), 100);
        block.ctx = Ctx { addr_width: 4, len_width: 4 };
        block.form = Form::Old {
            driver_info: Some(Addr(100)),
            root_entry: SymbolEntry { name_offset: 0, header: Some(Addr(96)), cache: Cache::None },
        };
        round(&block);
    }

    #[test]
    fn versions_2_and_3() {
        for version in [2, 3] {
            for extension in [None, Some(Addr(48))] {
                let mut block = Superblock::earliest(Addr(96), Cache::None, 800);
                block.version = version;
                block.flags = 5;
                block.form = Form::New { extension };
                let mut bytes = round(&block);
                assert_eq!(bytes.len(), 48);
                bytes[20] ^= 1;
                let error = Superblock::decode(&bytes, 0).unwrap_err().to_string();
                assert!(error.contains("checksum"), "{error}");
            }
        }
    }

    #[test]
    fn lies_are_caught() {
        let good = encoded(&Superblock::earliest(Addr(96), Cache::None, 800), Libver::Earliest);
        // version, widths, K of 0, flags, base beyond the end
        for (at, byte) in [(8, 4), (13, 3), (14, 16), (16, 0), (20, 8), (26, 9)] {
            let mut bad = good.clone();
            bad[at] = byte;
            assert!(Superblock::decode(&bad, 0).is_err(), "byte {at} = {byte}");
        }
    }
}

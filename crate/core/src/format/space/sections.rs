//! The list of free sections, `FSSE`: in groups of equal size, smallest first.

use super::manager::{Client, Manager};
use crate::bytes::{Addr, Ctx, Reader, Writer, bytes_for};
use crate::error::{Context, Error, Result};

/// Classes of sections.
pub mod class {
    /// A stretch of the file.
    pub const SIMPLE: u8 = 0;
    /// A stretch inside one page.
    pub const SMALL: u8 = 1;
    /// A stretch of a page or more.
    pub const LARGE: u8 = 2;
    /// A stretch inside a direct block of a heap.
    pub const SINGLE: u8 = 0;
    /// Entries of an indirect block of a heap that have no blocks.
    pub const FIRST_ROW: u8 = 1;
    /// The same; not written by itself.
    pub const INDIRECT: u8 = 3;
}

/// A free stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// Where: an address of the file, or an offset in the heap.
    pub offset: u64,
    /// Bytes.
    pub size: u64,
    /// What kind of stretch: one of [`class`].
    pub class: u8,
    /// Entries of an indirect block, for the classes that are made of those.
    pub rows: Option<Rows>,
}

/// Neighbouring entries of an indirect block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    /// Heap offset of the block.
    pub block: u64,
    /// Row of the first entry.
    pub row: u16,
    /// Column of the first entry.
    pub column: u16,
    /// How many.
    pub entries: u16,
}

impl Manager {
    /// Bytes of a section's offset.
    fn offset_width(&self) -> usize {
        usize::from(self.address_bits).div_ceil(8)
    }

    fn has_rows(&self, kind: u8) -> bool {
        self.client == Client::Heap && matches!(kind, class::FIRST_ROW | class::INDIRECT)
    }
}

/// Bytes before and behind the sections.
fn overhead(ctx: Ctx) -> usize {
    ctx.o().saturating_add(9)
}

/// Decodes the list of `manager`, which is at `owner`, from the whole of its place, and verifies the checksum.
pub fn decode(r: &mut Reader<'_>, manager: &Manager, owner: Addr) -> Result<Vec<Section>> {
    list(r, manager, owner).within("free-space sections")
}

fn list(r: &mut Reader<'_>, manager: &Manager, owner: Addr) -> Result<Vec<Section>> {
    let at = r.address();
    let whole = r.remaining();
    // The checksum ends the place, whatever lies between the sections and it.
    let covered = whole.checked_sub(4).ok_or_else(|| r.fault("free-space sections are cut off"))?;
    let mut end = r.clone();
    end.skip(covered)?;
    end.checksum()?;
    let mut r = r.sub(covered)?;
    r.expect(b"FSSE", "list of free-space sections")?;
    match r.u8()? {
        0 => {}
        v => return Err(Error::unsupported(format!("free-space sections of version {v}")).at(at)),
    }
    if r.addr()? != Some(owner) {
        return Err(Error::malformed("free-space sections of another manager").at(at));
    }
    let count_width = bytes_for(manager.serialized).into();
    let size_width = bytes_for(manager.max_section).into();
    let mut sections = Vec::new();
    while (sections.len() as u64) < manager.serialized {
        let (count, size) = (r.uint(count_width)?, r.uint(size_width)?);
        let left = manager.serialized.saturating_sub(sections.len() as u64);
        if count == 0 || count > left || size == 0 {
            return Err(r.fault(format!("{count} free-space sections of {size} bytes")));
        }
        for _ in 0..count {
            let offset = r.uint(manager.offset_width())?;
            let kind = r.u8()?;
            let rows = match manager.has_rows(kind) {
                true => Some(Rows {
                    block: r.uint(manager.offset_width())?,
                    row: r.u16()?,
                    column: r.u16()?,
                    entries: r.u16()?,
                }),
                false => None,
            };
            sections.push(Section { offset, size, class: kind, rows });
        }
    }
    Ok(sections)
}

/// Where each group of sections of equal size ends.
fn groups(sections: &[Section]) -> impl Iterator<Item = &[Section]> {
    sections.chunk_by(|a, b| a.size == b.size)
}

/// Bytes of the list of `sections`, which are in the order of their sizes.
pub fn stored_size(manager: &Manager, sections: &[Section], ctx: Ctx) -> usize {
    let widths = bytes_for(sections.len() as u64).saturating_add(bytes_for(manager.max_section));
    let heads = groups(sections).count().saturating_mul(widths.into());
    let one = |section: &Section| {
        let rows = if section.rows.is_some() { manager.offset_width().saturating_add(6) } else { 0 };
        manager.offset_width().saturating_add(1).saturating_add(rows)
    };
    let bodies = sections.iter().fold(0usize, |sum, section| sum.saturating_add(one(section)));
    overhead(ctx).saturating_add(heads).saturating_add(bodies)
}

/// Writes the list of `sections`, which are in the order of their sizes, for `manager`, which is at `owner`. The
/// manager's counts are those of the list.
pub fn encode(manager: &Manager, owner: Addr, sections: &[Section], out: &mut Writer) -> Result<()> {
    if manager.serialized != sections.len() as u64 {
        return Err(Error::argument("a free-space manager that counts other sections"));
    }
    let mut w = Writer::new(out.ctx());
    w.bytes(b"FSSE").u8(0).addr(Some(owner));
    for group in groups(sections) {
        let size = group.first().map_or(0, |section| section.size);
        w.uint(group.len() as u64, bytes_for(manager.serialized).into());
        w.uint(size, bytes_for(manager.max_section).into());
        for section in group {
            if manager.has_rows(section.class) != section.rows.is_some() {
                return Err(Error::argument("a free-space section without what its class needs"));
            }
            w.uint(section.offset, manager.offset_width()).u8(section.class);
            if let Some(rows) = section.rows {
                w.uint(rows.block, manager.offset_width());
                w.u16(rows.row).u16(rows.column).u16(rows.entries);
            }
        }
    }
    let gap = usize::try_from(manager.allocated.saturating_sub(manager.used)).unwrap_or(0);
    w.zeros(gap).checksum();
    out.bytes(w.as_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::manager::testing::bytes;
    use super::*;

    fn single(offset: u64, size: u64) -> Section {
        Section { offset, size, class: class::SINGLE, rows: None }
    }

    fn manager(client: Client, sections: &[Section], gap: u64) -> Manager {
        let mut manager = Manager::new(client, 32, 65536);
        manager.serialized = sections.len() as u64;
        manager.used = stored_size(&manager, sections, Ctx::WIDE) as u64;
        manager.allocated = manager.used + gap;
        manager
    }

    fn encoded(manager: &Manager, sections: &[Section]) -> Vec<u8> {
        let mut w = Writer::new(Ctx::WIDE);
        encode(manager, Addr(0x2a3), sections, &mut w).unwrap();
        w.into_bytes()
    }

    #[test]
    fn round_trip() {
        let rows = Rows { block: 512, row: 1, column: 3, entries: 2 };
        let sections = [
            single(0x1fb, 5),
            single(0x17f5, 11),
            single(0x1bf5, 11),
            Section { offset: 3584, size: 491, class: class::FIRST_ROW, rows: Some(rows) },
        ];
        for gap in [0, 7] {
            let manager = manager(Client::Heap, &sections, gap);
            let bytes = encoded(&manager, &sections);
            assert_eq!(bytes.len() as u64, manager.allocated);
            let mut r = Reader::new(&bytes, 0, Ctx::WIDE);
            assert_eq!(decode(&mut r, &manager, Addr(0x2a3)).unwrap(), sections);
            for n in 0..bytes.len() {
                assert!(decode(&mut Reader::new(&bytes[..n], 0, Ctx::WIDE), &manager, Addr(0x2a3)).is_err());
            }
            assert!(decode(&mut Reader::new(&bytes, 0, Ctx::WIDE), &manager, Addr(7)).is_err());
            let more = Manager { serialized: 5, ..manager };
            assert!(decode(&mut Reader::new(&bytes, 0, Ctx::WIDE), &more, Addr(0x2a3)).is_err());
        }
        let file = manager(Client::File, &sections[..3], 0);
        let list = encoded(&file, &sections[..3]);
        let mut r = Reader::new(&list, 0, Ctx::WIDE);
        assert_eq!(decode(&mut r, &file, Addr(0x2a3)).unwrap(), sections[..3]);
        assert!(encode(&file, Addr(1), &sections, &mut Writer::new(Ctx::WIDE)).is_err());
    }

    #[test]
    fn no_sections() {
        let manager = manager(Client::Heap, &[], 0);
        let bytes = encoded(&manager, &[]);
        assert_eq!(decode(&mut Reader::new(&bytes, 0, Ctx::WIDE), &manager, Addr(0x2a3)).unwrap(), []);
    }

    #[test]
    fn bytes_of_the_reference_library() {
        let stored = bytes(
            "4653534500e30300000000000001010000ff0100000002090000f713000000f71700000002410000bf0d000000bf0f00 \
        000001190100e702000000011c0100150c00000001eb010000040000010000000000000200040001160300ea18000000 \
        b4581b68",
        );
        let manager = Manager { serialized: 9, ..Manager::new(Client::Heap, 32, 65536) };
        let sections = decode(&mut Reader::new(&stored, 0, Ctx::WIDE), &manager, Addr(995)).unwrap();
        // The blocks of four entries were emptied, the last two of the first row among them.
        let rows = Some(Rows { block: 0, row: 0, column: 2, entries: 4 });
        let expected = [
            single(0x1ff, 1),
            single(0x13f7, 9),
            single(0x17f7, 9),
            single(0xdbf, 65),
            single(0xfbf, 65),
            single(0x2e7, 281),
            single(0xc15, 284),
            Section { offset: 0x400, size: 491, class: class::FIRST_ROW, rows },
            single(0x18ea, 790),
        ];
        assert_eq!(sections, expected);
        let mut w = Writer::new(Ctx::WIDE);
        encode(&manager, Addr(995), &sections, &mut w).unwrap();
        assert_eq!(w.as_bytes(), stored);
        assert_eq!(stored_size(&manager, &sections, Ctx::WIDE), stored.len());
    }
}

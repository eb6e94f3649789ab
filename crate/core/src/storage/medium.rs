//! A storage seen as an HDF5 file: addresses relative to the base, lengths checked before they are believed.

use super::undo::Undo;
use super::{Decoded, Mark, Neighbours, Newer, Spread, Storage, StorageMut, Swmr, Turn};
use crate::bytes::{Addr, Ctx, Reader};
use crate::error::{Error, Kind, Result};
use crate::limits::Limits;
use std::cell::{RefCell, RefMut};

/// Storage, base address, widths and budgets of one open file.
pub struct Medium {
    storage: Box<dyn Storage>,
    /// Absolute position of the superblock's signature; everything before it is the user block.
    pub base: u64,
    /// Widths of addresses and lengths.
    pub ctx: Ctx,
    /// Budgets.
    pub limits: Limits,
    /// The table of messages that objects share, and how many indexes it has; the superblock sets it.
    pub shared_messages: Option<(Addr, u8)>,
    /// Header of the root group; the superblock sets it.
    pub root: Option<Addr>,
    /// Other files that are named in this one.
    pub neighbours: Neighbours,
    /// Where addresses are, if a driver spread the file out; the superblock sets it.
    pub spread: Spread,
    /// Metadata that is newer than the file's bytes; the superblock sets it.
    pub newer: Newer,
    /// Chunks decoded before.
    decoded: RefCell<Decoded>,
    undo: Undo,
}

impl Medium {
    /// A medium whose base and widths are still the defaults; the superblock sets them.
    pub fn new(storage: Box<dyn Storage>, limits: Limits) -> Self {
        Medium {
            storage,
            base: 0,
            ctx: Ctx::WIDE,
            limits,
            shared_messages: None,
            root: None,
            neighbours: Neighbours::default(),
            spread: Spread::default(),
            newer: Newer::default(),
            decoded: RefCell::default(),
            undo: Undo::default(),
        }
    }

    /// Bytes of the storage, user block included.
    pub fn storage_len(&self) -> u64 {
        self.storage.len()
    }

    /// Position of `addr` in the storage, and the bytes there are from it on.
    fn place(&self, addr: Addr) -> (u64, u64) {
        self.spread.place(self.base.saturating_add(addr.0), self.storage.len())
    }

    /// Absolute position of `addr`.
    pub fn absolute(&self, addr: Addr) -> u64 {
        self.place(addr).0
    }

    /// Bytes between `addr` and the end of the storage, or of the one of its files that `addr` is in.
    pub fn available(&self, addr: Addr) -> u64 {
        self.place(addr).1
    }

    /// `addr` as what every user of this medium understands: where a driver spread the file out, addresses are so
    /// large that JavaScript's numbers do not hold them.
    pub fn normal(&self, addr: Addr) -> Addr {
        if !self.spread.is_spread() {
            return addr;
        }
        Addr(self.absolute(addr).saturating_sub(self.base))
    }

    /// Checks that `len` bytes at `addr` exist, before anything is allocated for them.
    pub fn check(&self, addr: Addr, len: u64) -> Result<()> {
        if len <= self.available(addr) && self.base.checked_add(addr.0).is_some() {
            return Ok(());
        }
        Err(Error::malformed(format!("{len} bytes wanted where the file has {} left", self.available(addr)))
            .at(self.absolute(addr)))
    }

    /// Exactly `len` bytes of metadata at `addr`.
    pub fn read(&self, addr: Addr, len: u64) -> Result<Vec<u8>> {
        self.check(addr, len)?;
        let n = Limits::check(len, self.limits.metadata_block, "a metadata block")
            .map_err(|e| e.at(self.absolute(addr)))?;
        let mut buf = vec![0; n];
        self.read_into(addr, &mut buf)?;
        Ok(buf)
    }

    /// Up to `len` bytes at `addr`, fewer at the end of the file: for structures that say their size inside.
    pub fn read_up_to(&self, addr: Addr, len: u64) -> Result<Vec<u8>> {
        self.read(addr, len.min(self.available(addr)))
    }

    /// Fills `buf` from `addr`.
    pub fn read_into(&self, addr: Addr, buf: &mut [u8]) -> Result<()> {
        self.check(addr, buf.len() as u64)?;
        self.storage.read_at(self.absolute(addr), buf)?;
        self.newer.cover(buf, addr);
        Ok(())
    }

    /// Announces reads, so that a storage that has to fetch can fetch them together. Ranges that leave the
    /// file are cut here and found when they are read.
    pub fn want(&self, ranges: impl IntoIterator<Item = (Addr, u64)>) -> Result<()> {
        let ranges: Vec<_> = ranges
            .into_iter()
            .map(|(a, n)| {
                let n = n.min(self.available(a));
                let from = self.absolute(a);
                from..from.saturating_add(n)
            })
            .filter(|r| !r.is_empty())
            .collect();
        self.storage.want(&ranges)
    }

    /// A reader over bytes that were read from `addr`.
    pub fn reader<'a>(&self, bytes: &'a [u8], addr: Addr) -> Reader<'a> {
        Reader::new(bytes, self.absolute(addr), self.ctx)
    }

    /// Chunks that were decoded before. Whatever is written makes them forgotten.
    pub fn decoded(&self) -> RefMut<'_, Decoded> {
        self.decoded.borrow_mut()
    }

    /// Forgets what was read, here and in other files, and asks how many bytes there are: others have changed them. What
    /// the superblock said stays until it is read again.
    pub fn refresh(&mut self) {
        self.storage.refresh();
        self.neighbours.forget();
        self.decoded = RefCell::default();
    }

    /// The writing side; an error where the storage is for reading only.
    pub fn writer(&mut self) -> Result<&mut dyn StorageMut> {
        self.decoded = RefCell::default();
        self.storage.writer().ok_or_else(|| Error::new(Kind::ReadOnly, "this file is open for reading only"))
    }

    /// Writes `data` at `addr`.
    pub fn write(&mut self, addr: Addr, data: &[u8]) -> Result<()> {
        self.write_in_turn(Turn::First, addr, data)
    }

    /// The same, in its turn where others read the file meanwhile.
    pub fn write_in_turn(&mut self, turn: Turn, addr: Addr, data: &[u8]) -> Result<()> {
        let at = self.absolute(addr);
        self.undo.save(self.storage.as_ref(), at, data.len())?;
        self.writer()?.write_in_turn(turn, at, data)
    }

    /// From now on others read the file while it is written, see [`Swmr`].
    ///
    /// Errors: `Unsupported` if there is nothing that others could read.
    pub fn share(&mut self) -> Result<()> {
        let device = self.storage.take_device();
        let device = device.ok_or_else(|| Error::unsupported("readers of a file that is in memory"))?;
        self.storage = Box::new(Swmr::new(device));
        Ok(())
    }

    /// Writes `data` at `addr`, where nobody reads or writes before the file is complete.
    pub fn write_last(&mut self, addr: Addr, data: &[u8]) -> Result<()> {
        let at = self.absolute(addr);
        self.undo.save(self.storage.as_ref(), at, data.len())?;
        self.writer()?.write_last(at, data)
    }

    /// Says that what was written in these `len` bytes is as it will be in the complete file.
    pub fn pass_on(&mut self, addr: Addr, len: u64) -> Result<()> {
        let at = self.absolute(addr);
        self.writer()?.pass_on(at..at.saturating_add(len))
    }

    /// A moment to which [`back_to`](Medium::back_to) goes back. Marks are settled, by that or by
    /// [`keep`](Medium::keep), in the reverse of their order.
    pub fn mark(&mut self) -> Mark {
        self.undo.mark(self.storage.as_ref())
    }

    /// What was written since `mark` stays.
    pub fn keep(&mut self, mark: Mark) {
        self.undo.keep(mark);
    }

    /// Takes back what was written since `mark`.
    pub fn back_to(&mut self, mark: Mark) -> Result<()> {
        self.decoded = RefCell::default();
        self.undo.back_to(mark, self.storage.as_mut())
    }

    /// Gives the storage back.
    pub fn into_storage(self) -> Box<dyn Storage> {
        self.storage
    }

    /// The storage itself.
    pub fn storage(&self) -> &dyn Storage {
        self.storage.as_ref()
    }
}

//! Blocks and pages of an index while it is edited: each is read once, and of what changes only the changed bytes
//! are written, once. Where others read the file meanwhile, what changes is written whole.

use crate::bytes::{Addr, lookup3};
use crate::error::{Error, Result};
use crate::places::Places;
use crate::storage::Turn;
use crate::write::changes::{differences, note};
use crate::write::output::Output;
use std::ops::Range;

/// Bytes that are held at most before what has changed is written and all is forgotten.
const BUDGET: usize = 4 << 20;
/// Bytes of the checksum that ends every piece.
const CHECKSUM: usize = 4;

/// The pieces that are held.
#[derive(Default)]
pub(super) struct Pieces {
    held: Vec<Piece>,
    /// Where the piece at each address is in `held`.
    places: Places,
    bytes: usize,
}

struct Piece {
    at: Addr,
    bytes: Vec<u8>,
    /// What differs from the file, apart from the checksum.
    changed: Vec<Range<usize>>,
    turn: Turn,
}

impl Pieces {
    /// Makes room: places that were handed out before mean nothing any more.
    pub(super) fn trim(&mut self, out: &mut Output) -> Result<()> {
        if self.bytes > BUDGET {
            self.flush(out)?;
            self.forget();
        }
        Ok(())
    }

    /// Forgets all pieces, written or not.
    pub(super) fn forget(&mut self) {
        *self = Pieces::default();
    }

    /// Where the piece of `len` bytes at `at` is, after reading it if it was not here. Its checksum is right.
    pub(super) fn load(&mut self, out: &Output, at: Addr, len: u64) -> Result<usize> {
        if let Some(place) = self.places.get(at.0) {
            if self.bytes(place).len() as u64 != len {
                return Err(Error::malformed("blocks that lie over each other").at(out.medium.absolute(at)));
            }
            return Ok(place);
        }
        let bytes = out.medium.read(at, len)?;
        let mut r = out.medium.reader(&bytes, at);
        r.skip(bytes.len().saturating_sub(CHECKSUM))?;
        r.checksum()?;
        Ok(self.hold(Piece { at, bytes, changed: Vec::new(), turn: Turn::Entries }))
    }

    /// Takes in a piece that is not in the file yet.
    pub(super) fn add(&mut self, at: Addr, bytes: Vec<u8>) -> usize {
        let whole = 0..bytes.len();
        self.hold(Piece { at, bytes, changed: vec![whole], turn: Turn::First })
    }

    fn hold(&mut self, piece: Piece) -> usize {
        self.bytes += piece.bytes.len();
        match self.places.get(piece.at.0) {
            Some(place) => {
                self.bytes -= self.held[place].bytes.len();
                self.held[place] = piece;
                place
            }
            None => {
                self.places.insert(piece.at.0, self.held.len());
                self.held.push(piece);
                self.held.len() - 1
            }
        }
    }

    /// The bytes of a piece, the checksum as it was.
    pub(super) fn bytes(&self, place: usize) -> &[u8] {
        self.held.get(place).map_or(&[], |piece| &piece.bytes)
    }

    /// Puts `new` over the bytes from `from` on.
    pub(super) fn change(&mut self, place: usize, from: usize, new: &[u8]) {
        let Some(piece) = self.held.get_mut(place) else { return };
        let Some(old) = piece.bytes.get_mut(from..from + new.len()) else { return };
        if old != new {
            old.copy_from_slice(new);
            note(&mut piece.changed, from..from + new.len());
        }
    }

    /// Makes `new` the bytes of a piece, which have the same length. `turn`: that of what it is, if it is not new.
    pub(super) fn replace(&mut self, place: usize, new: &[u8], turn: Turn) {
        let Some(piece) = self.held.get_mut(place) else { return };
        if piece.turn != Turn::First {
            piece.turn = turn;
        }
        for range in differences(&piece.bytes, new) {
            note(&mut piece.changed, range);
        }
        piece.bytes.copy_from_slice(new);
    }

    /// Writes what has changed.
    pub(super) fn flush(&mut self, out: &mut Output) -> Result<()> {
        for piece in &mut self.held {
            if piece.changed.is_empty() {
                continue;
            }
            let end = piece.bytes.len().saturating_sub(CHECKSUM);
            let sum = lookup3(&piece.bytes[..end], 0).to_le_bytes();
            piece.bytes[end..].copy_from_slice(&sum);
            if out.space.is_shared() {
                piece.changed.clear();
                out.medium.write_in_turn(piece.turn, piece.at, &piece.bytes)?;
                continue;
            }
            note(&mut piece.changed, end..end + CHECKSUM);
            for range in piece.changed.drain(..) {
                let at = piece.at.offset(range.start as u64)?;
                out.medium.write(at, &piece.bytes[range])?;
            }
        }
        Ok(())
    }
}

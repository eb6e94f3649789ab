//! Files that are marked as open for writing although nobody writes them any more.

use crate::bytes::{Addr, Writer};
use crate::error::{Error, Result};
use crate::format::{Encode, Libver};
use crate::object::superblock;
use crate::storage::{Files, Medium};

/// Takes the mark away with which the writer of the file in `medium` says that it is at work, as `h5clear -s` does it: for
/// files whose writer has died. Nobody may be writing it. Files of which only the newest form takes its mark seriously
/// stay as they are.
///
/// Errors: `ReadOnly` if the medium cannot be written; `Unsupported` for files that a driver spread out.
pub fn clear_flags(medium: &mut Medium) -> Result<()> {
    let mut block = superblock::read_marked(medium)?;
    if block.version < 3 || block.flags == 0 {
        return Ok(());
    }
    if !matches!(medium.storage().files(), Files::One) {
        return Err(Error::unsupported("changing a file that is spread over several"));
    }
    block.flags = 0;
    // The superblock may not know yet of the last that was written, and it is not for others to be overwritten.
    let len = medium.storage_len();
    block.eof = block.eof.max(len);
    if block.eof > len {
        medium.writer()?.set_len(block.eof)?;
    }
    let mut w = Writer::new(medium.ctx);
    block.encode(&mut w, Libver::V110)?;
    medium.write(Addr(0), w.as_bytes())?;
    medium.writer()?.flush()
}

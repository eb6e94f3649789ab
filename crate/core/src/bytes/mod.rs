//! Bytes in and out: the only place that knows widths and byte order of metadata.

mod checksum;
mod reader;
mod width;
mod writer;

pub use checksum::lookup3;
pub use reader::Reader;
pub use width::{Addr, Ctx, bytes_for};
pub use writer::Writer;

//! What chunks are compressed with.

use crate::format::message::Filter;

/// A filter that compresses chunks.
///
/// Deflate is always there; the others, both ways, with the feature `codecs`. All of them are written as the plugins for libhdf5
/// (in Python: hdf5plugin) write them. [`Filter`] is for everything else.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Compression {
    /// zlib's deflate, level 0 to 9: what every HDF5 reads.
    Gzip(u8),
    /// Fast, and in every h5py.
    Lzf,
    /// NASA's szip, with its nearest-neighbour preprocessing; in most builds of HDF5.
    Szip,
    /// bzip2, level 1 to 9.
    Bzip2(u8),
    /// LZ4.
    Lz4,
    /// Zstandard, level 1 to 22.
    Zstd(u8),
    /// Bits of the same weight together, then LZ4.
    Bitshuffle,
    /// Blosc with its byte shuffle and LZ4, level 0 to 9.
    Blosc(u8),
    /// Blosc2 with its byte shuffle and Zstandard, level 0 to 9.
    Blosc2(u8),
    /// zfp for floats and integers in up to 4 dimensions, without loss.
    Zfp,
    /// zfp for floats: what is read differs by this much at most.
    ZfpAccuracy(f64),
    /// As few bits as the integers of each chunk need.
    ScaleOffset,
    /// Floats rounded to this many decimal digits, then as few bits as they need.
    ScaleOffsetDigits(u8),
}

impl Compression {
    /// The filter, and whether it is the deflate of this level.
    pub(super) fn filter(self) -> Result<Filter, u8> {
        let (id, values) = match self {
            Compression::Gzip(level) => return Err(level),
            Compression::Lzf => (32000, vec![]),
            Compression::Szip => (4, vec![32]),
            Compression::Bzip2(level) => (307, vec![level.into()]),
            Compression::Lz4 => (32004, vec![]),
            Compression::Zstd(level) => (32015, vec![level.into()]),
            Compression::Bitshuffle => (32008, vec![0, 2]),
            Compression::Blosc(level) => (32001, vec![0, 0, 0, 0, level.into(), 1, 1]),
            Compression::Blosc2(level) => (32026, vec![0, 0, 0, 0, level.into(), 1, 5]),
            Compression::Zfp => (32013, vec![5, 0]),
            Compression::ZfpAccuracy(error) => {
                let [a, b, c, d, e, f, g, h] = error.to_le_bytes();
                (32013, vec![3, 0, u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h])])
            }
            Compression::ScaleOffset => (6, vec![]),
            Compression::ScaleOffsetDigits(digits) => (6, vec![digits.into()]),
        };
        Ok(Filter { id, optional: true, name: Vec::new(), values })
    }
}

//! Filter 1: one zlib stream per chunk.

use crate::error::{Error, Result};
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

/// A reused decompressor.
#[derive(Debug, Default)]
pub(super) struct Inflate(Option<Decompress>);

/// Reused compressors, one per level in use.
#[derive(Debug, Default)]
pub(super) struct Deflate(Vec<(u32, Compress)>);

/// The most bytes a zlib stream of `n` bytes takes, by a wide margin.
pub(super) fn bound(n: usize) -> usize {
    n.saturating_add(n / 64).saturating_add(1024)
}

fn broken(what: impl std::fmt::Display) -> Error {
    Error::malformed(format!("deflate: {what}"))
}

impl Inflate {
    fn fresh(&mut self) -> &mut Decompress {
        let context = self.0.get_or_insert_with(|| Decompress::new(true));
        context.reset(true);
        context
    }

    /// Fills `out` exactly. Bytes after the end of the stream are ignored.
    pub(super) fn decode(&mut self, input: &[u8], out: &mut [u8]) -> Result<()> {
        let context = self.fresh();
        let mut status = context.decompress(input, out, FlushDecompress::Finish).map_err(broken)?;
        let mut surplus = [0u8; 1];
        if status != Status::StreamEnd && context.total_out() == out.len() as u64 {
            // Everything is here, but the stream's end has not been looked at.
            let at = usize::try_from(context.total_in()).unwrap_or(usize::MAX);
            let rest = input.get(at..).unwrap_or(&[]);
            status = context.decompress(rest, &mut surplus, FlushDecompress::Finish).map_err(broken)?;
        }
        match context.total_out() {
            n if n > out.len() as u64 => {
                Err(broken(format!("more than the {} bytes of the chunk", out.len())))
            }
            _ if status != Status::StreamEnd => Err(broken("the stream is cut off")),
            n if n < out.len() as u64 => Err(broken(format!("{n} bytes where the chunk has {}", out.len()))),
            _ => Ok(()),
        }
    }

    /// Decodes to whatever length it is, up to `most`.
    pub(super) fn decode_growing(&mut self, input: &[u8], most: usize) -> Result<Vec<u8>> {
        let context = self.fresh();
        let mut out = Vec::with_capacity(input.len().saturating_mul(2).clamp(64, most.max(64)));
        loop {
            let at = usize::try_from(context.total_in()).unwrap_or(usize::MAX);
            let rest = input.get(at..).unwrap_or(&[]);
            let before = out.len();
            let status = context.decompress_vec(rest, &mut out, FlushDecompress::Finish).map_err(broken)?;
            if out.len() > most {
                return Err(broken(format!("more than {most} bytes")));
            }
            if status == Status::StreamEnd {
                return Ok(out);
            }
            if out.len() == before && out.len() < out.capacity() {
                return Err(broken("the stream is cut off"));
            }
            out.reserve(out.len().max(64));
        }
    }
}

impl Deflate {
    /// Compresses with HDF5's `level`, 6 if none is stored.
    pub(super) fn encode(&mut self, input: &[u8], level: Option<u32>) -> Result<Vec<u8>> {
        // Level 1 of this encoder is made for speed at any price and may double the size; its level 2 is as fast
        // as zlib's 1.
        let level = match level.unwrap_or(6) {
            1 => 2,
            n => n.min(9),
        };
        let known = self.0.iter().position(|(l, _)| *l == level);
        let at = known.unwrap_or_else(|| {
            self.0.push((level, Compress::new(Compression::new(level), true)));
            self.0.len() - 1
        });
        let context = &mut self.0[at].1;
        context.reset();
        let mut out = Vec::with_capacity(bound(input.len()));
        loop {
            let at = usize::try_from(context.total_in()).unwrap_or(usize::MAX);
            let rest = input.get(at..).unwrap_or(&[]);
            let status = context
                .compress_vec(rest, &mut out, FlushCompress::Finish)
                .map_err(|e| Error::io(format!("deflate: {e}")))?;
            if status == Status::StreamEnd {
                return Ok(out);
            }
            out.reserve(out.capacity().max(64));
        }
    }
}

//! The filters of the feature `codecs`: everything but deflate, shuffle and fletcher32.

use super::{
    External, Local, State, bitshuffle, blosc, bzip2, lz4, lzf, nbit, scaleoffset, szip, unknown, zfp, zstd,
};
use crate::error::Result;
use crate::format::message::Filter;

/// Client data and stored bytes to what they were before: as many bytes at most as the last argument says.
type Decode = fn(&[u32], &[u8], usize) -> Result<Vec<u8>>;
/// Client data and bytes to what is stored; `None` if they are better stored as they are.
type Encode = fn(&[u32], &[u8]) -> Result<Option<Vec<u8>>>;
/// What the user gave to the client data of a dataset.
type Set = fn(&[u32], &Local<'_>) -> Result<Vec<u32>>;

/// A filter as pure functions.
pub(super) struct Codec {
    /// Registered id.
    pub id: u16,
    pub decode: Decode,
    pub encode: Encode,
    pub local: Set,
}

/// By id.
static ALL: &[Codec] = &[
    szip::CODEC,
    nbit::CODEC,
    scaleoffset::CODEC,
    bzip2::CODEC,
    lzf::CODEC,
    blosc::BLOSC,
    lz4::CODEC,
    bitshuffle::CODEC,
    zfp::CODEC,
    zstd::CODEC,
    blosc::BLOSC2,
];

/// All of them.
#[derive(Clone, Copy, Debug)]
pub struct Codecs;

fn find(filter: &Filter) -> Result<&'static Codec> {
    ALL.iter().find(|c| c.id == filter.id).ok_or_else(|| unknown(filter))
}

impl External for Codecs {
    fn state(&self, id: u16, _: bool) -> State {
        if ALL.iter().any(|c| c.id == id) { State::Ready } else { State::Absent }
    }

    fn decode(&self, filter: &Filter, input: &[u8], most: usize) -> Result<Vec<u8>> {
        (find(filter)?.decode)(&filter.values, input, most)
    }

    fn encode(&self, filter: &Filter, input: &[u8]) -> Result<Option<Vec<u8>>> {
        (find(filter)?.encode)(&filter.values, input)
    }

    fn local(&self, filter: &Filter, local: &Local<'_>) -> Result<Vec<u32>> {
        (find(filter)?.local)(&filter.values, local)
    }
}

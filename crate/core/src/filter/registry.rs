//! Names of registered filters, for messages and listings.

/// The name registered for `id`, if any.
pub fn name(id: u16) -> Option<&'static str> {
    Some(match id {
        1 => "deflate",
        2 => "shuffle",
        3 => "fletcher32",
        4 => "szip",
        5 => "nbit",
        6 => "scaleoffset",
        257 => "hzip",
        258 => "fpzip (old)",
        305 => "lzo",
        307 => "bzip2",
        32000 => "lzf",
        32001 => "blosc",
        32002 => "mafisc",
        32003 => "snappy",
        32004 => "lz4",
        32005 => "apax",
        32006 => "cbf",
        32007 => "jpeg-xr",
        32008 => "bitshuffle",
        32009 => "spdp",
        32010 => "lpc-rice",
        32011 => "ccsds-123",
        32012 => "jpeg-ls",
        32013 => "zfp",
        32014 => "fpzip",
        32015 => "zstd",
        32016 => "b3d",
        32017 => "sz",
        32018 => "fcidecomp",
        32019 => "jpeg",
        32020 => "vbz",
        32021 => "fapec",
        32022 => "bitgroom",
        32023 => "granular bitround",
        32024 => "sz3",
        32025 => "delta-rice",
        32026 => "blosc2",
        32027 => "flac",
        32028 => "sperr",
        32029 => "terse/prolix",
        32030 => "ffmpeg",
        32031 => "jpeg 2000",
        32033 => "htj2k",
        _ => return None,
    })
}

/// The most bytes that one stored byte can become. What has no such bound decodes before anything is allocated for it.
pub(super) fn most_expanded(id: u16) -> usize {
    match id {
        2 | 3 => 1,
        // The longest copies that deflate, lzf and lz4 know.
        1 => 1032,
        32000 => 88,
        32004 => 256,
        _ => usize::MAX,
    }
}

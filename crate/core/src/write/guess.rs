//! h5py's guess of a chunk shape (13-conventions), so that files come out like its own.

/// Smallest chunk aimed at, bytes.
const LEAST: f64 = 8.0 * 1024.0;
/// Chunk aimed at for a dataset of 1 MiB, bytes; ten times the data means twice the chunk.
const BASE: f64 = 16.0 * 1024.0;
/// Largest chunk aimed at, bytes.
const MOST: f64 = 1024.0 * 1024.0;

/// A chunk shape for a dataset of `shape` (rank at least 1) whose elements take `element_size` bytes in
/// memory. Empty extents count as 1024.
pub fn guess_chunk(shape: &[u64], element_size: u64) -> Vec<u64> {
    let mut chunk: Vec<u64> = shape.iter().map(|n| if *n == 0 { 1024 } else { *n }).collect();
    // The reference computes in double precision; so do we, or the guesses part at the borders.
    #[allow(clippy::cast_precision_loss)]
    let bytes = |chunk: &[u64]| chunk.iter().map(|n| *n as f64).product::<f64>() * element_size as f64;
    let target = (BASE * 2f64.powf((bytes(&chunk) / MOST).log10())).clamp(LEAST, MOST);
    for axis in (0..chunk.len()).cycle() {
        let now = bytes(&chunk);
        if (now < target || (now - target).abs() / target < 0.5) && now < MOST {
            break;
        }
        if chunk.iter().all(|n| *n == 1) {
            break;
        }
        if let Some(n) = chunk.get_mut(axis) {
            *n = n.div_ceil(2);
        }
    }
    chunk
}

#[cfg(test)]
mod tests {
    use super::guess_chunk;

    /// Shape, element size, and what h5py 3.16 answers.
    const H5PY: &[(&[u64], u64, &[u64])] = &[
        (&[1024, 1024], 4, &[64, 128]),
        (&[100, 1000], 8, &[13, 125]),
        (&[0], 8, &[1024]),
        (&[0, 3], 4, &[512, 3]),
        (&[1], 1, &[1]),
        (&[1000000000], 8, &[30518]),
        (&[64, 64, 64], 2, &[16, 16, 32]),
        (&[1000, 1, 7], 16, &[250, 1, 2]),
        (&[5], 1048576, &[1]),
        (&[2000, 3], 24, &[500, 1]),
        (&[9, 1021, 5, 418, 5], 4, &[2, 128, 1, 53, 2]),
        (&[2532], 1, &[2532]),
        (&[4], 3, &[4]),
        (&[2777, 1224], 4, &[87, 77]),
        (&[3, 2048, 1254], 100, &[1, 32, 40]),
        (&[6, 5, 5, 2899], 2, &[2, 2, 2, 1450]),
        (&[256, 512], 16, &[16, 64]),
        (&[8], 4, &[8]),
        (&[256, 727, 10], 24, &[16, 91, 2]),
        (&[5], 24, &[5]),
        (&[1, 535], 24, &[1, 268]),
        (&[5], 16, &[5]),
        (&[5, 2048], 16, &[1, 512]),
        (&[601, 4, 17, 512], 3, &[76, 1, 3, 64]),
        (&[16, 11, 4096, 8192, 5], 3, &[1, 1, 256, 512, 1]),
        (&[1493, 16384], 2, &[47, 512]),
        (&[5, 256, 802, 8], 100, &[1, 16, 101, 1]),
        (&[16384, 5], 100, &[256, 1]),
        (&[2714, 16384, 13], 3, &[85, 512, 1]),
        (&[16], 16, &[16]),
    ];

    #[test]
    fn same_as_h5py() {
        for (shape, size, chunk) in H5PY {
            assert_eq!(guess_chunk(shape, *size), *chunk, "{shape:?} x {size}");
        }
    }

    #[test]
    fn ends_for_every_size() {
        assert_eq!(guess_chunk(&[u64::MAX, 3], 1 << 40), [1, 1]);
        assert_eq!(guess_chunk(&[1], 1 << 22), [1]);
    }
}

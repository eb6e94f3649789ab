//! The two decorrelating transforms of a block of 4 x 4 x … integers, one axis after the other.

/// Two's complement integers that wrap around.
pub(super) trait Word: Copy + Default + PartialEq {
    /// Width in bits.
    const BITS: u32;
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    /// Half, rounded down.
    fn half(self) -> Self;
    /// The bits, zeros above.
    fn bits(self) -> u64;
    /// The low bits of `bits`.
    fn of(bits: u64) -> Self;
}

impl Word for i32 {
    const BITS: u32 = 32;
    fn add(self, other: Self) -> Self {
        self.wrapping_add(other)
    }
    fn sub(self, other: Self) -> Self {
        self.wrapping_sub(other)
    }
    fn half(self) -> Self {
        self >> 1
    }
    fn bits(self) -> u64 {
        self.cast_unsigned().into()
    }
    #[expect(clippy::cast_possible_truncation, reason = "the low bits are wanted")]
    fn of(bits: u64) -> Self {
        bits as i32
    }
}

impl Word for i64 {
    const BITS: u32 = 64;
    fn add(self, other: Self) -> Self {
        self.wrapping_add(other)
    }
    fn sub(self, other: Self) -> Self {
        self.wrapping_sub(other)
    }
    fn half(self) -> Self {
        self >> 1
    }
    fn bits(self) -> u64 {
        self.cast_unsigned()
    }
    fn of(bits: u64) -> Self {
        bits.cast_signed()
    }
}

/// Applies `lift` to every row of four along each of `rank` axes, in `order`.
fn along<W: Word>(block: &mut [W], axes: impl Iterator<Item = u32>, lift: fn([W; 4]) -> [W; 4]) {
    for axis in axes {
        let step = 1usize << (2 * axis);
        for start in (0..block.len()).filter(|i| (i / step).is_multiple_of(4)) {
            let row = lift([0, 1, 2, 3].map(|k| block[start + k * step]));
            for (k, value) in row.into_iter().enumerate() {
                block[start + k * step] = value;
            }
        }
    }
}

/// The lossy transform: a few low bits are lost.
pub(super) fn forward<W: Word>(block: &mut [W], rank: u32) {
    along(block, 0..rank, |[mut x, mut y, mut z, mut w]| {
        x = x.add(w).half();
        w = w.sub(x);
        z = z.add(y).half();
        y = y.sub(z);
        x = x.add(z).half();
        z = z.sub(x);
        w = w.add(y).half();
        y = y.sub(w);
        w = w.add(y.half());
        y = y.sub(w.half());
        [x, y, z, w]
    });
}

/// Undoes [`forward`].
pub(super) fn inverse<W: Word>(block: &mut [W], rank: u32) {
    along(block, (0..rank).rev(), |[mut x, mut y, mut z, mut w]| {
        y = y.add(w.half());
        w = w.sub(y.half());
        y = y.add(w);
        w = w.add(w).sub(y);
        z = z.add(x);
        x = x.add(x).sub(z);
        y = y.add(z);
        z = z.add(z).sub(y);
        w = w.add(x);
        x = x.add(x).sub(w);
        [x, y, z, w]
    });
}

/// The reversible transform: differences of differences.
pub(super) fn forward_reversible<W: Word>(block: &mut [W], rank: u32) {
    along(block, 0..rank, |[x, mut y, mut z, mut w]| {
        w = w.sub(z);
        z = z.sub(y);
        y = y.sub(x);
        w = w.sub(z);
        z = z.sub(y);
        w = w.sub(z);
        [x, y, z, w]
    });
}

/// Undoes [`forward_reversible`].
pub(super) fn inverse_reversible<W: Word>(block: &mut [W], rank: u32) {
    along(block, (0..rank).rev(), |[x, mut y, mut z, mut w]| {
        w = w.add(z);
        z = z.add(y);
        w = w.add(z);
        y = y.add(x);
        z = z.add(y);
        w = w.add(z);
        [x, y, z, w]
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reversible_transform_is() {
        for rank in 1..=4 {
            let block: Vec<i32> = (0..1i32 << (2 * rank)).map(|i| i.wrapping_mul(0x1234_5677)).collect();
            let mut there = block.clone();
            forward_reversible(&mut there, rank);
            assert_ne!(there, block);
            inverse_reversible(&mut there, rank);
            assert_eq!(there, block);
        }
    }

    #[test]
    fn the_other_is_almost() {
        for rank in 1..=4 {
            let block: Vec<i64> = (0..1i64 << (2 * rank)).map(|i| (i * i * 0x1234_5677) << 20).collect();
            let mut there = block.clone();
            forward(&mut there, rank);
            inverse(&mut there, rank);
            for (a, b) in there.iter().zip(&block) {
                assert!((a - b).abs() < 256, "{rank}: {a} {b}");
            }
        }
    }
}

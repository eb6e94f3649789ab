//! One block of 4 x 4 x … numbers: a common exponent for floats, then the bit planes of transformed integers.

use super::bits::{Reader, Writer};
use super::header::Mode;
use super::planes::{self, Coefficients};
use super::transform::{self, Word};

/// A number as zfp sees it: integers are their own words, floats have a common exponent in each block.
pub(super) trait Scalar: Copy + Default {
    type Word: Word;
    /// Bits of the exponent, and its bias; none for integers.
    const EXPONENT: Option<(u32, i32)>;
    /// The bits of the number.
    fn word(self) -> Self::Word;
    fn of_word(word: Self::Word) -> Self;
    /// The size of a float.
    fn magnitude(self) -> f64 {
        0.0
    }
    /// A float as a multiple of 2 to the `exponent`, without its fraction.
    fn quantised(self, _exponent: i32) -> Self::Word {
        self.word()
    }
    /// The float that is `word` times 2 to the `exponent`.
    fn scaled(word: Self::Word, _exponent: i32) -> Self {
        Self::of_word(word)
    }
}

/// 2 to the `n`, 0 and infinity where it is beyond doubles.
fn power(n: i32) -> f64 {
    match n {
        -1022..=1023 => f64::from_bits(u64::from((n + 1023).cast_unsigned()) << 52),
        -1074..=-1023 => f64::from_bits(1 << (n + 1074)),
        n if n < 0 => 0.0,
        _ => f64::INFINITY,
    }
}

/// The exponent of `x` > 0 as a number in [0.5, 1) times 2 to it.
pub(super) fn exponent(x: f64) -> i32 {
    let field = |x: f64| i32::try_from(x.to_bits() >> 52 & 0x7ff).unwrap_or(0);
    match field(x) {
        0x7ff => 0,
        0 => field(x * power(64)) - 1022 - 64,
        n => n - 1022,
    }
}

impl Scalar for i32 {
    type Word = i32;
    const EXPONENT: Option<(u32, i32)> = None;
    fn word(self) -> i32 {
        self
    }
    fn of_word(word: i32) -> Self {
        word
    }
}

impl Scalar for i64 {
    type Word = i64;
    const EXPONENT: Option<(u32, i32)> = None;
    fn word(self) -> i64 {
        self
    }
    fn of_word(word: i64) -> Self {
        word
    }
}

impl Scalar for f32 {
    type Word = i32;
    const EXPONENT: Option<(u32, i32)> = Some((8, 127));
    fn word(self) -> i32 {
        self.to_bits().cast_signed()
    }
    fn of_word(word: i32) -> Self {
        f32::from_bits(word.cast_unsigned())
    }
    fn magnitude(self) -> f64 {
        self.abs().into()
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the fraction goes, and what is too large stays at the end"
    )]
    fn quantised(self, exponent: i32) -> i32 {
        (f64::from(self) * power(-exponent)) as i32
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "single precision, as the reference"
    )]
    fn scaled(word: i32, exponent: i32) -> Self {
        power(exponent) as f32 * word as f32
    }
}

impl Scalar for f64 {
    type Word = i64;
    const EXPONENT: Option<(u32, i32)> = Some((11, 1023));
    fn word(self) -> i64 {
        self.to_bits().cast_signed()
    }
    fn of_word(word: i64) -> Self {
        f64::from_bits(word.cast_unsigned())
    }
    fn magnitude(self) -> f64 {
        self.abs()
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the fraction goes, and what is too large stays at the end"
    )]
    fn quantised(self, exponent: i32) -> i64 {
        (self * power(-exponent)) as i64
    }
    #[expect(clippy::cast_precision_loss, reason = "as the reference")]
    fn scaled(word: i64, exponent: i32) -> Self {
        power(exponent) * word as f64
    }
}

/// The exponent of the largest number in a block; less the bias if all are zero.
fn common_exponent<S: Scalar>(block: &[S], bias: i32) -> i32 {
    let largest = block.iter().fold(0.0, |max: f64, x| if max < x.magnitude() { x.magnitude() } else { max });
    if largest > 0.0 { exponent(largest).max(1 - bias) } else { -bias }
}

/// Bit planes worth keeping of a block with exponent `common`.
fn worthwhile(mode: Mode, common: i32, rank: u32) -> u32 {
    let planes = common - mode.exponent + 2 * rank.cast_signed() + 2;
    u32::try_from(planes).unwrap_or(0).min(mode.planes)
}

/// Integers are multiples of 2 to the exponent less two bits for the transform's growth.
fn step<S: Scalar>(common: i32) -> i32 {
    common - (S::Word::BITS.cast_signed() - 2)
}

/// Sign and magnitude as two's complement, and back.
fn flip<W: Word>(word: W) -> W {
    let bits = word.bits();
    if bits >> (W::BITS - 1) & 1 == 1 { W::of(bits ^ (u64::MAX >> 1 >> (64 - W::BITS))) } else { word }
}

/// Writes one block.
pub(super) fn encode<S: Scalar>(out: &mut Writer, mode: Mode, block: &[S], rank: u32) {
    let mut words = [S::Word::default(); 256];
    let words = &mut words[..block.len()];
    let mut used = 0;
    let mut planes = mode.planes;
    let fill = |words: &mut [S::Word], f: &dyn Fn(S) -> S::Word| {
        for (to, from) in words.iter_mut().zip(block) {
            *to = f(*from);
        }
    };
    match S::EXPONENT {
        None => fill(words, &S::word),
        Some((bits, bias)) => {
            let common = common_exponent(block, bias);
            let biased = u64::try_from(common + bias).unwrap_or(0);
            if biased > 0 {
                fill(words, &|x| x.quantised(step::<S>(common)));
            }
            if mode.is_reversible() {
                let zero = S::Word::default();
                let exact = words.iter().zip(block).all(|(w, x)| {
                    let back = if biased > 0 { S::scaled(*w, step::<S>(common)).word() } else { zero };
                    back == x.word()
                });
                used = write_reversible_head(out, exact, biased, bits);
                if !exact {
                    fill(words, &|x| flip(x.word()));
                }
                if exact && biased == 0 {
                    out.pad(mode.least.saturating_sub(used));
                    return;
                }
            } else {
                planes = worthwhile(mode, common, rank);
                if planes == 0 || biased == 0 {
                    out.bit(false);
                    out.pad(mode.least.saturating_sub(1));
                    return;
                }
                out.bits(2 * biased + 1, bits + 1);
                used = bits + 1;
            }
        }
    }
    let most = mode.most.saturating_sub(used);
    used += if mode.is_reversible() {
        encode_reversible(out, most, planes, words, rank)
    } else {
        transform::forward(words, rank);
        let data = planes::unsigned(words, rank);
        planes::encode(out, most, planes, S::Word::BITS, &data[..words.len()])
    };
    out.pad(mode.least.saturating_sub(used));
}

/// Whether there is anything, whether it has a common exponent, and which.
fn write_reversible_head(out: &mut Writer, exact: bool, biased: u64, bits: u32) -> u32 {
    match (exact, biased) {
        (true, 0) => {
            out.bit(false);
            1
        }
        (true, _) => {
            out.bits(1 | biased << 2, bits + 2);
            bits + 2
        }
        _ => {
            out.bits(3, 2);
            2
        }
    }
}

/// Bits of the number of planes.
fn plane_bits(width: u32) -> u32 {
    if width == 32 { 5 } else { 6 }
}

fn encode_reversible<W: Word>(out: &mut Writer, most: u32, planes: u32, words: &mut [W], rank: u32) -> u32 {
    transform::forward_reversible(words, rank);
    let data = planes::unsigned(words, rank);
    let all = data.iter().fold(0, |all, x| all | x);
    let needed = W::BITS - all.trailing_zeros().min(W::BITS);
    let planes = needed.clamp(1, planes);
    let head = plane_bits(W::BITS);
    out.bits(u64::from(planes) - 1, head);
    head + planes::encode(out, most.saturating_sub(head), planes, W::BITS, &data[..words.len()])
}

/// Reads one block.
pub(super) fn decode<S: Scalar>(from: &mut Reader<'_>, mode: Mode, block: &mut [S], rank: u32) {
    block.fill(S::default());
    let mut used = 0;
    let mut planes = mode.planes;
    // How integers become numbers again.
    let mut exponent = None;
    let mut flipped = false;
    if let Some((bits, bias)) = S::EXPONENT {
        used = 1;
        if !from.bit() {
            from.skip(mode.least.saturating_sub(1));
            return;
        }
        if mode.is_reversible() {
            used += 1;
            flipped = from.bit();
        }
        if !flipped {
            used += bits;
            let common = i32::try_from(from.bits(bits)).unwrap_or(0) - bias;
            exponent = Some(step::<S>(common));
            if !mode.is_reversible() {
                planes = worthwhile(mode, common, rank);
            }
        }
    }
    let mut most = mode.most.saturating_sub(used);
    if mode.is_reversible() {
        let head = plane_bits(S::Word::BITS);
        planes = u32::try_from(from.bits(head)).unwrap_or(0) + 1;
        used += head;
        most = most.saturating_sub(head);
    }
    let mut data: Coefficients = [0; 256];
    used += planes::decode(from, most, planes, S::Word::BITS, &mut data[..block.len()]);
    from.skip(mode.least.saturating_sub(used));
    let mut words = [S::Word::default(); 256];
    let words = &mut words[..block.len()];
    planes::signed(&data, rank, words);
    if mode.is_reversible() {
        transform::inverse_reversible(words, rank);
    } else {
        transform::inverse(words, rank);
    }
    for (to, word) in block.iter_mut().zip(words) {
        *to = match exponent {
            Some(exponent) => S::scaled(*word, exponent),
            None if flipped => S::of_word(flip(*word)),
            None => S::of_word(*word),
        };
    }
}

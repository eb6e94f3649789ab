use super::*;
use crate::error::Kind;

/// What is in use, byte by byte, beside a [`Space`].
struct Model {
    space: Space,
    page: Option<u64>,
    /// Start, length, whether raw.
    blocks: Vec<(u64, u64, bool)>,
    seed: u64,
}

impl Model {
    fn new(page: Option<u64>) -> Model {
        let mut space = Space::new(48);
        if let Some(page) = page {
            space.use_pages(page).unwrap();
        }
        Model { space, page, blocks: Vec::new(), seed: 7 }
    }

    fn roll(&mut self, below: u64) -> u64 {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) % below
    }

    fn step(&mut self) {
        let n = self.blocks.len() as u64;
        match self.roll(10) {
            0..4 => {
                let len = [1 + self.roll(40), 1 + self.roll(700), 1 + self.roll(3000)][self.roll(3) as usize];
                let kind = self.roll(3);
                let at = match kind {
                    0 => self.space.allocate(len),
                    1 => self.space.allocate_raw(len),
                    _ => self.space.allocate_unaligned(len),
                };
                let at = at.unwrap().0;
                assert!(kind == 2 || at % 8 == 0 || self.page.is_some_and(|p| p % 8 != 0));
                self.blocks.push((at, len, kind != 0));
            }
            4..8 if n > 0 => {
                let i = self.roll(n) as usize;
                let (at, len, raw) = self.blocks.swap_remove(i);
                // Sometimes only the end of a block.
                let left = if len > 8 && self.roll(4) == 0 { self.roll(len) } else { 0 };
                if left > 0 {
                    self.blocks.push((at, left, raw));
                }
                let at = Addr(at + left);
                let done = if raw {
                    self.space.release_raw(at, len - left)
                } else {
                    self.space.release(at, len - left)
                };
                done.unwrap();
                assert!(self.space.release(at, len - left).is_err());
            }
            8 if n > 0 => {
                let i = self.roll(n) as usize;
                let more = self.roll(100);
                let (at, len, _) = self.blocks[i];
                if self.space.extend(Addr(at), len, more) {
                    self.blocks[i].1 += more;
                }
            }
            9 => {
                let (blocks, end, free) =
                    (self.blocks.clone(), self.space.end, self.space.free.iter().collect::<Vec<_>>());
                let mark = self.space.mark();
                (0..3).for_each(|_| self.step());
                if self.roll(2) == 0 {
                    self.space.keep(mark);
                } else {
                    self.space.back_to(mark);
                    assert_eq!((self.space.end, self.space.free.iter().collect::<Vec<_>>()), (end, free));
                    self.blocks = blocks;
                }
            }
            _ => {}
        }
    }

    /// Nothing overlaps, and nothing is lost but what a page's rules cost.
    fn check(&self) {
        let mut all: Vec<(u64, u64)> = self.blocks.iter().map(|(a, n, _)| (*a, *n)).collect();
        let free: Vec<Stretch> = self.space.free.iter().collect();
        all.extend(free.iter().map(|s| (s.start, s.len)));
        all.sort_unstable();
        let mut at = 48;
        for (start, len) in &all {
            assert_eq!(*start, at, "of {all:?}");
            at += len;
        }
        assert_eq!(at, self.space.end());
        assert_eq!(self.space.unused(), free.iter().map(|s| s.len).sum::<u64>());
        let Some(page) = self.page else { return };
        assert_eq!(self.space.end() % page, 0);
        for s in free.iter().filter(|s| s.pool != Pool::Large) {
            assert_eq!(s.start / page, (s.end() - 1) / page, "{s:?}");
            assert!(s.len < page);
        }
        for (at, len, _) in &self.blocks {
            assert!(at % page + len <= page || at % page == 0, "{len} bytes at {at}");
        }
    }
}

#[test]
fn random_lives() {
    for page in [None, Some(512), Some(1000), Some(4096)] {
        let mut m = Model::new(page);
        for _ in 0..4000 {
            m.step();
            m.check();
        }
        while let Some((at, len, raw)) = m.blocks.pop() {
            let at = Addr(at);
            if raw { m.space.release_raw(at, len) } else { m.space.release(at, len) }.unwrap();
        }
        let left = page.map_or((48, 0), |p| (p, p - 48));
        assert_eq!((m.space.end(), m.space.unused()), left);
    }
}

#[test]
fn grows_at_the_end_and_aligns() {
    let mut s = Space::new(96);
    assert_eq!(s.allocate(5).unwrap(), Addr(96));
    assert_eq!(s.allocate_unaligned(7).unwrap(), Addr(101));
    assert_eq!(s.allocate(8).unwrap(), Addr(112));
    assert_eq!((s.end(), s.unused()), (120, 4));
    assert_eq!(s.allocate_unaligned(3).unwrap(), Addr(108));
    assert_eq!(s.allocate(0).unwrap(), Addr(120));
    assert_eq!(s.allocate(u64::MAX).unwrap_err().kind(), Kind::Limit);
}

#[test]
fn freed_neighbours_join_and_are_used_again() {
    let mut s = Space::new(0);
    let a: Vec<Addr> = (0..4).map(|_| s.allocate(16).unwrap()).collect();
    s.release(a[0], 16).unwrap();
    s.release(a[2], 16).unwrap();
    s.release_raw(a[1], 16).unwrap();
    assert_eq!((s.unused(), s.free.iter().count()), (48, 1));
    assert_eq!(s.allocate(40).unwrap(), Addr(0));
    assert_eq!(s.unused(), 8);
}

#[test]
fn takes_what_was_the_same_kind_first() {
    let mut s = Space::new(0);
    let a: Vec<Addr> = (0..4).map(|_| s.allocate(16).unwrap()).collect();
    s.release(a[0], 16).unwrap();
    s.release_raw(a[2], 16).unwrap();
    assert_eq!(s.allocate_raw(16).unwrap(), a[2]);
    assert_eq!(s.allocate_raw(16).unwrap(), a[0]);
}

#[test]
fn grows_in_place_where_nothing_follows() {
    let mut s = Space::new(0);
    let a: Vec<Addr> = (0..3).map(|_| s.allocate(16).unwrap()).collect();
    assert!(!s.extend(a[0], 16, 8));
    assert!(s.extend(a[2], 16, 8));
    s.release(a[1], 16).unwrap();
    assert!(s.extend(a[0], 16, 8));
    assert!(!s.extend(a[0], 24, 16));
    assert!(!s.extend(a[0], u64::MAX, 16) && !s.extend(a[0], 24, u64::MAX));
    assert_eq!((s.end(), s.unused()), (56, 8));
}

#[test]
fn a_freed_end_shortens_the_file() {
    let mut s = Space::new(0);
    let a: Vec<Addr> = (0..3).map(|_| s.allocate(16).unwrap()).collect();
    s.release(a[1], 16).unwrap();
    s.release(a[2], 16).unwrap();
    assert_eq!((s.end(), s.unused()), (16, 0));
}

#[test]
fn addresses_that_lie_give_nothing_back() {
    let mut s = Space::of_file(96, 1000, u64::MAX);
    s.release(Addr(200), 100).unwrap();
    let mark = s.mark();
    let lies = [(200, 100), (200, 1), (299, 1), (150, 60), (290, 20), (150, 200), (0, 8), (95, 8), (990, 11)];
    for (at, len) in lies.into_iter().chain([(1000, 1), (5000, 1), (100, u64::MAX), (u64::MAX, u64::MAX)]) {
        let error = s.release(Addr(at), len).unwrap_err();
        assert_eq!(error.kind(), Kind::Malformed, "{len} bytes at {at}");
    }
    assert_eq!((s.end(), s.unused()), (1000, 100));
    s.release(Addr(u64::MAX), 0).unwrap();
    s.release(Addr(100), 100).unwrap();
    s.release(Addr(300), 700).unwrap();
    assert_eq!((s.end(), s.unused()), (100, 0));
    s.back_to(mark);
    assert_eq!((s.end(), s.unused()), (1000, 100));
}

#[test]
fn narrow_addresses_end() {
    let ctx = Ctx { addr_width: 2, len_width: 4 };
    assert_eq!(Space::limit(ctx, 0), 0xfffe);
    assert_eq!(Space::limit(Ctx::WIDE, 512), u64::MAX - 513);
    let mut s = Space::of_file(48, 48, Space::limit(ctx, 512));
    s.allocate(0xf000).unwrap();
    let end = s.end();
    assert_eq!(s.allocate(0x1000).unwrap_err().kind(), Kind::Limit);
    assert!(!s.extend(Addr(48), 0xf000, 0x1000));
    assert_eq!(s.end(), end);
}

#[test]
fn pages_hold_one_kind() {
    let mut s = Space::new(48);
    s.use_pages(4096).unwrap();
    assert_eq!((s.end(), s.unused()), (4096, 4048));
    assert_eq!(s.allocate(100).unwrap(), Addr(48));
    assert_eq!(s.allocate_raw(100).unwrap(), Addr(4096));
    assert_eq!(s.allocate_raw(5000).unwrap(), Addr(8192));
    assert_eq!(s.allocate(4000).unwrap(), Addr(16384));
    assert_eq!(s.allocate_unaligned(3900).unwrap(), Addr(4196));
    assert_eq!(s.end(), 20480);
    // A large one grows over what its last page leaves, and the file's end; a small one only in its page.
    assert!(s.extend(Addr(8192), 5000, 3192) && !s.extend(Addr(8192), 8192, 1));
    assert!(s.extend(Addr(16384), 4000, 96) && s.extend(Addr(16384), 4096, 1));
    assert_eq!(s.end(), 24576);
    s.release(Addr(16384), 4097).unwrap();
    assert_eq!(s.end(), 16384);
    s.release_raw(Addr(8192), 8192).unwrap();
    assert_eq!(s.end(), 8192);
}

#[test]
fn appending_costs_the_same_at_the_end() {
    let mut s = Space::new(96);
    let mark = s.mark();
    for n in 0..100_000u64 {
        let inner = s.mark();
        s.allocate_unaligned(1 + n % 64).unwrap();
        s.keep(inner);
    }
    // Nothing is remembered of what only moved the end.
    assert_eq!(s.free.iter().count(), 0);
    s.back_to(mark);
    assert_eq!(s.end(), 96);
}

#[test]
fn space_that_is_not_used_again() {
    let mut s = Space::new(96);
    s.strategy = Strategy::Append;
    let a: Vec<Addr> = (0..3).map(|_| s.allocate(16).unwrap()).collect();
    s.release(a[0], 16).unwrap();
    assert_eq!(s.allocate(16).unwrap(), Addr(144));
    s.release(Addr(144), 16).unwrap();
    assert_eq!((s.end(), s.unused()), (144, 0));
}

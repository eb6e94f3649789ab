//! Ways to say which elements are meant.

use crate::error::{Error, Result};
use crate::select::{Item, Region, Selection};
use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

/// Elements of a dataset, in one of these spellings:
///
/// | | |
/// |---|---|
/// | `..` | all of them |
/// | `"7, 10:20, ::4"` | NumPy's slices, with `...` and negative numbers counted from the end |
/// | `10..20`, `(7, 10..20, ..)` | integers and ranges, one for each axis from the first; axes that are not mentioned are taken whole |
/// | [`Points`] | single elements, in any order |
/// | [`Mask`] | those at which a `bool` is set |
/// | [`Selection`], [`Region`] | the engine's own |
///
/// As in NumPy, an integer takes its axis away from the result's shape.
pub trait Select {
    /// The selection in a dataset of these extents.
    ///
    /// # Errors
    ///
    /// `Argument` if it does not fit.
    fn select(&self, dims: &[u64]) -> Result<Selected>;
}

/// A selection of a dataset's elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selected {
    /// Ranges of each axis.
    Slab(Selection),
    /// Any elements, in an order of their own.
    Region(Region),
}

impl Selected {
    /// Shape of what is selected, in a dataset of these extents.
    pub fn shape(&self, dims: &[u64]) -> Result<Vec<u64>> {
        match self {
            Selected::Slab(selection) => Ok(selection.resolve(dims)?.shape()),
            Selected::Region(region) => Ok(region.shape()),
        }
    }
}

impl Select for str {
    fn select(&self, _: &[u64]) -> Result<Selected> {
        Selection::parse(self).map(Selected::Slab)
    }
}

impl<S: Select + ?Sized> Select for &S {
    fn select(&self, dims: &[u64]) -> Result<Selected> {
        (**self).select(dims)
    }
}

impl Select for String {
    fn select(&self, dims: &[u64]) -> Result<Selected> {
        self.as_str().select(dims)
    }
}

impl Select for Selection {
    fn select(&self, _: &[u64]) -> Result<Selected> {
        Ok(Selected::Slab(self.clone()))
    }
}

impl Select for Region {
    fn select(&self, _: &[u64]) -> Result<Selected> {
        Ok(Selected::Region(self.clone()))
    }
}

/// Single elements: `N` coordinates each, in any order, also several times.
#[derive(Clone, Copy, Debug)]
pub struct Points<'a, const N: usize>(pub &'a [[u64; N]]);

impl<const N: usize> Select for Points<'_, N> {
    fn select(&self, dims: &[u64]) -> Result<Selected> {
        if dims.len() != N {
            return Err(Error::argument(format!("points in {N} dimensions of a dataset of {}", dims.len())));
        }
        Region::points(self.0.as_flattened(), dims).map(Selected::Region)
    }
}

/// The elements at which the `bool` is set: one for each element of the dataset, in C order.
#[derive(Clone, Copy, Debug)]
pub struct Mask<'a>(pub &'a [bool]);

impl Select for Mask<'_> {
    fn select(&self, dims: &[u64]) -> Result<Selected> {
        let bytes: Vec<u8> = self.0.iter().map(|b| u8::from(*b)).collect();
        Region::mask(&bytes, dims).map(Selected::Region)
    }
}

/// What is selected of one axis: an integer, a range, or `..`.
pub trait Along {
    /// The engine's word for it.
    ///
    /// # Errors
    ///
    /// `Argument` for numbers beyond 2^63.
    fn item(&self) -> Result<Item>;
}

fn whole<T: TryInto<i64> + Copy>(n: T) -> Result<i64> {
    n.try_into().map_err(|_| Error::argument("a position beyond 2^63"))
}

fn slice(start: Option<i64>, stop: Option<i64>) -> Item {
    Item::Slice { start, stop, step: None }
}

/// The end behind the last position.
fn behind(last: i64) -> Result<i64> {
    last.checked_add(1).ok_or_else(|| Error::argument("a position beyond 2^63"))
}

impl Along for RangeFull {
    fn item(&self) -> Result<Item> {
        Ok(Item::ALL)
    }
}

impl Along for Item {
    fn item(&self) -> Result<Item> {
        Ok(*self)
    }
}

impl Select for RangeFull {
    fn select(&self, _: &[u64]) -> Result<Selected> {
        Ok(Selected::Slab(Selection::default()))
    }
}

macro_rules! along {
    ($t:ty) => {
        along!($t, |n| Ok(Item::Index(whole(*n)?)));
        along!(Range<$t>, |r| Ok(slice(Some(whole(r.start)?), Some(whole(r.end)?))));
        along!(RangeFrom<$t>, |r| Ok(slice(Some(whole(r.start)?), None)));
        along!(RangeTo<$t>, |r| Ok(slice(None, Some(whole(r.end)?))));
        along!(RangeInclusive<$t>, |r| Ok(slice(Some(whole(*r.start())?), Some(behind(whole(*r.end())?)?))));
        along!(RangeToInclusive<$t>, |r| Ok(slice(None, Some(behind(whole(r.end)?)?))));
    };
    ($t:ty, |$v:ident| $item:expr) => {
        impl Along for $t {
            fn item(&self) -> Result<Item> {
                let $v = self;
                $item
            }
        }

        impl Select for $t {
            fn select(&self, _: &[u64]) -> Result<Selected> {
                Ok(Selected::Slab(Selection { items: vec![self.item()?] }))
            }
        }
    };
}

along!(i32);
along!(i64);
along!(u32);
along!(u64);
along!(usize);

macro_rules! tuples {
    ($($name:ident $i:tt),+) => {
        impl<$($name: Along),+> Select for ($($name,)+) {
            fn select(&self, _: &[u64]) -> Result<Selected> {
                Ok(Selected::Slab(Selection { items: vec![$(self.$i.item()?),+] }))
            }
        }
    };
}

tuples!(A 0);
tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);
tuples!(A 0, B 1, C 2, D 3, E 4);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_slices() {
        let dims = [5, 6, 7];
        let shape = |select: &dyn Select| select.select(&dims).unwrap().shape(&dims).unwrap();
        assert_eq!(shape(&..), dims);
        assert_eq!(shape(&2), [6, 7]);
        assert_eq!(shape(&(1..3)), [2, 6, 7]);
        assert_eq!(shape(&(1..=3, .., 4u64..)), [3, 6, 3]);
        assert_eq!(shape(&(-1, ..2, 0usize)), [2]);
        assert_eq!(shape(&"::2, -1"), [3, 7]);
        assert_eq!(shape(&Points(&[[0, 0, 0], [4, 5, 6]])), [2]);
        assert!(Points(&[[0, 0]]).select(&dims).is_err());
        assert!((u64::MAX).select(&dims).is_err());
    }
}

//! Python's indexing: integers, slices and one ellipsis, as text or as a list.

use super::hyperslab::{Axis, Hyperslab};
use crate::error::{Error, Result};

/// What is selected of one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// One position, counted from the end if negative; the axis is dropped from the result.
    Index(i64),
    /// `start:stop:step` with Python's meaning of what is left out and of negative numbers.
    Slice {
        /// First position.
        start: Option<i64>,
        /// End, excluded.
        stop: Option<i64>,
        /// From one position to the next, at least 1.
        step: Option<i64>,
    },
    /// `...`: as many whole axes as there are left.
    Ellipsis,
}

impl Item {
    /// `:`
    pub const ALL: Item = Item::Slice { start: None, stop: None, step: None };
}

/// A selection that does not know yet what it will be applied to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Axes from the first; those that are not mentioned are taken whole.
    pub items: Vec<Item>,
}

/// A selection applied to a shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// What to read.
    pub slab: Hyperslab,
    /// For each axis, whether an integer chose from it, so that the result does not have it.
    pub dropped: Vec<bool>,
}

impl Resolved {
    /// Shape of the result.
    pub fn shape(&self) -> Vec<u64> {
        let kept = self.slab.axes().iter().zip(&self.dropped).filter(|(_, dropped)| !**dropped);
        kept.map(|(axis, _)| axis.len()).collect()
    }
}

impl Selection {
    /// Parses NumPy's spelling, for example `7, 10:20, ::4, ..., -1`. Nothing but blanks is everything.
    pub fn parse(text: &str) -> Result<Selection> {
        let text = text.trim();
        let text = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text).trim();
        if text.is_empty() {
            return Ok(Selection::default());
        }
        // One comma may follow the last item, as in a Python tuple.
        let text = text.strip_suffix(',').unwrap_or(text);
        let items = text.split(',').map(|part| parse_item(part.trim())).collect::<Result<_>>()?;
        Ok(Selection { items })
    }

    #[doc(hidden)]
    /// Applies this to a dataspace with extents `dims`.
    pub fn resolve(&self, dims: &[u64]) -> Result<Resolved> {
        let ellipses = self.items.iter().filter(|i| **i == Item::Ellipsis).count();
        if ellipses > 1 {
            return Err(Error::argument("more than one ellipsis in a selection"));
        }
        let named = self.items.len() - ellipses;
        let Some(missing) = dims.len().checked_sub(named) else {
            return Err(Error::argument(format!("{named} indices for {} dimensions", dims.len())));
        };
        let mut items = Vec::with_capacity(dims.len());
        for item in &self.items {
            match item {
                Item::Ellipsis => items.extend(std::iter::repeat_n(Item::ALL, missing)),
                other => items.push(*other),
            }
        }
        items.resize(dims.len(), Item::ALL);
        let axes = items.iter().zip(dims).enumerate().map(|(i, (item, dim))| resolve_item(*item, *dim, i));
        let slab = Hyperslab::new(axes.collect::<Result<_>>()?, dims)?;
        let dropped = items.iter().map(|item| matches!(item, Item::Index(_))).collect();
        Ok(Resolved { slab, dropped })
    }
}

fn parse_item(part: &str) -> Result<Item> {
    if part == "..." || part == "Ellipsis" {
        return Ok(Item::Ellipsis);
    }
    if !part.contains(':') {
        return number(part).map(Item::Index);
    }
    let mut fields = part.split(':').map(str::trim).map(|f| match f {
        "" | "None" => Ok(None),
        f => number(f).map(Some),
    });
    let mut field = || fields.next().transpose().map(Option::flatten);
    let (start, stop, step) = (field()?, field()?, field()?);
    if fields.next().is_some() {
        return Err(Error::argument(format!("more than two colons in \"{part}\"")));
    }
    Ok(Item::Slice { start, stop, step })
}

fn number(text: &str) -> Result<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Error::argument(format!("\"{text}\" is not an index")));
    }
    // Python's integers have no bounds; beyond the range of ours there are no elements either way.
    Ok(text.parse().unwrap_or(if text.starts_with('-') { i64::MIN } else { i64::MAX }))
}

fn resolve_item(item: Item, dim: u64, axis: usize) -> Result<Axis> {
    let size = i128::from(dim);
    let position = |n: i128| u64::try_from(n).unwrap_or(0);
    match item {
        Item::Index(i) => {
            let at = if i < 0 { i128::from(i) + size } else { i.into() };
            if !(0..size).contains(&at) {
                let what = format!("index {i} is out of range for axis {axis} with {dim} positions");
                return Err(Error::argument(what));
            }
            Ok(Axis::run(position(at), 1))
        }
        Item::Slice { start, stop, step } => {
            let step = step.unwrap_or(1);
            if step < 1 {
                return Err(Error::argument(format!("step {step} of axis {axis}: steps begin at 1")));
            }
            let clip = |n: i64| {
                let n = i128::from(n);
                (if n < 0 { n + size } else { n }).clamp(0, size)
            };
            let (start, stop) = (start.map_or(0, clip), stop.map_or(size, clip));
            let step = i128::from(step);
            let count = (stop - start).max(0).div_euclid(step) + i128::from((stop - start).max(0) % step > 0);
            Ok(Axis { start: position(start), stride: position(step), count: position(count), block: 1 })
        }
        Item::Ellipsis => Ok(Axis::run(0, dim)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str, dims: &[u64]) -> Result<Vec<u64>> {
        Selection::parse(text)?.resolve(dims).map(|r| r.shape())
    }

    #[test]
    fn numpy_text() {
        let dims = [10, 20, 30, 40];
        for (text, expected) in [
            ("", vec![10, 20, 30, 40]),
            ("...", vec![10, 20, 30, 40]),
            ("3", vec![20, 30, 40]),
            ("-1, ...", vec![20, 30, 40]),
            ("7, 10:20, ::4, -1", vec![10, 8]),
            ("7, 10:200, ::4, ...", vec![10, 8, 40]),
            ("..., -1", vec![10, 20, 30]),
            ("[2:2,]", vec![0, 20, 30, 40]),
            ("5:2, :, :, 0:0", vec![0, 20, 30, 0]),
            ("-3:, :-15 , None:None:7", vec![3, 5, 5, 40]),
            (" : , -100:100, 99999999999999999999:", vec![10, 20, 0, 40]),
            ("0,0,0,0", vec![]),
        ] {
            assert_eq!(shape(text, &dims).unwrap(), expected, "{text}");
        }
        for text in [
            "10",
            "-11",
            "1,2,3,4,5",
            "..., ...",
            "::0",
            "::-1",
            "1:2:3:4",
            "a",
            "1,,2",
            ",",
            "1.5",
            "--1",
            "True",
        ] {
            let e = shape(text, &dims).unwrap_err();
            assert_eq!(e.kind(), crate::Kind::Argument, "{text}");
        }
    }

    #[test]
    fn scalars_and_huge_axes() {
        assert_eq!(shape("", &[]).unwrap(), [] as [u64; 0]);
        assert_eq!(shape("...", &[]).unwrap(), [] as [u64; 0]);
        assert!(shape("0", &[]).is_err());
        assert_eq!(shape("-2:", &[u64::MAX]).unwrap(), [2]);
        assert_eq!(shape("::1000000", &[u64::MAX]).unwrap(), [u64::MAX / 1_000_000 + 1]);
    }

    #[test]
    fn positions_are_pythons() {
        // Each range was checked with Python's slice(...).indices(10).
        let axis = |text: &str| Selection::parse(text).unwrap().resolve(&[10]).unwrap().slab.axes()[0];
        let positions = |text: &str| (0..axis(text).len()).map(|i| axis(text).at(i)).collect::<Vec<_>>();
        assert_eq!(positions("1:10:4"), [1, 5, 9]);
        assert_eq!(positions("-9:-1:4"), [1, 5]);
        assert_eq!(positions("-20:3"), [0, 1, 2]);
        assert_eq!(positions("8:20:9"), [8]);
        assert_eq!(positions("-1"), [9]);
    }
}

//! Sorting, compiled once.
//!
//! The standard library's sorts are several kilobytes of code for each type of element. In a browser they are
//! downloaded; so everything but the innermost loops sorts through here.

use std::cmp::Ordering;

/// Sorts numbers.
pub fn sort_numbers(numbers: &mut [u64]) {
    numbers.sort_unstable();
}

/// The numbers below `n`, sorted stably.
pub fn indices(n: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_unstable_by(|a, b| compare(*a, *b).then(a.cmp(b)));
    order
}

/// Sorts stably.
pub fn sort_by<T>(items: &mut Vec<T>, mut compare: impl FnMut(&T, &T) -> Ordering) {
    if items.is_sorted_by(|a, b| compare(a, b) != Ordering::Greater) {
        return;
    }
    let order = indices(items.len(), &mut |a, b| compare(&items[a], &items[b]));
    let mut old: Vec<Option<T>> = std::mem::take(items).into_iter().map(Some).collect();
    items.extend(order.into_iter().filter_map(|i| old[i].take()));
}

/// Sorts stably by a key.
pub fn sort_by_key<T, K: Ord>(items: &mut Vec<T>, key: impl Fn(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_is_equal_in_order() {
        let mut words = vec!["b2", "a1", "b1", "a0", "c"];
        sort_by(&mut words, |a, b| a[..1].cmp(&b[..1]));
        assert_eq!(words, ["a1", "a0", "b2", "b1", "c"]);
        sort_by_key(&mut words, |w| std::cmp::Reverse(w.len()));
        assert_eq!(words, ["a1", "a0", "b2", "b1", "c"]);
        assert_eq!(indices(3, &mut |a, b| b.cmp(&a)), [2, 1, 0]);
    }
}

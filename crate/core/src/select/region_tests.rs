use super::*;

/// Numbers and places of all elements, by looking at every coordinate.
fn naive(dims: &[u64], selected: impl Fn(&[u64]) -> bool) -> Vec<u64> {
    let n: u64 = dims.iter().product();
    let coordinates = |mut place: u64| {
        let mut at: Vec<u64> = dims.iter().rev().map(|d| (place % d, place /= d).0).collect();
        at.reverse();
        at
    };
    (0..n).filter(|place| selected(&coordinates(*place))).collect()
}

fn elements(region: &Region, range: Range<u64>) -> Vec<u64> {
    let (mut all, mut next) = (Vec::new(), range.start);
    region
        .runs(range, &mut |place, n, number| {
            assert_eq!(number, next);
            next += n;
            all.extend(place..place + n);
            Ok(())
        })
        .unwrap();
    all
}

/// All ways through a region against the list of its places.
fn check(region: &Region, expected: &[u64]) {
    assert_eq!(region.elements(), expected.len() as u64);
    let n = region.elements();
    for from in 0..=n {
        for to in [from, from + 1, from + 3, n].into_iter().filter(|to| (from..=n).contains(to)) {
            let part = &expected[from as usize..to as usize];
            assert_eq!(elements(region, from..to), part, "{from}..{to}");
        }
    }
    let width = row(region.dims());
    for place in 0..region.dims().iter().product() {
        for len in 1..=width - place % width {
            let mut found = Vec::new();
            let add = &mut |at: u64, n: u64, number: u64| {
                found.extend((0..n).map(|i| (at + i, number + i)));
                Ok(())
            };
            region.find(place, len, add).unwrap();
            let known = (0..).zip(expected).map(|(k, p)| (*p, k));
            let known: Vec<(u64, u64)> = known.filter(|(p, _)| (place..place + len).contains(p)).collect();
            assert_eq!(found, known, "{len} from {place}");
        }
    }
}

#[test]
fn hyperslabs() {
    let dims = [5, 4, 7];
    let axes = vec![
        Axis { start: 1, stride: 2, count: 2, block: 1 },
        Axis::run(1, 3),
        Axis { start: 0, stride: 3, count: 2, block: 2 },
    ];
    let region = Region::slab(Hyperslab::new(axes.clone(), &dims).unwrap(), &dims).unwrap();
    let within = |at: &[u64]| at.iter().zip(&axes).all(|(p, a)| !a.within(*p..*p + 1).is_empty());
    check(&region, &naive(&dims, within));
    assert_eq!(region.bounds().unwrap(), [1..4, 1..4, 0..5]);
    let scalar = Region::stored(&Chosen::All, &[]).unwrap();
    assert_eq!((scalar.elements(), elements(&scalar, 0..1)), (1, vec![0]));
}

fn blocks(corners: &[[[u64; 2]; 2]]) -> Chosen {
    Chosen::Blocks { rank: 2, corners: corners.iter().flatten().flatten().copied().collect() }
}

#[test]
fn unions_of_boxes() {
    let dims = [8, 9];
    for corners in [
        vec![[[0, 0], [1, 3]], [[1, 2], [3, 5]], [[6, 8], [7, 8]]],
        vec![[[2, 0], [2, 0]], [[0, 5], [7, 5]], [[0, 0], [0, 8]], [[2, 0], [2, 0]]],
        vec![[[4, 4], [4, 4]], [[0, 1], [0, 1]]],
    ] {
        let region = Region::stored(&blocks(&corners), &dims).unwrap();
        let inside = |at: &[u64]| corners.iter().any(|[a, b]| (0..2).all(|i| (a[i]..=b[i]).contains(&at[i])));
        check(&region, &naive(&dims, inside));
        assert!(region.as_slab().is_none());
        assert_eq!(region.shape(), [region.elements()]);
        let bounds = region.bounds().unwrap();
        let first = corners.iter().map(|[a, _]| a[0]).min().unwrap();
        let last = corners.iter().map(|[_, b]| b[1]).max().unwrap();
        assert_eq!((bounds[0].start, bounds[1].end), (first, last + 1));
    }
    assert!(Region::stored(&blocks(&[[[0, 0], [8, 0]]]), &dims).is_err());
}

#[test]
fn regular_boxes_are_a_hyperslab() {
    let corners = [[[0, 1], [1, 2]], [[3, 1], [4, 2]], [[0, 5], [1, 6]], [[3, 5], [4, 6]]];
    let region = Region::stored(&blocks(&corners), &[8, 9]).unwrap();
    let axis = |start, stride| Axis { start, stride, count: 2, block: 2 };
    assert_eq!(region.as_slab().unwrap().axes(), [axis(0, 3), axis(1, 4)]);
    assert_eq!(region.shape(), [4, 4]);
    // A product without a period keeps its shape.
    let corners = [[[0, 1], [1, 1]], [[0, 3], [1, 3]], [[0, 8], [1, 8]]];
    assert_eq!(Region::stored(&blocks(&corners), &[8, 9]).unwrap().shape(), [2, 3]);
}

#[test]
fn points_keep_their_order() {
    let dims = [4, 5];
    let region = Region::points(&[3, 4, 0, 0, 3, 4, 1, 2], &dims).unwrap();
    assert_eq!(elements(&region, 0..4), [19, 0, 19, 7]);
    assert_eq!(elements(&region, 1..3), [0, 19]);
    assert_eq!(region.bounds().unwrap(), [0..4, 0..5]);
    assert!(Region::points(&[4, 0], &dims).is_err());
    assert!(Region::points(&[1, 0, 2], &dims).is_err());
    assert!(region.find(0, 5, &mut |_, _, _| Ok(())).is_err());
    assert_eq!(Region::stored(&Chosen::None, &dims).unwrap().bounds(), None);
}

#[test]
fn masks() {
    let mask = [0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 9];
    let region = Region::mask(&mask, &[3, 4]).unwrap();
    assert_eq!(elements(&region, 0..6), [1, 2, 5, 6, 7, 11]);
    assert_eq!(elements(&region, 1..5), [2, 5, 6, 7]);
    assert_eq!(region.bounds().unwrap(), [0..3, 1..4]);
    assert!(Region::mask(&mask, &[3, 5]).is_err());
    assert_eq!(Region::mask(&[], &[0, 5]).unwrap().elements(), 0);
}

#[test]
fn ends_for_what_has_none() {
    let p = Pattern { start: 2, stride: 4, count: None, block: Some(3) };
    let count = |dim| match bounded(&Chosen::Regular(vec![p]), &[dim]) {
        Chosen::Regular(axes) => axes[0].count.unwrap(),
        _ => panic!(),
    };
    assert_eq!([0, 2, 4, 5, 8, 9].map(count), [0, 0, 0, 1, 1, 2]);
    let block = Pattern { block: None, count: Some(1), ..p };
    let region = Region::stored(&bounded(&Chosen::Regular(vec![block]), &[7]), &[7]).unwrap();
    assert_eq!(elements(&region, 0..5), [2, 3, 4, 5, 6]);
}

#[test]
fn rows_keep_their_order() {
    let region = Region::rows(&[(8, 3), (0, 0), (1, 2), (1, 1)], &[3, 4]).unwrap();
    assert_eq!(region.elements(), 6);
    let mut runs = Vec::new();
    let mut each = |place, n, number| {
        runs.push((place, n, number));
        Ok(())
    };
    region.runs(1..6, &mut each).unwrap();
    assert_eq!(runs, [(9, 2, 1), (1, 2, 3), (1, 1, 5)]);
    assert!(Region::rows(&[(8, 5)], &[3, 4]).is_err());
    assert!(Region::rows(&[(u64::MAX, 2)], &[3, 4]).is_err());
}

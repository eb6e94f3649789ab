//! Dimension scales and references, as the reference library makes them (tests/fixtures/engine/make_created.py).

use crate::created::{BOUNDS, editor, fixture, messages};
use crate::written::Written;
use hyperslab::Kind;
use hyperslab::format::Libver;
use hyperslab::format::datatype::{CharacterSet, Class, Datatype, ReferenceKind, StringPadding};
use hyperslab::format::message::Dataspace;
use hyperslab::format::reference::Reference;
use hyperslab::format::selection::{Chosen, Pattern};
use hyperslab::value::{Column, Number};
use hyperslab::write::{Data, DatasetSpec, Editor, Fill, Order, dtype};

/// A text for values, in which objects of `group` have their names instead of their places.
fn told(file: &Written, group: &str, values: &Column) -> String {
    let mut text = format!("{values:?}").replace(&format!("{:?}", file.address(group)), "the group");
    for name in file.names(group) {
        let address = format!("{:?}", file.address(&format!("{group}/{name}")));
        text = text.replace(&address, &name);
    }
    text
}

fn floats(file: &mut Editor, path: &str, dims: &[u64]) {
    let spec = DatasetSpec::new(dtype::parse("<f4").unwrap(), Dataspace::simple(dims.to_vec()));
    file.create_dataset(path, &spec, Data::Late).unwrap();
}

/// The calls that made the group `scales` of the fixture.
fn make_scales(file: &mut Editor) {
    for (name, dims) in
        [("data", &[3, 4][..]), ("x", &[3]), ("y", &[4]), ("other y", &[4]), ("scalar", &[]), ("left", &[2])]
    {
        floats(file, &format!("scales/{name}"), dims);
    }
    file.make_scale("scales/x", "x axis").unwrap();
    file.make_scale("scales/y", "").unwrap();
    file.attach_scale("scales/data", 0, "scales/x").unwrap();
    file.attach_scale("scales/data", 1, "scales/y").unwrap();
    file.attach_scale("scales/data", 1, "scales/other y").unwrap();
    file.set_axis_label("scales/data", 1, "y").unwrap();
    file.attach_scale("scales/scalar", 0, "scales/y").unwrap();
    file.attach_scale("scales/left", 0, "scales/other y").unwrap();
    file.detach_scale("scales/left", 0, "scales/other y").unwrap();
    file.set_axis_label("scales/left", 0, "now alone").unwrap();
}

#[test]
fn scales_are_as_the_library_makes_them() {
    for bound in BOUNDS {
        let theirs = fixture(bound);
        let mut ours = editor(bound);
        make_scales(&mut ours);
        let ours = Written::open(ours.into_bytes().unwrap());
        for name in theirs.names("scales") {
            let path = format!("scales/{name}");
            let (a, b) = (ours.attributes(&path), theirs.attributes(&path));
            assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>(), "{bound:?} {path}");
            for (key, theirs_is) in &b {
                assert_eq!(a[key].datatype, theirs_is.datatype, "{bound:?} {path} {key}");
                assert_eq!(a[key].dataspace, theirs_is.dataspace, "{bound:?} {path} {key}");
                let (x, y) = (ours.attribute(&path, key), theirs.attribute(&path, key));
                assert_eq!(told(&ours, "scales", &x), told(&theirs, "scales", &y), "{bound:?} {path} {key}");
            }
        }
    }
}

#[test]
fn a_scale_is_attached_once() {
    for bound in BOUNDS {
        let mut file = editor(bound);
        make_scales(&mut file);
        let before = Written::open(file.into_bytes().unwrap());
        let mut file = editor(bound);
        make_scales(&mut file);
        file.attach_scale("scales/data", 1, "scales/y").unwrap();
        file.attach_scale("scales/data", 0, "scales/x").unwrap();
        let after = Written::open(file.into_bytes().unwrap());
        for (path, key) in [
            ("scales/data", "DIMENSION_LIST"),
            ("scales/x", "REFERENCE_LIST"),
            ("scales/y", "REFERENCE_LIST"),
        ] {
            let (a, b) = (after.attribute(path, key), before.attribute(path, key));
            assert_eq!(told(&after, "scales", &a), told(&before, "scales", &b), "{bound:?} {path} {key}");
        }
    }
}

/// The library writes over these two; what it makes again, it makes last.
#[test]
fn labels_and_lists_keep_their_place() {
    let mut file = editor(BOUNDS[BOUNDS.len() - 1]);
    let mut spec = DatasetSpec::new(dtype::parse("<f4").unwrap(), Dataspace::simple(vec![3, 4]));
    spec.header.attribute_order = Order::Tracked;
    file.create_dataset("d", &spec, Data::Late).unwrap();
    for name in ["x", "y"] {
        floats(&mut file, name, &[3]);
        file.attach_scale("d", 0, name).unwrap();
        file.set_axis_label("d", 0, name).unwrap();
        let numbers = Column::Numbers { kind: Number::I8, bytes: vec![1] };
        file.set_attribute(
            "d",
            &format!("after {name}"),
            &dtype::parse("|i1").unwrap(),
            &Dataspace::simple(vec![1]),
            &numbers,
        )
        .unwrap();
    }
    let written = Written::open(file.into_bytes().unwrap());
    let mut all: Vec<_> =
        written.attributes("d").into_iter().map(|(name, a)| (a.creation_order, name)).collect();
    all.sort();
    assert_eq!(
        all.into_iter().map(|(_, name)| name).collect::<Vec<_>>(),
        ["DIMENSION_LIST", "DIMENSION_LABELS", "after x", "after y"]
    );
}

/// What other programs made of the labels' type is theirs: the library calls all text ASCII.
#[test]
fn labels_keep_their_type() {
    let data = "scales/data";
    for (charset, label, expected) in [
        (CharacterSet::Ascii, "x", CharacterSet::Ascii),
        (CharacterSet::Ascii, "ß", CharacterSet::Utf8),
        (CharacterSet::Utf8, "x", CharacterSet::Utf8),
    ] {
        let mut file = editor(Libver::V18);
        make_scales(&mut file);
        let class = Class::VlenString { padding: StringPadding::NullTerminated, charset };
        let datatype = Datatype { size: 16, class };
        let labels = Column::Strings { bytes: "ü".as_bytes().to_vec(), ends: vec![2, 2] };
        let two = Dataspace::simple(vec![2]);
        file.set_attribute(data, "DIMENSION_LABELS", &datatype, &two, &labels).unwrap();
        file.set_axis_label(data, 1, label).unwrap();
        let file = Written::open(file.into_bytes().unwrap());
        let Class::VlenString { charset, .. } = file.attributes(data)["DIMENSION_LABELS"].datatype.class
        else {
            panic!("labels are text");
        };
        assert_eq!(charset, expected, "{label}");
    }
}

#[test]
fn what_only_has_the_name_of_the_list_of_users_stays() {
    let mut file = editor(Libver::V18);
    make_scales(&mut file);
    floats(&mut file, "scales/new", &[4]);
    let numbers = Column::Numbers { kind: Number::F32, bytes: vec![0; 8] };
    let datatype = dtype::parse("<f4").unwrap();
    file.set_attribute("scales/new", "REFERENCE_LIST", &datatype, &Dataspace::simple(vec![2]), &numbers)
        .unwrap();
    let e = file.attach_scale("scales/left", 0, "scales/new").unwrap_err();
    assert_eq!(e.kind(), Kind::Malformed);
    let file = Written::open(file.into_bytes().unwrap());
    assert_eq!(file.attributes("scales/new")["REFERENCE_LIST"].datatype, datatype);
}

#[test]
fn what_cannot_be_a_scale() {
    let mut file = editor(Libver::V18);
    make_scales(&mut file);
    let before = Written::open(file.to_bytes().unwrap()).facts();
    file.create_group("g").unwrap();
    let data = "scales/data";
    let argument = [
        file.make_scale(data, "d"),
        file.make_scale("g", "d"),
        file.attach_scale(data, 2, "scales/x"),
        file.attach_scale(data, 0, data),
        file.attach_scale("scales/x", 0, "scales/y"),
        file.attach_scale("scales/left", 0, data),
        file.attach_scale(data, 0, "g"),
        file.set_axis_label(data, 2, "z"),
    ];
    assert!(argument.iter().all(|r| r.as_ref().is_err_and(|e| e.kind() == Kind::Argument)), "{argument:?}");
    let missing = [
        file.detach_scale(data, 1, "scales/x"),
        file.detach_scale("scales/left", 0, "scales/x"),
        file.attach_scale(data, 1, "nowhere"),
        file.make_scale("nowhere", ""),
    ];
    assert!(missing.iter().all(|r| r.as_ref().is_err_and(|e| e.kind() == Kind::NotFound)), "{missing:?}");
    file.unlink("g").unwrap();
    assert_eq!(Written::open(file.to_bytes().unwrap()).facts(), before);
    // Without scales there is no list of them.
    for (axis, scale) in [(1, "other y"), (0, "x"), (1, "y")] {
        file.detach_scale(data, axis, &format!("scales/{scale}")).unwrap();
    }
    let file = Written::open(file.into_bytes().unwrap());
    assert_eq!(file.attributes(data).into_keys().collect::<Vec<_>>(), ["DIMENSION_LABELS"]);
    assert_eq!(file.attributes("scales/x").into_keys().collect::<Vec<_>>(), ["CLASS", "NAME"]);
}

fn references(kind: ReferenceKind) -> Datatype {
    let size = match kind {
        ReferenceKind::Object => 8,
        ReferenceKind::Region => 12,
        ReferenceKind::Standard => 18,
    };
    Datatype { size, class: Class::Reference(kind) }
}

fn regular(axes: &[(u64, u64, u64)]) -> Chosen {
    let axis = |(start, stride, count): &(u64, u64, u64)| Pattern {
        start: *start,
        stride: *stride,
        count: Some(*count),
        block: Some(1),
    };
    Chosen::Regular(axes.iter().map(axis).collect())
}

#[test]
fn references_are_as_the_library_makes_them() {
    for bound in BOUNDS {
        let theirs = fixture(bound);
        let mut ours = editor(bound);
        let spec = DatasetSpec::new(Datatype::integer(2, true), Dataspace::simple(vec![9, 9]));
        ours.create_dataset("references/target", &spec, Data::Late).unwrap();
        let target = ours.reference("references/target").unwrap();
        let group = ours.reference("references").unwrap();
        let objects = vec![target, Reference::default(), group];
        let mut region = |chosen| ours.region_reference("references/target", &chosen).unwrap();
        let regions = vec![
            region(regular(&[(2, 1, 3), (3, 1, 1)])),
            region(regular(&[(0, 2, 5), (0, 3, 3)])),
            Reference::default(),
        ];
        for (name, kind, values) in
            [("objects", ReferenceKind::Object, objects), ("regions", ReferenceKind::Region, regions)]
        {
            let spec = DatasetSpec::new(references(kind), Dataspace::simple(vec![3]));
            let path = format!("references/{name}");
            ours.create_dataset(&path, &spec, Data::Column(&Column::References(values))).unwrap();
        }
        let ours = Written::open(ours.into_bytes().unwrap());
        for name in ["objects", "regions"] {
            let path = format!("references/{name}");
            let (x, y) = (ours.values(&path), theirs.values(&path));
            assert_eq!(told(&ours, "references", &x), told(&theirs, "references", &y), "{bound:?} {path}");
            let (a, b) = (ours.header(&path), theirs.header(&path));
            assert_eq!(messages(&ours, &a), messages(&theirs, &b), "{bound:?} {path}");
        }
    }
}

/// References of HDF5 1.12, in values, fill values and attributes.
#[test]
fn newer_references_come_back() {
    let mut file = editor(Libver::V112);
    floats(&mut file, "d", &[5]);
    file.set_attribute(
        "d",
        "a",
        &dtype::parse("<f4").unwrap(),
        &Dataspace::simple(vec![]),
        &crate::written::doubles([1.0]),
    )
    .unwrap();
    let all = vec![
        file.reference("d").unwrap(),
        file.region_reference("d", &regular(&[(1, 2, 2)])).unwrap(),
        file.region_reference("d", &Chosen::Points { rank: 1, coordinates: vec![4, 0] }).unwrap(),
        file.attribute_reference("d", "a").unwrap(),
        Reference::default(),
        file.reference("/").unwrap(),
    ];
    assert!(file.region_reference("d", &regular(&[(0, 1, 1), (0, 1, 1)])).is_err());
    assert!(file.region_reference("/", &regular(&[(0, 1, 1)])).is_err());
    let datatype = references(ReferenceKind::Standard);
    let space = Dataspace::simple(vec![6]);
    let values = Column::References(all.clone());
    let fill = Column::References(vec![all[1].clone()]);
    let spec =
        DatasetSpec { fill: Fill::Value(fill.clone()), ..DatasetSpec::new(datatype.clone(), space.clone()) };
    file.create_dataset("r", &spec, Data::Column(&values)).unwrap();
    file.create_dataset("unwritten", &spec, Data::Late).unwrap();
    file.set_attribute("d", "r", &datatype, &space, &values).unwrap();
    let file = Written::open(file.into_bytes().unwrap());
    assert_eq!(file.values("r"), values);
    assert_eq!(file.attribute("d", "r"), values);
    assert_eq!(file.values("unwritten"), Column::References(vec![all[1].clone(); 6]));
}

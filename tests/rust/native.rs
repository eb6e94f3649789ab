//! What programs in Rust use: files in memory, handles, values.

use hyperslab::datatype::Class;
use hyperslab::options::{CopyOptions, CreateOptions, GroupOptions, Order};
use hyperslab::{
    Column, Columns, Compression, Datatype, File, Kind, LinkTarget, Mask, Number, Object, Points, Reference,
    RepackOptions, Result, Storing, ToColumn,
};

fn kind<T>(result: Result<T>) -> Kind {
    result.err().expect("an error").kind()
}

#[test]
fn values_of_rusts_types_come_back() {
    let file = File::in_memory().unwrap();
    fn round<T: ToColumn + hyperslab::FromColumn + PartialEq + std::fmt::Debug>(file: &File, all: &[T]) {
        let path = format!("set/{}", std::any::type_name::<T>().replace("::", "."));
        let made = file.create_dataset(&path).write(all).unwrap();
        assert_eq!(made.read::<T>().unwrap(), all, "{path}");
        file.attrs().unwrap().set_all(&path, all).unwrap();
        assert_eq!(file.attrs().unwrap().get_all::<T>(&path).unwrap(), all, "{path}");
    }
    round(&file, &[i8::MIN, 0, i8::MAX]);
    round(&file, &[u16::MAX, 1]);
    round(&file, &[i64::MIN, i64::MAX]);
    round(&file, &[u64::MAX]);
    round(&file, &[0.1f32, f32::INFINITY]);
    round(&file, &[-0.5f64, f64::MAX]);
    round(&file, &[true, false, true]);
    round(&file, &["".to_owned(), "é".into()]);
    round(&file, &[vec![1u8, 2], vec![], vec![3]]);
    round(&file, &[vec!["a".to_owned()], vec![]]);
    round(&file, &[[1i16, 2, 3], [4, 5, 6]]);
    round(&file, &[[[0.5f32, 1.0], [1.5, 2.0]]]);
    let opened = File::from_bytes(file.to_bytes().unwrap()).unwrap();
    assert_eq!(opened.group("set").unwrap().names().unwrap().len(), 12);
}

#[test]
fn numbers_are_converted() {
    let file = File::in_memory().unwrap();
    let d = file.create_dataset("d").dtype(">i2").write(&[-1i64, 300, 70_000]).unwrap();
    assert_eq!(d.read::<f64>().unwrap(), [-1.0, 300.0, 32767.0]);
    assert_eq!(d.read::<u8>().unwrap(), [0, 255, 255]);
    assert_eq!(d.datatype().unwrap(), ">i2".parse::<Datatype>().unwrap());
    assert_eq!(kind(d.read::<String>()), Kind::Argument);
    assert_eq!(
        d.read_column(1..).unwrap(),
        Column::Numbers { kind: Number::I16, bytes: vec![0x2c, 1, 0xff, 0x7f] }
    );
    assert_eq!(kind(file.create_dataset("e").dtype("nothing").write(&[1])), Kind::Argument);
    assert_eq!(kind(file.create_dataset("e").shape([2]).create()), Kind::Argument);
}

#[test]
fn text_of_fixed_width() {
    let file = File::in_memory().unwrap();
    let d = file.create_dataset("d").dtype("S4").write(&["ab", "abcd"]).unwrap();
    assert_eq!(d.read::<String>().unwrap(), ["ab", "abcd"]);
    assert_eq!(d.read::<Vec<u8>>().unwrap()[1], b"abcd");
    let odd = Column::Strings { bytes: vec![0xe9], ends: vec![1] };
    let d = file.create_dataset("latin").write_column("S4".parse().unwrap(), &odd).unwrap();
    assert_eq!(kind(d.read::<String>()), Kind::Argument);
    assert_eq!(d.read::<Vec<u8>>().unwrap(), [[0xe9]]);
}

#[test]
fn selections_are_read_and_written() {
    let file = File::in_memory().unwrap();
    let values: Vec<i32> = (0..24).collect();
    let d = file.create_dataset("d").shape([2, 3, 4]).chunks([1, 2, 2]).write(&values).unwrap();
    assert_eq!(d.read_slice::<i32>((1, 2, ..)).unwrap(), [20, 21, 22, 23]);
    assert_eq!(d.read_slice::<i32>((.., 0..=1, 3)).unwrap(), [3, 7, 15, 19]);
    assert_eq!(d.read_slice::<i32>("-1, ..., ::3").unwrap(), [12, 15, 16, 19, 20, 23]);
    assert_eq!(d.slice_shape("-1, ..., ::3").unwrap(), [3, 2]);
    assert_eq!(d.read_slice::<i32>(Points(&[[1, 2, 3], [0, 0, 0]])).unwrap(), [23, 0]);
    let mask: Vec<bool> = values.iter().map(|v| v % 10 == 0).collect();
    assert_eq!(d.read_slice::<i32>(Mask(&mask)).unwrap(), [0, 10, 20]);
    assert_eq!(kind(d.read_slice::<i32>((0, 0, 0, 0))), Kind::Argument);
    assert_eq!(kind(d.read_slice::<i32>(2)), Kind::Argument);
    assert_eq!(kind(d.read_slice::<i32>(Mask(&mask[1..]))), Kind::Argument);

    d.write_slice((0, .., 0), &[-1, -2, -3]).unwrap();
    d.fill_slice((1, 1..), &9i8).unwrap();
    d.write_slice(Points(&[[0, 0, 3], [0, 0, 2]]), &[-6, -5]).unwrap();
    let mut now = values;
    (now[0], now[4], now[8], now[2], now[3]) = (-1, -2, -3, -5, -6);
    now[16..24].fill(9);
    assert_eq!(d.read::<i32>().unwrap(), now);
    assert_eq!(kind(d.write_slice((0, .., 0), &[1, 2])), Kind::Argument);
    assert_eq!(d.read::<i32>().unwrap(), now);
    let batches: Vec<Vec<i32>> = d.batches(..).unwrap().collect::<Result<_>>().unwrap();
    assert_eq!(batches.concat(), now);
}

#[test]
fn datasets_grow() {
    let file = File::in_memory().unwrap();
    let d = file.create_dataset("d").shape([1, 2]).max_shape([None, Some(2)]).fill_value(7);
    let d = d.compression(Compression::Zstd(3)).create().unwrap();
    assert_eq!(d.fill_value::<i32>().unwrap(), Some(7));
    for row in 0..100 {
        d.append(&[row, -row]).unwrap();
    }
    d.append(&[1000, 1001, 1002, 1003]).unwrap();
    assert_eq!(d.shape().unwrap(), [103, 2]);
    assert_eq!(d.max_shape().unwrap(), [None, Some(2)]);
    assert_eq!(
        d.read_slice::<i32>("[0, 1, 50, -1], :".trim_matches('x')).map_err(|e| e.kind()),
        Err(Kind::Argument)
    );
    assert_eq!(d.read_slice::<i32>(..3).unwrap(), [7, 7, 0, 0, 1, -1]);
    assert_eq!(d.read_slice::<i32>(101..).unwrap(), [1000, 1001, 1002, 1003]);
    assert_eq!(kind(d.append(&[1, 2, 3])), Kind::Argument);
    d.resize([2, 2]).unwrap();
    assert_eq!(d.read::<i32>().unwrap(), [7, 7, 0, 0]);
    assert_eq!(d.filters().unwrap()[0].id, 32015);
    assert!(d.chunk_shape().unwrap().is_some());
    assert_eq!(d.chunks().unwrap().len(), 1);
}

hyperslab::record! {
    #[derive(Clone, Debug, PartialEq)]
    struct Star {
        name: String,
        magnitude: f32,
        place: [f64; 2],
        seen: Vec<u16>,
    }
}

#[test]
fn records_are_structs_or_columns() {
    let file = File::in_memory().unwrap();
    let star = |name: &str, seen: &[u16]| Star {
        name: name.into(),
        magnitude: 0.5,
        place: [1.0, 2.0],
        seen: seen.to_vec(),
    };
    let stars = [star("Vega", &[1, 2]), star("Deneb", &[])];
    let d = file.create_dataset("stars").write(&stars).unwrap();
    assert_eq!(d.read::<Star>().unwrap(), stars);
    assert_eq!(d.read_slice::<Star>(1).unwrap(), stars[1..]);
    let columns = d.read_columns(..).unwrap();
    assert_eq!(columns.names().collect::<Vec<_>>(), ["name", "magnitude", "place", "seen"]);
    assert_eq!(columns.get::<String>("name").unwrap(), ["Vega", "Deneb"]);
    assert_eq!(columns.len(), 2);
    assert_eq!(kind(columns.get::<f64>("colour")), Kind::NotFound);
    assert_eq!(kind(columns.get::<f64>("name")), Kind::Argument);
    d.write_slice(0, &[star("Altair", &[7])]).unwrap();
    assert_eq!(d.read::<Star>().unwrap()[0].seen, [7]);
    file.attrs().unwrap().set("brightest", stars[0].clone()).unwrap();
    assert_eq!(file.attrs().unwrap().get::<Star>("brightest").unwrap(), stars[0]);

    let table = Columns::new().with("n", &[1u8, 2]).unwrap();
    assert_eq!(kind(table.clone().with("n", &[1u8, 2])), Kind::Argument);
    assert_eq!(kind(table.clone().with("m", &[1u8])), Kind::Argument);
    let d = file.create_dataset("table").write_columns(&table).unwrap();
    assert!(matches!(d.datatype().unwrap().class, Class::Compound { .. }));
    assert_eq!(kind(d.read::<Star>()), Kind::NotFound);
    assert_eq!(kind(file.create_dataset("copy").write_columns(&d.read_columns(..).unwrap())), Kind::Argument);
    assert_eq!(kind(d.read::<i32>()), Kind::Argument);
}

#[test]
fn scalars_and_attributes() {
    let file = File::in_memory().unwrap();
    let d = file.create_dataset("a/pi").write_scalar(&3.5).unwrap();
    assert_eq!(d.shape().unwrap(), []);
    assert_eq!(d.read_scalar::<f32>().unwrap(), 3.5);
    let attrs = d.attrs();
    attrs.set("b", "text").unwrap();
    attrs.set("a", 1u8).unwrap();
    attrs.set_all("c", &[1.5, 2.5]).unwrap();
    assert_eq!(attrs.names().unwrap(), ["a", "b", "c"]);
    assert_eq!(attrs.attribute("c").unwrap().unwrap().shape, [2]);
    assert_eq!(kind(attrs.get::<f64>("c")), Kind::Argument);
    assert_eq!(kind(attrs.get::<f64>("d")), Kind::NotFound);
    assert_eq!(attrs.attribute("d").unwrap(), None);
    attrs.delete("b").unwrap();
    assert!(!attrs.contains("b").unwrap());
    assert_eq!(kind(attrs.delete("b")), Kind::NotFound);
    let error = attrs.get::<String>("a").err().unwrap();
    assert_eq!(error.path(), Some("/a/pi"));
}

#[test]
fn links_lead_to_objects() {
    let mut options = CreateOptions::default();
    options.root.link_order = Order::Tracked;
    let file = File::in_memory_with(&options).unwrap();
    let root = file.root().unwrap();
    root.create_dataset("z").write(&[1]).unwrap();
    let group = root.create_group("g/h").unwrap();
    assert_eq!((group.path(), group.name()), ("/g/h", "h"));
    group.create_soft_link("soft", "../z").unwrap();
    group.create_soft_link("absolute", "/z").unwrap();
    group.create_soft_link("nowhere", "nothing").unwrap();
    root.link_to("g/h/hard", "z").unwrap();
    root.create_external_link("away", "other.h5", "/x").unwrap();
    assert_eq!(root.names().unwrap(), ["z", "g", "away"]);
    assert_eq!(
        root.link("away").unwrap().unwrap().target,
        LinkTarget::External { file: "other.h5".into(), path: "/x".into() }
    );
    assert_eq!(root.link("g/h/soft").unwrap().unwrap().target, LinkTarget::Soft("../z".into()));
    assert_eq!(root.link("g/h/nothing").unwrap(), None);
    assert_eq!(kind(root.object("away")), Kind::NotFound);
    let names: Vec<_> = group.members().unwrap().iter().map(|o| o.path().to_owned()).collect();
    assert_eq!(names, ["/g/h/absolute", "/g/h/hard"]);
    assert_eq!(file.dataset("g/h/absolute").unwrap().read::<u8>().unwrap(), [1]);
    assert_eq!(kind(file.dataset("g")), Kind::Argument);
    assert_eq!(kind(file.group("z")), Kind::Argument);
    assert_eq!(kind(root.create_group("z")), Kind::Argument);
    assert_eq!(root.require_group("g/h").unwrap().path(), "/g/h");
    assert_eq!(root.require_group("new").unwrap().path(), "/new");
    let options = GroupOptions { link_order: Order::Indexed, ..GroupOptions::default() };
    root.create_group_with("ordered", &options).unwrap();
}

#[test]
fn handles_know_what_became_of_their_objects() {
    let file = File::in_memory().unwrap();
    let a = file.create_dataset("a").write(&[1, 2]).unwrap();
    let b = file.create_dataset("b").write(&[3]).unwrap();
    file.rename("a", "c").unwrap();
    // It is still there, but nobody knows what is at its path.
    assert_eq!(a.read::<i32>().unwrap(), [1, 2]);
    file.rename("b", "a").unwrap();
    assert_eq!(kind(a.write(&[8, 9])), Kind::NotFound);
    assert_eq!(kind(b.write(&[8])), Kind::NotFound);
    assert_eq!(file.dataset("a").unwrap().read::<i32>().unwrap(), [3]);
    assert_eq!(a.read::<i32>().unwrap(), [1, 2]);
    file.delete("c").unwrap();
    assert_eq!(kind(a.read::<i32>()), Kind::NotFound);
    assert_eq!(kind(a.attrs().names()), Kind::NotFound);
    // What takes its place is something else.
    let again = file.create_dataset("c").write(&[5, 6]).unwrap();
    assert_eq!(again.read::<i32>().unwrap(), [5, 6]);
    assert_eq!(kind(a.read::<i32>()), Kind::NotFound);
    assert_eq!(b.read::<i32>().unwrap(), [3]);
    file.copy("c", "d/e").unwrap();
    assert_eq!(file.dataset("d/e").unwrap().read::<i32>().unwrap(), [5, 6]);
    let clone = file.clone();
    file.close().unwrap();
    assert_eq!(kind(clone.root()), Kind::Closed);
    assert_eq!(kind(again.read::<i32>()), Kind::Closed);
    assert_eq!(kind(again.write(&[1, 2])), Kind::Closed);
}

#[test]
fn references_are_followed() {
    let file = File::in_memory().unwrap();
    file.create_dataset("g/d").write(&[7]).unwrap();
    let reference = file.root().unwrap().reference("g/d").unwrap();
    file.create_dataset("refs").write(&[reference.clone(), Reference::default()]).unwrap();
    let read: Vec<Reference> = file.dataset("refs").unwrap().read().unwrap();
    let Some(Object::Dataset(d)) = file.dereference(&read[0]).unwrap() else { panic!("no dataset") };
    assert_eq!(d.read::<i32>().unwrap(), [7]);
    assert_eq!(kind(d.write(&[8])), Kind::Argument);
    assert!(file.dereference(&read[1]).unwrap().is_none());
}

#[test]
fn copies_between_files_and_committed_types() {
    let from = File::in_memory().unwrap();
    let datatype = from.root().unwrap().create_datatype("types/pair", &<[i32; 2]>::datatype()).unwrap();
    from.create_dataset("g/d").committed(&datatype).write(&[[1, 2], [3, 4]]).unwrap();
    let to = File::in_memory().unwrap();
    let source = from.root().unwrap().object("g").unwrap();
    to.root().unwrap().copy_from(&source, "copy", &CopyOptions::default()).unwrap();
    assert_eq!(to.dataset("copy/d").unwrap().read::<[i64; 2]>().unwrap(), [[1, 2], [3, 4]]);
    from.root().unwrap().copy_from(&source, "again", &CopyOptions::default()).unwrap();
    assert_eq!(from.dataset("again/d").unwrap().read::<[i64; 2]>().unwrap(), [[1, 2], [3, 4]]);
    let small = from.repack(&RepackOptions::storing(Storing::gzip(9))).unwrap();
    let small = File::from_bytes(small).unwrap();
    assert!(matches!(small.get("types/pair").unwrap(), Some(Object::Datatype(_))));
    assert_eq!(kind(small.create_group("x")), Kind::ReadOnly);
    let edited = File::edit_bytes(from.to_bytes().unwrap()).unwrap();
    edited.delete("g").unwrap();
    assert!(!File::from_bytes(edited.to_bytes().unwrap()).unwrap().root().unwrap().contains("g").unwrap());
}

#[test]
fn elements_may_be_changed_while_others_are_read() {
    let file = File::in_memory().unwrap();
    let values: Vec<i32> = (0..1 << 20).collect();
    let d = file.create_dataset("d").chunks([1 << 14]).gzip(1).write(&values).unwrap();
    let doubled = file.create_dataset("doubled").shape([0]).max_shape([None]).chunks([1 << 14]).dtype("<i8");
    let doubled = doubled.create().unwrap();
    let (mut n, mut more) = (0, 0);
    for batch in d.batches::<i64>(..).unwrap() {
        let batch: Vec<i64> = batch.unwrap().iter().map(|v| v * 2).collect();
        doubled.append(&batch).unwrap();
        (n, more) = (n + 1, more + batch.len());
    }
    assert!(n > 1, "one batch");
    assert_eq!(more, values.len());
    assert_eq!(doubled.read_slice::<i32>((1 << 20) - 1).unwrap(), [(1 << 21) - 2]);
    let mut batches = d.batches::<i64>(..).unwrap();
    batches.next().unwrap().unwrap();
    d.write_slice(0, &[7]).unwrap();
    assert_eq!(kind(batches.next().unwrap()), Kind::Argument);
    assert_eq!(d.read_slice::<i32>(..2).unwrap(), [7, 1]);
    let copy = file.repack_to(std::env::temp_dir().join("never.h5"), &RepackOptions::default(), &mut |_| {
        d.write_slice(0, &[8]).unwrap();
    });
    assert_eq!(kind(copy), Kind::Argument);
}

#[test]
fn errors_say_where() {
    let file = File::in_memory().unwrap();
    file.create_dataset("d").chunks([4]).gzip(6).write(&[1.5f64; 16]).unwrap();
    let chunk = file.dataset("d").unwrap().chunks().unwrap()[2].1;
    let mut bytes = file.to_bytes().unwrap();
    let whole = |n: u64| usize::try_from(n).unwrap();
    bytes[whole(chunk.position)..][..whole(chunk.size)].fill(0xff);
    let broken = File::from_bytes(bytes).unwrap();
    let d = broken.dataset("d").unwrap();
    assert_eq!(d.read_slice::<f64>(..8).unwrap(), [1.5; 8]);
    let e = d.read::<f64>().err().unwrap();
    assert_eq!((e.kind(), e.path()), (Kind::Malformed, Some("/d")));
    assert!(e.address().is_some() && e.trail().next().is_some(), "{e}");
    let boxed: Box<dyn std::error::Error + Send + Sync> = e.clone().into();
    assert_eq!(boxed.to_string(), e.to_string());
    assert_eq!(std::io::Error::from(e).kind(), std::io::ErrorKind::InvalidData);
    assert_eq!(kind(File::from_bytes(b"no".to_vec())), Kind::Malformed);
}

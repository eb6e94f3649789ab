//! A program that uses the published crate: what `tests/crate` asks of it, on the file at the path it is given.

use hyperslab::{Columns, Compression, File, FileSet, Kind, RepackOptions, Result};
use std::io::Read;
use std::path::Path;

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [verb, path] = args.as_slice() else { return Err("usage: consumer VERB FILE".into()) };
    match verb.as_str() {
        "write" => write(path)?,
        "read" => read(path)?,
        "sets" => sets(Path::new(path))?,
        "large" => large(path)?,
        "crash" => {
            let _file = half_write(path)?;
            std::process::abort();
        }
        "hold" => {
            let file = File::edit(path)?;
            println!("held");
            std::io::stdin().read_to_end(&mut Vec::new())?;
            file.close()?;
        }
        _ => return Err(format!("no verb {verb}").into()),
    }
    Ok(())
}

/// What `judge.py` looks for.
fn write(path: &str) -> Result<()> {
    let file = File::create(path)?;
    let image: Vec<f32> = (0..60u8).map(|n| f32::from(n) / 4.0).collect();
    let made = file.create_dataset("entry/image").shape([3, 4, 5]).chunks([1, 4, 5]);
    let made = made.shuffle().gzip(6).fletcher32().write(&image)?;
    made.attrs().set("units", "K")?;
    made.attrs().set_all("range", &[0.0, 14.75])?;
    for (name, compression) in [
        ("lzf", Compression::Lzf),
        ("szip", Compression::Szip),
        ("bzip2", Compression::Bzip2(5)),
        ("lz4", Compression::Lz4),
        ("zstd", Compression::Zstd(3)),
        ("bitshuffle", Compression::Bitshuffle),
        ("blosc", Compression::Blosc(5)),
        ("blosc2", Compression::Blosc2(5)),
        ("zfp", Compression::Zfp),
        ("scaleoffset", Compression::ScaleOffset),
    ] {
        let values: Vec<i32> = (0..1000).map(|n| n % 77).collect();
        file.create_dataset(&format!("packed/{name}")).chunks([250]).compression(compression).write(&values)?;
    }
    file.create_dataset("entry/names").write(&["eins", "zwei", "drü"])?;
    file.create_dataset("entry/flags").write(&[true, false])?;
    file.create_dataset("entry/ragged").write(&[vec![1i16, 2], vec![], vec![3]])?;
    file.create_dataset("entry/pi").write_scalar(&std::f64::consts::PI)?;
    file.create_dataset("entry/big").dtype(">i2").shape([2, 2]).fill_value(-1).create()?;
    let log = file.create_dataset("entry/log").max_shape([None]).write(&[1i64, 2])?;
    let table = Columns::new().with("id", &[1u32, 2])?.with("xyz", &[[0.0, 0.5, 1.0], [1.0, 1.5, 2.0]])?;
    file.create_dataset("entry/table").write_columns(&table)?;
    let reference = file.root()?.reference("entry/image")?;
    file.attrs()?.set("default", reference)?;
    file.root()?.create_soft_link("latest", "/entry/image")?;
    file.close()?;
    drop(log);

    let file = File::edit(path)?;
    file.dataset("entry/log")?.append(&[3, 4, 5])?;
    file.dataset("latest")?.write_slice((0, .., 0), &[-1.0, -2.0, -3.0, -4.0])?;
    file.delete("entry/flags")?;
    file.rename("entry/pi", "constants/pi")?;
    file.close()
}

/// What `judge.py` wrote: sums of everything that is numbers.
fn read(path: &str) -> Result<()> {
    fn walk(group: &hyperslab::Group) -> Result<()> {
        for object in group.members()? {
            if let Some(inner) = object.as_group() {
                walk(inner)?;
            }
            if let Some(dataset) = object.as_dataset() {
                let mut sum = 0.0;
                for batch in dataset.batches::<f64>(..)? {
                    sum += batch?.iter().sum::<f64>();
                }
                println!("{} {sum}", object.path());
            }
        }
        Ok(())
    }
    walk(&File::open(path)?.root()?)
}

/// A file of which not everything waits in memory when it is changed.
fn large(path: &str) -> Result<()> {
    let file = File::create(path)?;
    file.create_dataset("d").write(&vec![0.5f64; 4 << 20])?;
    file.close()
}

fn half_write(path: &str) -> Result<File> {
    let file = File::edit(path)?;
    file.dataset("d")?.fill_slice(.., &-1.0)?;
    Ok(file)
}

/// Files that the drivers of libhdf5 spread over several: as one, and as the one that a copy makes of them.
fn sets(folder: &Path) -> Result<()> {
    let at = |name: String| folder.join(name);
    let mut all = vec![("h5py's family".to_owned(), FileSet::family(at("h5py_%05d.h5".into())))];
    all.push(("h5py's split".into(), FileSet::split(at("h5py".into()))));
    for form in ["earliest", "v108", "latest"] {
        all.push((format!("family {form}"), FileSet::family(at(format!("family_{form}_%05d.h5")))));
        all.push((format!("split {form}"), FileSet::split(at(format!("split_{form}")))));
        all.push((format!("multi {form}"), FileSet::multi(at(format!("multi_{form}")))));
    }
    for (what, set) in all {
        let file = File::open_set(&set)?;
        // Addresses of the others are no places in one file.
        let one = file.to_bytes().map_err(|e| e.kind());
        assert_eq!(one.err(), (!what.contains("family")).then_some(Kind::Unsupported), "{what}");
        let copy = File::from_bytes(file.repack(&RepackOptions::default())?)?;
        for file in [file, copy] {
            let x = file.dataset("x")?.read::<i64>()?;
            assert_eq!(x, (0..200).collect::<Vec<_>>(), "{what}");
            let y = file.dataset("y")?.read_slice::<f64>("19, 18:")?;
            let texts = file.dataset("strings")?.read::<String>()?;
            let attributes = file.group("g")?.attrs().names()?.len();
            println!("{what}: {y:?} {texts:?} {attributes}");
        }
    }
    Ok(())
}

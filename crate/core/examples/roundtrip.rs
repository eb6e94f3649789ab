//! Writes a file at the path it is given, reads it again and edits it in place: what a first program with this crate looks like.
//!
//! `cargo run --example roundtrip -- new.h5`

use hyperslab::{Columns, Compression, File, Kind, Reference, Result};

fn main() -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let path = std::env::args().nth(1).ok_or("usage: roundtrip FILE")?;
    write(&path)?;
    edit(&path)?;
    read(&path)?;
    Ok(())
}

fn write(path: &str) -> Result<()> {
    let file = File::create(path)?;
    let image: Vec<f32> = (0..60).map(|n| n as f32 / 4.0).collect();
    let data = file.create_dataset("entry/image").shape([3, 4, 5]).chunks([1, 4, 5]);
    let data = data.shuffle().gzip(6).fletcher32().write(&image)?;
    data.attrs().set("units", "K")?;
    data.attrs().set_all("range", &[0.0, 14.75])?;
    file.create_dataset("entry/zstd").chunks([100]).compression(Compression::Zstd(3)).write(&[7u64; 1000])?;
    file.create_dataset("entry/names").write(&["eins", "zwei", "drü"])?;
    file.create_dataset("entry/flags").write(&[true, false])?;
    file.create_dataset("entry/ragged").write(&[vec![1i16, 2], vec![], vec![3]])?;
    file.create_dataset("entry/pi").write_scalar(&std::f64::consts::PI)?;
    file.create_dataset("entry/log").max_shape([None]).write(&[1i32, 2])?;
    let table = Columns::new().with("id", &[1u32, 2])?.with("xyz", &[[0.0, 0.5, 1.0], [1.0, 1.5, 2.0]])?;
    file.create_dataset("entry/table").write_columns(&table)?;
    let reference: Reference = file.root()?.reference("entry/image")?;
    file.attrs()?.set("default", reference)?;
    file.root()?.create_soft_link("latest", "/entry/image")?;
    file.close()
}

fn edit(path: &str) -> Result<()> {
    let file = File::edit(path)?;
    file.dataset("entry/log")?.append(&[3, 4, 5])?;
    file.dataset("latest")?.write_slice((0, .., 0), &[-1.0, -2.0, -3.0, -4.0])?;
    file.delete("entry/flags")?;
    file.rename("entry/pi", "constants/pi")?;
    file.close()
}

fn read(path: &str) -> Result<()> {
    let file = File::open(path)?;
    let object = file.dereference(&file.attrs()?.get("default")?)?;
    let object = object.expect("a reference that leads somewhere");
    let image = object.as_dataset().expect("an image");
    assert_eq!(image.read_slice::<f64>("0, :, 0")?, [-1.0, -2.0, -3.0, -4.0]);
    assert_eq!(file.dataset("entry/log")?.read::<i64>()?, [1, 2, 3, 4, 5]);
    assert_eq!(file.dataset("entry/names")?.read::<String>()?[2], "drü");
    let missing = file.dataset("entry/flags").map(|_| ()).map_err(|e| e.kind());
    assert_eq!(missing, Err(Kind::NotFound));
    for object in file.group("entry")?.members()? {
        println!("{}", object.path());
    }
    Ok(())
}

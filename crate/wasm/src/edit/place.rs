//! Files that are changed where they are, or in memory over where they are.

use super::{devices, spec};
use crate::engine::Engine;
use crate::fault::Throw;
use crate::number::{to_f64, to_u64};
use crate::source::Source;
use hyperslab::api::File;
use hyperslab::limits::Limits;
use hyperslab::storage::Medium;
use hyperslab::write::clear_flags;
use js_sys::Uint8Array;
use std::ops::Range;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

type Thrown<T> = std::result::Result<T, JsValue>;

#[wasm_bindgen]
impl Engine {
    /// A new file in `source`, in which there is nothing yet.
    #[wasm_bindgen(js_name = createIn)]
    pub fn create_in(spec: &JsValue, source: Source, page_size: usize, cache: usize) -> Thrown<Engine> {
        let options = spec::file(spec).throw()?;
        let (files, storage) = devices::first(source, page_size, cache).throw()?;
        let file = File::create_in(storage, &options).throw()?;
        Ok(Engine::over(None, Some(file), files))
    }

    /// The file in `source`, to be changed: in place if it can be written, in memory if not. If it was left half
    /// written, it is what it was before. `low`: in which form new structures are written, by default in the file's. `clear`: whether a mark that
    /// the file is open for writing is taken away first.
    pub fn edit(
        source: Source,
        page_size: usize,
        cache: usize,
        low: Option<String>,
        clear: bool,
    ) -> Thrown<Engine> {
        let low = low.map(|name| spec::libver(&name)).transpose().throw()?;
        let (files, storage) = devices::first(source, page_size, cache).throw()?;
        let medium = Medium::new(storage, Limits::default());
        Ok(Engine::over(Some(medium), None, files).with(Box::new(move |medium| {
            if let (true, Some(medium)) = (clear, &mut *medium) {
                clear_flags(medium)?;
            }
            File::edit_medium(medium, low)
        })))
    }

    /// Puts the file in `source` back to what it was, if it was left half written.
    pub fn recover(source: Source) -> Thrown<()> {
        devices::first(source, 0, 0).map(|_| ()).throw()
    }

    /// Writes everything staged, and returns when it is on the disk.
    pub fn flush(&mut self) -> Thrown<()> {
        self.changed().and_then(File::edit).and_then(|mut editor| editor.flush()).throw()
    }

    /// Writes everything staged; from now on others may read the file while it is written.
    #[wasm_bindgen(js_name = startSwmr)]
    pub fn start_swmr(&mut self) -> Thrown<()> {
        self.changed().and_then(File::edit).and_then(|mut editor| editor.start_swmr()).throw()
    }

    /// Writes everything staged, and says that no more comes: before a file is closed.
    #[wasm_bindgen(js_name = endSwmr)]
    pub fn end_swmr(&mut self) -> Thrown<()> {
        self.changed().and_then(File::edit).and_then(|mut editor| editor.end_swmr()).throw()
    }

    /// What is newer than in the source, from and to for each stretch, if the changes are in memory; everything else is
    /// better taken from there.
    pub fn changes(&mut self) -> Thrown<Option<Vec<f64>>> {
        let changes = |file: &File| Ok(file.medium()?.storage().changes());
        let ranges = self.file().and_then(changes).throw()?;
        let flat =
            |ranges: Vec<Range<u64>>| ranges.iter().flat_map(|r| [r.start, r.end]).map(to_f64).collect();
        Ok(ranges.map(flat))
    }

    /// Bytes of the file as it is now.
    #[wasm_bindgen(js_name = fileSize)]
    pub fn file_size(&mut self) -> Thrown<f64> {
        let size = |file: &File| Ok(to_f64(file.medium()?.storage_len()));
        self.file().and_then(size).throw()
    }

    /// Some of the file's bytes.
    pub fn copy(&mut self, from: f64, to: f64) -> Thrown<Uint8Array> {
        let (from, to) = (to_u64(from), to_u64(to));
        let copy = |file: &File| {
            file.commit()?;
            let editor = file.edit()?;
            let there = to.min(editor.medium().storage_len()).saturating_sub(from);
            let mut bytes = vec![0; Limits::check(there, u64::MAX, "a part of the file")?];
            editor.read_copy(from, &mut bytes)?;
            Ok(Uint8Array::from(bytes.as_slice()))
        };
        self.file().and_then(copy).throw()
    }
}

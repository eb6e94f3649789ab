//! One open file.

use crate::describe::{self, Description};
use crate::fault::Throw;
use crate::json::Json;
use crate::number;
use crate::reading::Reading;
use crate::source::{Source, Sources};
use hyperslab::api::{Dataset, File, Group, Object, StoredChunk};
use hyperslab::bytes::Addr;
use hyperslab::limits::Limits;
use hyperslab::places::Places;
use hyperslab::select::Region;
#[cfg(feature = "edit")]
use hyperslab::storage::Storage;
use hyperslab::storage::{Medium, Neighbours};
use hyperslab::{Error, Kind, Result};
use js_sys::{Array, Uint8Array};
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

type Thrown<T> = std::result::Result<T, JsValue>;

/// Datasets that stay open: reading one again needs no header, no layout, no index root.
const OPEN_DATASETS: usize = 64;

/// How a file is opened. Of the opening that changes files only the whole engine knows.
pub(crate) type Opener = Box<dyn Fn(&mut Option<Medium>) -> Result<File>>;

/// One open file. Addresses are relative to its base.
#[wasm_bindgen]
pub struct Engine {
    /// Until the superblock is read.
    medium: Option<Medium>,
    /// What becomes of it.
    opener: Opener,
    file: Option<File>,
    files: Rc<Sources>,
    /// Datasets that are open, and where each one is by its address.
    datasets: Vec<Dataset>,
    places: Places,
    /// Whether the file grows while it is read.
    swmr: bool,
}

impl Engine {
    pub(crate) fn over(medium: Option<Medium>, file: Option<File>, files: Rc<Sources>) -> Engine {
        let opener = Box::new(File::from_medium);
        Engine { medium, opener, file, files, datasets: Vec::new(), places: Places::default(), swmr: false }
    }

    /// The same, opened in another way.
    #[cfg(feature = "edit")]
    pub(crate) fn with(self, opener: Opener) -> Engine {
        Engine { opener, ..self }
    }

    pub(crate) fn file(&self) -> Result<&File> {
        self.file.as_ref().ok_or_else(|| Error::new(Kind::Closed, "the file is not open"))
    }

    /// Forgets open datasets.
    pub(crate) fn forget(&mut self) {
        self.datasets.clear();
        self.places.clear();
    }

    /// One of the other files.
    #[cfg(feature = "edit")]
    pub(crate) fn attached(&self, number: u32) -> Result<Box<dyn Storage>> {
        self.files.storage(number).ok_or_else(|| Error::argument("there is no such file"))
    }

    /// What is named in one of the other files.
    #[cfg(feature = "edit")]
    pub(crate) fn others_of(&self, number: u32) -> Neighbours {
        Neighbours::of(self.files.clone(), number)
    }

    fn read_region(&mut self, dataset: f64, region: &dyn Fn(&[u64]) -> Result<Region>) -> Thrown<Reading> {
        let dataset = self.dataset(dataset).throw()?;
        let region = region(dataset.dataspace().dims()).throw()?;
        dataset.read_region(&region).and_then(Reading::new).throw()
    }

    fn group(&self, address: f64) -> Result<Group> {
        Group::at(self.file()?, Addr(number::to_u64(address)))
    }

    fn dataset(&mut self, address: f64) -> Result<Dataset> {
        let address = Addr(number::to_u64(address));
        if let Some(dataset) = self.places.get(address.0).and_then(|place| self.datasets.get(place)) {
            return Ok(dataset.clone());
        }
        let Object::Dataset(dataset) = self.file()?.object(address)? else {
            return Err(Error::argument("this object is no dataset"));
        };
        self.keep(address, dataset.clone());
        Ok(dataset)
    }

    /// Keeps a dataset that was just opened.
    fn keep(&mut self, address: Addr, dataset: Dataset) {
        if self.swmr {
            // Writers put chunks into the index before they make the extents larger. Read the other way round, what the
            // extents cover is there; but the index must not come from pages that were read before the extents.
            self.files.refresh();
            let _ = self.file().map(File::forget);
        }
        if let Some(place) = self.places.get(address.0).and_then(|place| self.datasets.get_mut(place)) {
            *place = dataset;
            return;
        }
        if self.datasets.len() >= OPEN_DATASETS {
            self.forget();
        }
        self.places.insert(address.0, self.datasets.len());
        self.datasets.push(dataset);
    }

    /// Facts about the file, as JSON.
    fn facts(&mut self) -> Result<String> {
        let info = self.file()?.info()?;
        self.swmr = info.swmr;
        let mut j = Json::default();
        j.object(|j| {
            j.key("size").number(info.size);
            j.key("userblock").number(info.userblock);
            j.key("superblock").number(info.superblock);
            j.key("root").number(info.root.0);
            j.key("swmr").boolean(info.swmr);
        });
        Ok(j.finish())
    }
}

fn reply(description: Description) -> Array {
    let Description { json, payload } = description;
    let payload =
        if payload.is_empty() { JsValue::UNDEFINED } else { Uint8Array::from(payload.as_slice()).into() };
    Array::of2(&JsValue::from_str(&json.finish()), &payload)
}

fn describe(object: &Object) -> Result<Array> {
    let mut description = Description::default();
    description.object(object)?;
    Ok(reply(description))
}

fn whole(numbers: &[f64]) -> Vec<u64> {
    numbers.iter().copied().map(number::to_u64).collect()
}

fn place(chunk: StoredChunk) -> [f64; 3] {
    [number::to_f64(chunk.position), number::to_f64(chunk.size), chunk.mask.into()]
}

#[wasm_bindgen]
impl Engine {
    /// A file whose bytes come from `source`, through a cache of about `cache` bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(source: Source, page_size: usize, cache: usize) -> Engine {
        let files = Rc::new(Sources::default());
        let number = files.add(source, page_size, cache);
        let medium = files.storage(number).map(|storage| Medium::new(storage, Limits::default()));
        Engine::over(medium, None, files)
    }

    /// Says that other files can be found: those that are needed are asked for.
    #[wasm_bindgen(js_name = findFiles)]
    pub fn find_files(&mut self) {
        match (&mut self.medium, &self.file) {
            (Some(medium), _) => medium.neighbours = Neighbours::new(self.files.clone()),
            (None, Some(file)) => file.set_neighbours(self.files.clone()),
            (None, None) => {}
        }
    }

    /// Adds another file, which may be asked for by several names; its number.
    pub fn attach(&self, source: Source, page_size: usize, cache: usize) -> u32 {
        self.files.add(source, page_size, cache)
    }

    /// Says which file `name` is when it is written in file `from`; none if there is no such file.
    pub fn answer(&self, from: u32, name: String, file: Option<u32>) {
        self.files.answer(from, name, file);
    }

    /// Reads the superblock; facts about the file as JSON.
    pub fn open(&mut self) -> Thrown<String> {
        if self.file.is_none() {
            self.file = Some((self.opener)(&mut self.medium).throw()?);
        }
        self.facts().throw()
    }

    /// Forgets what was read, and asks how large the files are: others have changed them. With `all`, datasets are opened
    /// again, too, and the superblock is to be [read again](Engine::reread).
    pub fn refresh(&mut self, all: bool) -> Thrown<()> {
        if all {
            self.forget();
        }
        self.files.refresh();
        self.file().map(File::forget).throw()
    }

    /// Reads the superblock again; facts about the file as JSON.
    pub fn reread(&mut self) -> Thrown<String> {
        self.file().and_then(File::reread).throw()?;
        self.facts().throw()
    }

    /// Hands over bytes that were missing of a file, until [`release`](Engine::release) of the returned token.
    pub fn supply(&self, file: u32, at: f64, bytes: Vec<u8>) -> u32 {
        self.files.pages(file).map_or(0, |pages| pages.supply(number::to_u64(at), bytes))
    }

    /// Forgets what was supplied.
    pub fn release(&self, file: u32, token: u32) {
        if let Some(pages) = self.files.pages(file) {
            pages.release(token);
        }
    }

    /// Bytes of caches, and how often pages were asked for that were in them.
    pub fn stats(&self) -> Vec<f64> {
        let (pages, hits) = self.files.held();
        let held = pages.saturating_add(self.file.as_ref().map_or(0, File::decoded));
        vec![number::to_f64(held as u64), number::to_f64(hits)]
    }

    /// Header of what `path` leads to.
    pub fn find(&self, start: f64, path: &str) -> Thrown<Option<f64>> {
        let start = Addr(number::to_u64(start));
        match self.file().and_then(|f| f.resolve(start, path)) {
            Err(e) if e.kind() == Kind::NotFound => Ok(None),
            found => found.map(|address| Some(number::to_f64(address.0))).throw(),
        }
    }

    /// Description of what `path` leads to. What is read of a dataset from now on is of what is described here.
    pub fn resolve(&mut self, start: f64, path: &str) -> Thrown<Option<Array>> {
        let Some(address) = self.find(start, path)? else { return Ok(None) };
        let address = Addr(number::to_u64(address));
        let object = self.file().and_then(|f| f.object(address)).throw()?;
        let description = describe(&object).throw()?;
        if let Object::Dataset(dataset) = object {
            self.keep(address, dataset);
        }
        Ok(Some(description))
    }

    /// Names in a group, as JSON.
    pub fn keys(&self, group: f64) -> Thrown<String> {
        let links = self.group(group).and_then(|g| g.links()).throw()?;
        let mut j = Json::default();
        j.array(|j| links.iter().for_each(|link| j.bytes(&link.name)));
        Ok(j.finish())
    }

    /// The link at `path` itself, as JSON.
    pub fn link(&self, start: f64, path: &str) -> Thrown<Option<String>> {
        let link = self.group(start).and_then(|g| g.link(path)).throw()?;
        Ok(link.map(|link| {
            let mut j = Json::default();
            j.object(|j| describe::write_link(j, &link));
            j.finish()
        }))
    }

    /// Every link of a group with the description of what it leads to.
    pub fn list(&self, group: f64, follow: bool) -> Thrown<Array> {
        let group = self.group(group).throw()?;
        let mut description = Description::default();
        description.children(&group, follow).throw()?;
        Ok(reply(description))
    }

    /// One attribute with its value, or with the bytes that the file has for it.
    pub fn attribute(&self, object: f64, name: &str, stored: bool) -> Thrown<Array> {
        let describe = || {
            let object = self.file()?.object(Addr(number::to_u64(object)))?;
            let attributes = object.attributes();
            let found = attributes.find(name.as_bytes())?;
            let mut found = found.ok_or_else(|| Error::not_found(format!("no attribute {name:?}")))?;
            if stored {
                found.datatype = found.datatype.opaque();
            }
            let Description { mut json, mut payload } = Description::default();
            describe::write_attribute(&mut json, &mut payload, attributes, &found, usize::MAX, true)?;
            Ok(reply(Description { json, payload }))
        };
        describe().throw()
    }

    /// Where the elements of a dataset come from if that is not its own storage, as JSON.
    pub fn sources(&mut self, dataset: f64) -> Thrown<String> {
        let mut describe = || {
            let dataset = self.dataset(dataset)?;
            let mut j = Json::default();
            let (sources, files) = (dataset.sources()?, dataset.external_files()?);
            j.array(|j| {
                for (file, dataset) in &sources {
                    j.object(|j| {
                        j.key("file").bytes(file);
                        j.key("dataset").bytes(dataset);
                    });
                }
                for file in &files {
                    j.object(|j| {
                        j.key("file").bytes(&file.name);
                        j.key("offset").number(file.offset);
                        j.key("size");
                        match file.size {
                            Some(size) => j.number(size),
                            None => j.null(),
                        }
                    });
                }
            });
            Ok(j.finish())
        };
        describe().throw()
    }

    /// Bytes that a dataset's elements occupy.
    #[wasm_bindgen(js_name = storageSize)]
    pub fn storage_size(&mut self, dataset: f64) -> Thrown<f64> {
        self.dataset(dataset).and_then(|d| d.storage_size()).map(number::to_f64).throw()
    }

    /// Where a dataset's elements begin in the file, if they lie there in one piece.
    pub fn position(&mut self, dataset: f64) -> Thrown<Option<f64>> {
        Ok(self.dataset(dataset).and_then(|d| d.position()).throw()?.map(number::to_f64))
    }

    /// All stored chunks, one behind the other: where each begins, then position, bytes and filter mask.
    pub fn chunks(&mut self, dataset: f64) -> Thrown<Vec<f64>> {
        let chunks = self.dataset(dataset).and_then(|d| d.chunks()).throw()?;
        Ok(chunks
            .iter()
            .flat_map(|(at, c)| at.iter().copied().map(number::to_f64).chain(place(*c)))
            .collect())
    }

    /// Position, bytes and filter mask of the chunk that begins at this element; none if it is not stored.
    pub fn chunk(&mut self, dataset: f64, offset: &[f64]) -> Thrown<Option<Vec<f64>>> {
        let chunk = self.dataset(dataset).and_then(|d| d.chunk(&whole(offset))).throw()?;
        Ok(chunk.map(|chunk| place(chunk).to_vec()))
    }

    /// The filter mask and the stored bytes of the chunk that begins at this element; none if it is not stored.
    #[wasm_bindgen(js_name = rawChunk)]
    pub fn raw_chunk(&mut self, dataset: f64, offset: &[f64]) -> Thrown<Option<Array>> {
        let chunk = self.dataset(dataset).and_then(|d| d.raw_chunk(&whole(offset))).throw()?;
        Ok(chunk.map(|(bytes, mask)| Array::of2(&mask.into(), &Uint8Array::from(bytes.as_slice()))))
    }

    /// Where a selection begins and ends along each axis of a dataset with these extents, where it has no gaps.
    pub fn ranges(&self, selection: &str, dims: &[f64]) -> Thrown<Vec<f64>> {
        let selection = hyperslab::select::Selection::parse(selection);
        let resolved = selection.and_then(|selection| selection.resolve(&whole(dims))).throw()?;
        let mut ends = Vec::new();
        for axis in resolved.slab.axes() {
            if !axis.is_contiguous() {
                let what = "a selection with steps is not one of neighbours";
                return Err(Error::argument(what)).throw();
            }
            ends.push(number::to_f64(axis.start));
            ends.push(number::to_f64(axis.start.saturating_add(axis.len())));
        }
        Ok(ends)
    }

    /// Plans a read of `selection`, spelled as in NumPy.
    pub fn read(&mut self, dataset: f64, selection: &str) -> Thrown<Reading> {
        let mut plan = || {
            let selection = hyperslab::select::Selection::parse(selection)?;
            self.dataset(dataset)?.read(&selection)
        };
        plan().and_then(Reading::new).throw()
    }

    /// Plans a read of single elements, in this order: the coordinates of one after the other.
    #[wasm_bindgen(js_name = readPoints)]
    pub fn read_points(&mut self, dataset: f64, coordinates: &[f64]) -> Thrown<Reading> {
        let coordinates = whole(coordinates);
        self.read_region(dataset, &|dims| Region::points(&coordinates, dims))
    }

    /// Plans a read of the elements for which `mask` has a byte that is not 0.
    #[wasm_bindgen(js_name = readMask)]
    pub fn read_mask(&mut self, dataset: f64, mask: &[u8]) -> Thrown<Reading> {
        self.read_region(dataset, &|dims| Region::mask(mask, dims))
    }

    /// Plans a read of what a region reference leads to, whose selection is given as it is stored.
    #[wasm_bindgen(js_name = readStored)]
    pub fn read_stored(&mut self, dataset: f64, selection: &[u8]) -> Thrown<Reading> {
        let mut plan = || self.dataset(dataset)?.read_stored(selection);
        plan().and_then(Reading::new).throw()
    }
}

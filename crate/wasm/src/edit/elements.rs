//! Elements of datasets that are there.

use super::given::{extents, flag, get};
use super::spec;
use crate::engine::Engine;
use crate::number::to_u64;
use hyperslab::bytes::{Ctx, Reader};
use hyperslab::format::selection;
use hyperslab::select::{Region, Selection, bounded};
use hyperslab::value::{Column, native};
use hyperslab::write::{Data, Editor, StoredChunk};
use hyperslab::{Error, Kind, Result};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

type Thrown<T> = std::result::Result<T, JsValue>;

/// Which elements (`Choice` in crate/js/glue.d.ts).
enum Choice {
    Slab(Selection),
    Region(Region),
}

impl Choice {
    /// What is chosen of a dataset of these extents.
    fn new(choice: &JsValue, dims: &[u64]) -> Result<Choice> {
        if let Some(text) = get(choice, "text").as_string() {
            return Selection::parse(&text).map(Choice::Slab);
        }
        if let Some(points) = extents(choice, "points") {
            let points: Vec<u64> = points.into_iter().map(to_u64).collect();
            return Region::points(&points, dims).map(Choice::Region);
        }
        let bytes = |name| get(choice, name).dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec());
        if let Ok(mask) = bytes("mask") {
            return Region::mask(&mask, dims).map(Choice::Region);
        }
        let stored = bytes("stored").map_err(|_| Error::argument("a selection of no kind"))?;
        let stored = selection::Selection::decode(&mut Reader::new(&stored, 0, Ctx::WIDE));
        let stored = stored.map_err(|e| Error::argument(e.what().to_owned()))?;
        Region::stored(&bounded(&stored.chosen, dims), dims).map(Choice::Region)
    }
}

/// Values with their shape. Those that lie one behind the other have none of their own, if there are as many as needed.
struct Values {
    column: Column,
    /// Whether they are the file's bytes already.
    ready: bool,
    shape: Vec<u64>,
    flat: bool,
}

impl Values {
    fn new(given: &JsValue) -> Result<Values> {
        let (datatype, space, column) = spec::typed(given)?;
        let column = column.ok_or_else(|| Error::argument("there are no values to write"))?;
        let ready = matches!(&column, Column::Numbers { kind, .. } if native(&datatype) == Some(*kind));
        Ok(Values { column, ready, shape: space.dims().to_vec(), flat: flag(given, "flat") })
    }

    fn data(&self) -> Data<'_> {
        match &self.column {
            Column::Numbers { bytes, .. } if self.ready => Data::Bytes(bytes),
            column => Data::Column(column),
        }
    }

    fn write(&self, editor: &mut Editor, path: &str, choice: &Choice) -> Result<()> {
        let mut write = |shape: Option<&[u64]>| match choice {
            Choice::Slab(selection) => editor.write(path, selection, self.data(), shape),
            Choice::Region(region) => editor.write_region(path, region, self.data(), shape),
        };
        match self.flat.then(|| write(None)) {
            Some(Ok(())) => Ok(()),
            Some(Err(e)) if e.kind() != Kind::Argument => Err(e),
            _ => write(Some(&self.shape)),
        }
    }

    /// The shape as rows of a dataset with these extents.
    fn rows(&self, axis: usize, dims: &[u64]) -> Vec<u64> {
        let others: u64 = dims.iter().enumerate().filter(|(i, _)| *i != axis).map(|(_, d)| *d).product();
        match self.shape.as_slice() {
            [n] if self.flat && dims.len() > 1 && others > 0 && n.is_multiple_of(others) => {
                let length = |(i, d): (usize, &u64)| if i == axis { n / others } else { *d };
                dims.iter().enumerate().map(length).collect()
            }
            shape => shape.to_vec(),
        }
    }
}

#[wasm_bindgen]
impl Engine {
    /// Writes values, which are broadcast, to elements of a dataset.
    #[wasm_bindgen(js_name = writeElements)]
    pub fn write_elements(&mut self, dataset: &str, choice: &JsValue, values: &JsValue) -> Thrown<()> {
        self.change(|editor| {
            let values = Values::new(values).map_err(|e| e.on(dataset))?;
            let dims = editor.shape(dataset)?;
            let choice = Choice::new(choice, &dims).map_err(|e| e.on(dataset))?;
            values.write(editor, dataset, &choice)
        })
    }

    /// Gives a dataset other extents.
    pub fn resize(&mut self, dataset: &str, shape: &[f64]) -> Thrown<()> {
        let shape: Vec<u64> = shape.iter().copied().map(to_u64).collect();
        self.change(|editor| editor.resize(dataset, &shape))
    }

    /// Makes a dataset longer along an axis by these values.
    pub fn append(&mut self, dataset: &str, axis: usize, values: &JsValue) -> Thrown<()> {
        self.change(|editor| {
            let values = Values::new(values).map_err(|e| e.on(dataset))?;
            let dims = editor.shape(dataset)?;
            editor.append(dataset, axis, values.data(), &values.rows(axis, &dims))
        })
    }

    /// Stores chunks as they are, all of them or none. `offsets`: where each begins, one behind the other. They may be made for
    /// extents of the dataset `before` and `after`, which it gets first: false, and nothing is changed, if it has others.
    #[wasm_bindgen(js_name = writeChunks)]
    pub fn write_chunks(
        &mut self,
        dataset: &str,
        before: Option<Box<[f64]>>,
        after: Option<Box<[f64]>>,
        offsets: &[f64],
        chunks: &Array,
        masks: &[u32],
    ) -> Thrown<bool> {
        let dims = |given: Box<[f64]>| -> Vec<u64> { given.iter().copied().map(to_u64).collect() };
        let extents = before.map(dims).zip(after.map(dims));
        let each = offsets.chunks((offsets.len() / masks.len().max(1)).max(1));
        let mut chunks = each.zip(masks).zip(chunks.iter()).map(|((offset, mask), bytes)| StoredChunk {
            offset: offset.iter().copied().map(to_u64).collect(),
            bytes: Uint8Array::new(&bytes).to_vec(),
            mask: *mask,
        });
        let mut fits = true;
        self.change(|editor| {
            let extents = extents.as_ref().map(|(before, after)| (before.as_slice(), after.as_slice()));
            fits = editor.write_chunks(dataset, extents, &mut chunks)?;
            Ok(())
        })?;
        Ok(fits)
    }
}

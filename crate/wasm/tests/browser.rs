//! The engine where it lives: WebAssembly in a browser, with 32-bit addresses and bytes that JavaScript holds.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::cast_possible_truncation)] // positions in these files are small

use hyperslab::api::{File, Object};
use hyperslab::filter::{self, Scratch};
use hyperslab::format::datatype::Datatype;
use hyperslab::format::message::{Dataspace, Filter, FilterPipeline};
use hyperslab::limits::Limits;
use hyperslab::select::Selection;
use hyperslab::storage::Memory;
use hyperslab::value::Column;
use hyperslab::write::{Chunks, Data, DatasetSpec, Editor};
use hyperslab_wasm::{Engine, Source};
use js_sys::{Array, Function, JSON, Object as JsObject, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// A file of one group and one gzipped, shuffled, checksummed dataset of 100 x 30 numbers.
fn sample() -> Vec<u8> {
    let values: Vec<u8> = (0..3000i32).flat_map(i32::to_le_bytes).collect();
    let mut spec = DatasetSpec::new(Datatype::integer(4, true), Dataspace::simple(vec![100, 30]));
    spec.chunks = Chunks::Shape(vec![7, 11]);
    spec.gzip = Some(6);
    spec.shuffle = true;
    spec.fletcher32 = true;
    let mut editor = Editor::create().unwrap();
    editor.create_dataset("/run/counts", &spec, Data::Bytes(&values)).unwrap();
    editor.into_bytes().unwrap()
}

fn numbers(file: &File, selection: &str) -> Vec<i32> {
    let address = file.resolve(file.root().unwrap().address(), "run/counts").unwrap();
    let Object::Dataset(dataset) = file.object(address).unwrap() else { panic!("no dataset") };
    let mut reading = dataset.read(&Selection::parse(selection).unwrap()).unwrap();
    let mut all = Vec::new();
    while let Some((_, column)) = reading.next().unwrap() {
        let Column::Numbers { bytes, .. } = column else { panic!("no numbers") };
        all.extend(bytes.chunks_exact(4).map(|b| i32::from_le_bytes(b.try_into().unwrap())));
    }
    all
}

#[wasm_bindgen_test]
fn what_is_written_is_read() {
    let file = File::open(Box::new(Memory::new(sample())), Limits::default()).unwrap();
    assert_eq!(numbers(&file, "..."), (0..3000).collect::<Vec<i32>>());
    assert_eq!(numbers(&file, "-1, ::10"), [2970, 2980, 2990]);
    assert_eq!(numbers(&file, "3:5, 29"), [119, 149]);
}

#[wasm_bindgen_test]
fn filters_undo_themselves_at_every_length() {
    let filter = |id, values| Filter { id, optional: false, name: Vec::new(), values };
    for size in [1u32, 2, 3, 4, 8, 12, 16] {
        let filters = vec![filter(2, vec![size]), filter(1, vec![5]), filter(3, Vec::new())];
        let pipeline = FilterPipeline { filters };
        for n in (0..200).chain([1000, 4095, 4096, 70_001]) {
            let plain: Vec<u8> = (0..n).map(|i: u32| (i.wrapping_mul(i) / 7).to_le_bytes()[0]).collect();
            let mut scratch = Scratch::default();
            let (stored, mask) = filter::encode(&pipeline, &plain, &mut scratch).unwrap();
            assert_eq!(filter::decode(&pipeline, mask, &stored, plain.len(), &mut scratch).unwrap(), plain);
        }
    }
}

/// A source in JavaScript. While it is not `ready`, it answers that its bytes are not here yet.
fn source(bytes: &[u8], ready: bool) -> Source {
    let object = JsObject::new();
    let set = |key: &str, value: &JsValue| {
        Reflect::set(&object, &key.into(), value).unwrap();
    };
    let read = "if (!this.ready) return 0; into.set(this.bytes.subarray(at, at + into.length)); return 1;";
    set("bytes", &Uint8Array::from(bytes));
    set("size", &JsValue::from_f64(bytes.len() as f64));
    set("ready", &JsValue::from_bool(ready));
    set("read", &Function::new_with_args("at, into", read));
    object.unchecked_into()
}

/// An error as the exports throw it.
fn thrown(error: &JsValue) -> JsValue {
    JSON::parse(&error.as_string().expect("errors are JSON text")).unwrap()
}

fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).unwrap()
}

#[wasm_bindgen_test]
fn a_file_whose_bytes_are_in_javascript() {
    let mut engine = Engine::new(source(&sample(), true), 4096, 1 << 20);
    let info = JSON::parse(&engine.open().unwrap()).unwrap();
    let root = get(&info, "root").as_f64().unwrap();
    let names = JSON::parse(&engine.keys(root).unwrap()).unwrap();
    assert_eq!(Array::from(&names).get(0), JsValue::from_str("run"));
    assert!(engine.find(root, "run/counts").unwrap().is_some());
    assert!(engine.find(root, "run/nothing").unwrap().is_none());
}

#[wasm_bindgen_test]
fn missing_bytes_are_asked_for_and_supplied() {
    let bytes = sample();
    let mut engine = Engine::new(source(&bytes, false), 256, 1 << 20);
    let mut rounds = 0;
    let info = loop {
        match engine.open() {
            Ok(info) => break info,
            Err(e) => {
                rounds += 1;
                assert!(rounds < 20, "asks for ever");
                let ranges = Array::from(&get(&thrown(&e), "pending"));
                assert!(ranges.length() > 0, "neither an answer nor a question: {e:?}");
                for range in ranges.iter() {
                    let [start, end] = [0, 1].map(|i| Array::from(&range).get(i).as_f64().unwrap() as usize);
                    engine.supply(0, start as f64, bytes[start..end.min(bytes.len())].to_vec());
                }
            }
        }
    };
    assert!(rounds > 0, "it was not asked for anything");
    assert!(info.contains("\"superblock\":0"));
}

#[wasm_bindgen_test]
fn what_is_no_file_is_a_typed_error() {
    for bytes in [&b""[..], b"text", &[0; 5000], &sample()[..1000]] {
        let error = thrown(&Engine::new(source(bytes, true), 4096, 1 << 20).open().unwrap_err());
        assert_eq!(get(&error, "code"), JsValue::from_str("Malformed"));
        assert!(get(&error, "address").as_f64().is_some());
    }
}

#[wasm_bindgen_test]
fn lengths_beyond_32_bits_end_in_errors() {
    // Each field of the superblock and of the root's header in turn, as large as can be.
    let good = sample();
    for at in 0..400 {
        let mut bad = good.clone();
        bad[at..at + 8].copy_from_slice(&u64::MAX.to_le_bytes());
        if let Ok(file) = File::open(Box::new(Memory::new(bad)), Limits::default()) {
            // Whatever this answers: it must answer.
            let _ = file.root().and_then(|root| root.links());
        }
    }
    let file = File::open(Box::new(Memory::new(good)), Limits::default()).unwrap();
    let address = file.resolve(file.root().unwrap().address(), "run/counts").unwrap();
    let Object::Dataset(dataset) = file.object(address).unwrap() else { panic!("no dataset") };
    for text in ["4294967296", "0, 99999999999999999999", ":, 0:4294967297:4294967295"] {
        let read = Selection::parse(text).and_then(|s| dataset.read(&s));
        let elements = read.map(|r| r.elements());
        assert!(elements.is_err() || elements.is_ok_and(|n| n <= 100), "{text}");
    }
}

//! What JavaScript gives, property by property.

use hyperslab::{Error, Result};
use js_sys::{Array, Float64Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// A property, `undefined` if there is none.
pub fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// A property that there is.
pub fn given(object: &JsValue, name: &str) -> Option<JsValue> {
    Some(get(object, name)).filter(|v| !v.is_undefined())
}

/// A property that is text.
pub fn text(object: &JsValue, name: &str) -> Result<String> {
    get(object, name).as_string().ok_or_else(|| Error::argument(format!("there is no {name}")))
}

/// A whole number that fits.
pub fn whole<T: TryFrom<i64>>(value: &JsValue, name: &str) -> Result<T> {
    let wrong = || Error::argument(format!("{name} must be a whole number in range"));
    let n = value.as_f64().filter(|n| n.fract() == 0.0 && n.abs() <= 9e15).ok_or_else(wrong)?;
    #[allow(clippy::cast_possible_truncation)] // whole and small
    T::try_from(n as i64).map_err(|_| wrong())
}

/// A property that is a whole number.
pub fn field<T: TryFrom<i64>>(object: &JsValue, name: &str) -> Result<T> {
    whole(&get(object, name), name)
}

/// The same, with a default.
pub fn field_or<T: TryFrom<i64>>(object: &JsValue, name: &str, default: T) -> Result<T> {
    given(object, name).map_or(Ok(default), |v| whole(&v, name))
}

/// A property that is an array.
pub fn list(object: &JsValue, name: &str) -> Result<Array> {
    let wrong = |_| Error::argument(format!("{name} must be an array"));
    get(object, name).dyn_into::<Array>().map_err(wrong)
}

/// The error for a word that means nothing here.
pub fn unknown(name: &str, value: &str) -> Error {
    Error::argument(format!("{name} cannot be {value:?}"))
}

/// A property that lists extents.
pub fn extents(object: &JsValue, name: &str) -> Option<Vec<f64>> {
    get(object, name).dyn_ref::<Float64Array>().map(Float64Array::to_vec)
}

/// Whether a property is set.
pub fn flag(object: &JsValue, name: &str) -> bool {
    get(object, name).is_truthy()
}

/** The WebAssembly files next to the package, each spelled out: bundlers find them by exactly this pattern. */

/** The engine, built with or without SIMD, whole or only for reading. */
export function engineFile(simd: boolean, edit: boolean): URL {
  if (edit) {
    return simd
      ? new URL("./hyperslab_edit_bg.wasm", import.meta.url)
      : new URL("./hyperslab_edit_scalar_bg.wasm", import.meta.url);
  }
  return simd
    ? new URL("./hyperslab_bg.wasm", import.meta.url)
    : new URL("./hyperslab_scalar_bg.wasm", import.meta.url);
}

/** The filters that most files do not need. */
export function codecsFile(simd: boolean): URL {
  return simd
    ? new URL("./hyperslab_codecs_bg.wasm", import.meta.url)
    : new URL("./hyperslab_codecs_scalar_bg.wasm", import.meta.url);
}

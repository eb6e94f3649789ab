//! WebAssembly bindings of the engine: every export translates and calls, nothing else.

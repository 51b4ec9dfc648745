//! How a program begins with the start code of wasi-libc of 2022, which older Rusts have.
//!
//! Unless a program calls its constructors itself, the linker has every exported function run them, and the destructors
//! after it. The host calls `cabi_realloc` for each list: a constructor of wasi-libc would then take memory for the
//! folder `/` again each time. So the constructors are called here, once. Later start code calls them itself, and
//! nothing of this.

extern "C" {
    fn __wasm_call_ctors();
    fn __wasm_call_dtors();
    fn __main_void() -> i32;
}

/// What the start code calls; the one of wasi-libc, which is weak, calls only `__main_void`.
#[no_mangle]
unsafe extern "C" fn __original_main() -> i32 {
    __wasm_call_ctors();
    let status = __main_void();
    // The start code calls `exit`, which does the same, for any other status.
    if status == 0 {
        __wasm_call_dtors();
    }
    status
}

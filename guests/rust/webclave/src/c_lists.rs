//! The memory for lists that the host returns, where the C library is linked too: a module has one `cabi_realloc`, and
//! it is the library's, which takes memory from `malloc`.

use std::ffi::c_void;

extern "C" {
    fn host_receive_into(target: *mut c_void, capacity: usize);
    fn host_received();
    fn free(memory: *mut c_void);
}

/// The list at `elements`, in memory of Rust's allocator, which a program may replace.
///
/// # Safety
/// The host has made it for at least one `Element`, and it is taken once.
pub unsafe fn take<Element: Copy>(elements: *mut Element, length: usize) -> Vec<Element> {
    let list = std::slice::from_raw_parts(elements, length).to_vec();
    free(elements.cast());
    list
}

/// Has the list of bytes that `call` returns written to `target`, so that nothing is allocated or copied twice.
pub fn into_target<Result>(target: &mut [u8], call: impl FnOnce() -> Result) -> Result {
    unsafe { host_receive_into(target.as_mut_ptr().cast(), target.len()) };
    let result = call();
    unsafe { host_received() };
    result
}

//! The types and functions of `webclave/service.h`.

use std::ffi::c_void;
use std::os::raw::{c_char, c_int, c_uint};

/// `struct webclave_value`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct RawValue {
    pub at: *const u8,
    pub end: *const u8,
}

/// `struct webclave_answer`, whose members are the library's.
#[repr(C)]
pub struct RawAnswer {
    members: [u8; 0],
}

/// `webclave_handler`.
pub type Handler = unsafe extern "C" fn(RawValue, *mut RawAnswer, *mut c_void);

/// `struct webclave_function`.
#[repr(C)]
pub struct Function {
    pub name: *const c_char,
    pub handler: Handler,
}

extern "C" {
    pub fn webclave_member(object: RawValue, name: *const c_char, member: *mut RawValue) -> bool;
    pub fn webclave_bytes(value: RawValue, bytes: *mut *const u8, length: *mut usize) -> bool;
    pub fn webclave_text(value: RawValue, text: *mut *const u8, length: *mut usize) -> bool;
    pub fn webclave_number(value: RawValue, number: *mut u64) -> bool;
    pub fn webclave_put_object(answer: *mut RawAnswer, members: usize);
    pub fn webclave_put_array(answer: *mut RawAnswer, items: usize);
    pub fn webclave_put_text(answer: *mut RawAnswer, text: *const c_char);
    pub fn webclave_put_bytes(answer: *mut RawAnswer, bytes: *const u8, length: usize);
    pub fn webclave_put_number(answer: *mut RawAnswer, number: u64);
    pub fn webclave_fail(answer: *mut RawAnswer, code: *const c_char, message: *const c_char);
    pub fn webclave_serve(
        port: c_uint,
        functions: *const Function,
        count: usize,
        context: *mut c_void,
    ) -> c_int;
}

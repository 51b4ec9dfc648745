//! The types and functions of `qtsm_kms.h`, with its names.

use std::ffi::c_void;
use std::os::raw::{c_char, c_uint, c_ulong};

#[repr(C)]
pub struct SigStr {
    pub data: *const u8,
    pub len: usize,
}

#[repr(C)]
pub struct SigHeaders {
    data: *mut c_void,
    len: usize,
    alloc: usize,
}

#[repr(C)]
pub struct KmsError {
    pub code: *const c_char,
    pub http_status: c_uint,
    pub reason: [c_char; 64],
    pub message: [c_char; 256],
}

/// `sig_params_t`. A test compares the size with that in C, and the names and their order.
#[repr(C)]
pub struct SigParams {
    pub key: SigStr,
    pub secret: SigStr,
    pub host: SigStr,
    pub uri_prefix: SigStr,
    pub socket_path: SigStr,
    pub headers: SigHeaders,
    pub dialect: c_uint,
    pub project_id: SigStr,
    pub region: SigStr,
    pub identity: SigStr,
    pub encryption_context: SigHeaders,
    pub kms_nonce: bool,
    pub binary_ciphertexts: bool,
    pub error: KmsError,
    pub identity_is_known: bool,
    pub identity_key: [u8; 120],
}

#[cfg(target_pointer_width = "32")]
const _: () = assert!(std::mem::size_of::<SigParams>() == 548);

#[repr(C)]
pub struct KeyId {
    pub key_id: *const u8,
    pub len: usize,
}

#[repr(C)]
pub struct DataKeyBuffers {
    pub key_id: *mut u8,
    pub key_id_len: *mut c_uint,
    pub plain_key: *mut u8,
    pub plain_key_len: *mut c_uint,
    pub cipher_key: *mut u8,
    pub cipher_key_len: *mut c_uint,
}

#[repr(C)]
pub struct Random {
    pub random: *mut u8,
    pub random_len: *mut c_uint,
}

#[repr(C)]
pub struct PlainCipher {
    pub data_in: *const u8,
    pub data_in_len: c_uint,
    pub data_out: *mut u8,
    pub data_out_len: *mut c_uint,
}

extern "C" {
    pub fn sig_params_init(params: *mut SigParams);
    pub fn sig_params_free(params: *mut SigParams);
    pub fn sig_headers_add(
        headers: *mut SigHeaders,
        name: *const c_char,
        value: *const c_char,
    ) -> *mut c_void;
    pub fn kms_last_error(params: *const SigParams) -> *const KmsError;
    pub fn kms_generate_datakey_blocking_with_proxy(
        params: *mut SigParams,
        handle: *const KeyId,
        key_bits: c_uint,
        made: *mut DataKeyBuffers,
        cid: c_uint,
        port: c_uint,
    ) -> c_ulong;
    pub fn kms_gen_random_blocking_with_proxy(
        params: *mut SigParams,
        length: c_uint,
        random: *mut Random,
        cid: c_uint,
        port: c_uint,
    ) -> c_ulong;
    pub fn kms_decrypt_data_blocking_with_proxy(
        params: *mut SigParams,
        handle: *const KeyId,
        data: *mut PlainCipher,
        cid: c_uint,
        port: c_uint,
    ) -> c_ulong;
    pub fn kms_decrypt_datakey_blocking_with_proxy(
        params: *mut SigParams,
        handle: *const KeyId,
        key_bits: c_uint,
        data: *mut PlainCipher,
        cid: c_uint,
        port: c_uint,
    ) -> c_ulong;
}

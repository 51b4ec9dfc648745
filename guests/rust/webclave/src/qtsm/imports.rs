//! The functions of the world for the QTSM, by their names in the canonical ABI.

use crate::abi::Area;

#[link(wasm_import_module = "qingtian:enclave/qtsm@0.1.0")]
extern "C" {
    #[link_name = "describe-pcr"]
    pub fn describe_pcr(index: u32, result: *mut Area);
    #[link_name = "extend-pcr"]
    pub fn extend_pcr(index: u32, data: *const u8, length: usize, result: *mut Area);
    #[link_name = "lock-pcr"]
    pub fn lock_pcr(index: u32, result: *mut Area);
    #[link_name = "lock-pcrs"]
    pub fn lock_pcrs(indexes: *const u16, count: usize, result: *mut Area);
    #[link_name = "get-describe"]
    pub fn get_describe(result: *mut Area);
    #[link_name = "get-attestation"]
    pub fn get_attestation(
        has_user_data: u32,
        user_data: *const u8,
        user_data_length: usize,
        has_nonce: u32,
        nonce: *const u8,
        nonce_length: usize,
        has_public_key: u32,
        public_key: *const u8,
        public_key_length: usize,
        result: *mut Area,
    );
    #[link_name = "get-random"]
    pub fn get_random(length: u32, result: *mut Area);
}

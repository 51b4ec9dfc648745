//! The functions of the world for sockets, by their names in the canonical ABI.

use crate::abi::Area;

#[link(wasm_import_module = "qingtian:enclave/vsock@0.1.0")]
extern "C" {
    #[link_name = "[static]listener.listen"]
    pub fn listen(port: u32, backlog: u32, result: *mut Area);
    #[link_name = "[method]listener.subscribe"]
    pub fn subscribe_listener(listener: i32) -> i32;
    #[link_name = "[method]listener.accept"]
    pub fn accept(listener: i32, result: *mut Area);
    #[link_name = "[resource-drop]listener"]
    pub fn drop_listener(listener: i32);
    #[link_name = "[static]connection.connect"]
    pub fn connect(cid: u32, port: u32, result: *mut Area);
    #[link_name = "[method]connection.subscribe"]
    pub fn subscribe_connection(connection: i32) -> i32;
    #[link_name = "[method]connection.streams"]
    pub fn streams(connection: i32, result: *mut Area);
    #[link_name = "[method]connection.local-address"]
    pub fn local_address(connection: i32, result: *mut Area);
    #[link_name = "[method]connection.remote-address"]
    pub fn remote_address(connection: i32, result: *mut Area);
    #[link_name = "[method]connection.shutdown"]
    pub fn shutdown(connection: i32, how: i32, result: *mut Area);
    #[link_name = "[resource-drop]connection"]
    pub fn drop_connection(connection: i32);
    #[link_name = "local-cid"]
    pub fn local_cid() -> u32;
}

#[link(wasm_import_module = "wasi:io/streams@0.2.0")]
extern "C" {
    #[link_name = "[method]input-stream.read"]
    pub fn read(input: i32, limit: u64, result: *mut Area);
    #[link_name = "[method]input-stream.blocking-read"]
    pub fn blocking_read(input: i32, limit: u64, result: *mut Area);
    #[link_name = "[method]input-stream.subscribe"]
    pub fn subscribe_input(input: i32) -> i32;
    #[link_name = "[resource-drop]input-stream"]
    pub fn drop_input(input: i32);
    #[link_name = "[method]output-stream.check-write"]
    pub fn check_write(output: i32, result: *mut Area);
    #[link_name = "[method]output-stream.write"]
    pub fn write(output: i32, bytes: *const u8, length: usize, result: *mut Area);
    #[link_name = "[method]output-stream.subscribe"]
    pub fn subscribe_output(output: i32) -> i32;
    #[link_name = "[resource-drop]output-stream"]
    pub fn drop_output(output: i32);
}

#[link(wasm_import_module = "wasi:io/error@0.2.0")]
extern "C" {
    #[link_name = "[resource-drop]error"]
    pub fn drop_error(error: i32);
}

#[link(wasm_import_module = "wasi:io/poll@0.2.0")]
extern "C" {
    #[link_name = "poll"]
    pub fn poll(pollables: *const i32, count: usize, result: *mut Area);
    #[link_name = "[method]pollable.block"]
    pub fn block(pollable: i32);
    #[link_name = "[resource-drop]pollable"]
    pub fn drop_pollable(pollable: i32);
}

#[link(wasm_import_module = "wasi:clocks/monotonic-clock@0.2.0")]
extern "C" {
    #[link_name = "subscribe-duration"]
    pub fn subscribe_duration(nanoseconds: u64) -> i32;
}

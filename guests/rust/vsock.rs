//! vsock connections and their streams for Rust without any crate: the core functions that the canonical ABI defines
//! for the interfaces of wit/, and safe types over them. A resource is a number (its handle). A result that does not
//! fit into one number is written to the address in the last argument, beginning with its discriminant.

use std::alloc::{alloc, realloc, Layout};

mod listener {
    #[link(wasm_import_module = "qingtian:enclave/vsock@0.1.0")]
    extern "C" {
        #[link_name = "[static]listener.listen"]
        pub fn listen(port: u32, backlog: u32, result: *mut super::Area);
        #[link_name = "[method]listener.subscribe"]
        pub fn subscribe(listener: i32) -> i32;
        #[link_name = "[method]listener.accept"]
        pub fn accept(listener: i32, result: *mut super::Area);
        #[link_name = "[resource-drop]listener"]
        pub fn drop(listener: i32);
    }
}

mod connection {
    #[link(wasm_import_module = "qingtian:enclave/vsock@0.1.0")]
    extern "C" {
        #[link_name = "[method]connection.streams"]
        pub fn streams(connection: i32, result: *mut super::Area);
        #[link_name = "[resource-drop]connection"]
        pub fn drop(connection: i32);
    }
}

mod stream {
    #[link(wasm_import_module = "wasi:io/streams@0.2.0")]
    extern "C" {
        #[link_name = "[method]input-stream.read"]
        pub fn read(input: i32, limit: u64, result: *mut super::Area);
        #[link_name = "[method]input-stream.subscribe"]
        pub fn subscribe_input(input: i32) -> i32;
        #[link_name = "[resource-drop]input-stream"]
        pub fn drop_input(input: i32);
        #[link_name = "[method]output-stream.check-write"]
        pub fn check_write(output: i32, result: *mut super::Area);
        #[link_name = "[method]output-stream.write"]
        pub fn write(output: i32, bytes: *const u8, length: usize, result: *mut super::Area);
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
}

mod pollable {
    #[link(wasm_import_module = "wasi:io/poll@0.2.0")]
    extern "C" {
        #[link_name = "poll"]
        pub fn poll(pollables: *const i32, count: usize, result: *mut super::Area);
        #[link_name = "[resource-drop]pollable"]
        pub fn drop(pollable: i32);
    }
}

/// The area for results: large and aligned enough for every function here.
#[repr(C, align(8))]
#[derive(Default)]
pub struct Area([u32; 4]);

impl Area {
    fn filled(fill: impl FnOnce(*mut Area)) -> Area {
        let mut area = Area::default();
        fill(&mut area);
        area
    }
    /// A discriminant is one byte; the bytes after it are padding.
    fn failed(&self) -> bool {
        self.0[0] & 0xff != 0
    }
    /// The result of a stream call; `payload` is the offset of its error.
    fn stream(self, payload: usize) -> Result<Area, Closed> {
        if !self.failed() {
            return Ok(self);
        }
        let operation_failed = self.0[payload] & 0xff == 0;
        if operation_failed {
            unsafe { stream::drop_error(self.0[payload + 1] as i32) }
        }
        Err(Closed)
    }
}

/// Functions that return a list call this to get memory for it.
#[no_mangle]
unsafe extern "C" fn cabi_realloc(old: *mut u8, old_size: usize, alignment: usize, size: usize) -> *mut u8 {
    if size == 0 {
        return alignment as *mut u8;
    }
    if old_size == 0 {
        return alloc(Layout::from_size_align_unchecked(size, alignment));
    }
    realloc(old, Layout::from_size_align_unchecked(old_size, alignment), size)
}

/// The peer has closed the connection, or has sent everything.
pub struct Closed;

/// Something to wait for.
pub struct Pollable(i32);

impl Drop for Pollable {
    fn drop(&mut self) {
        unsafe { pollable::drop(self.0) }
    }
}

/// Sleeps until at least one of `pollables` is ready; returns the indexes of those that are.
pub fn poll(pollables: &[&Pollable]) -> Vec<usize> {
    let handles: Vec<i32> = pollables.iter().map(|pollable| pollable.0).collect();
    let area = Area::filled(|area| unsafe { pollable::poll(handles.as_ptr(), handles.len(), area) });
    let (pointer, length) = (area.0[0] as *mut u32, area.0[1] as usize);
    let ready = unsafe { Vec::from_raw_parts(pointer, length, length) };
    ready.into_iter().map(|index| index as usize).collect()
}

/// A port that accepts connections from the parent instance.
pub struct Listener {
    pub waiting: Pollable,
    handle: i32,
}

impl Listener {
    /// The error is an error-code of wit/vsock.wit.
    pub fn listen(port: u32, backlog: u32) -> Result<Listener, u32> {
        let area = Area::filled(|area| unsafe { listener::listen(port, backlog, area) });
        if area.failed() {
            return Err(area.0[1] & 0xff);
        }
        let handle = area.0[1] as i32;
        Ok(Listener { waiting: Pollable(unsafe { listener::subscribe(handle) }), handle })
    }

    /// The oldest waiting connection, if there is one.
    pub fn accept(&self) -> Option<Connection> {
        let accepted = Area::filled(|area| unsafe { listener::accept(self.handle, area) });
        if accepted.failed() {
            return None;
        }
        let handle = accepted.0[1] as i32;
        let streams = Area::filled(|area| unsafe { connection::streams(handle, area) });
        if streams.failed() {
            unsafe { connection::drop(handle) }
            return None;
        }
        let (input, output) = (streams.0[1] as i32, streams.0[2] as i32);
        let readable = Pollable(unsafe { stream::subscribe_input(input) });
        let writable = Pollable(unsafe { stream::subscribe_output(output) });
        Some(Connection { readable: Some(readable), writable: Some(writable), input, output, handle })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        unsafe { listener::drop(self.handle) }
    }
}

/// An established connection. Dropping it closes it.
pub struct Connection {
    readable: Option<Pollable>,
    writable: Option<Pollable>,
    input: i32,
    output: i32,
    handle: i32,
}

impl Connection {
    /// Ready when there is something to read, or the end.
    pub fn readable(&self) -> &Pollable {
        self.readable.as_ref().unwrap()
    }

    /// Ready when there is room for a write.
    pub fn writable(&self) -> &Pollable {
        self.writable.as_ref().unwrap()
    }

    /// Reads up to `limit` bytes, without blocking.
    pub fn read(&mut self, limit: usize) -> Result<Vec<u8>, Closed> {
        let area = Area::filled(|area| unsafe { stream::read(self.input, limit as u64, area) }).stream(1)?;
        let (pointer, length) = (area.0[1] as *mut u8, area.0[2] as usize);
        Ok(unsafe { Vec::from_raw_parts(pointer, length, length) })
    }

    /// Writes without blocking; returns how many of `bytes` were written.
    pub fn write(&mut self, bytes: &[u8]) -> Result<usize, Closed> {
        let room = Area::filled(|area| unsafe { stream::check_write(self.output, area) }).stream(2)?;
        let count = bytes.len().min(room.0[2] as usize);
        if count > 0 {
            Area::filled(|area| unsafe { stream::write(self.output, bytes.as_ptr(), count, area) }).stream(1)?;
        }
        Ok(count)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // The pollables must be dropped before their streams.
        self.readable = None;
        self.writable = None;
        unsafe {
            stream::drop_input(self.input);
            stream::drop_output(self.output);
            connection::drop(self.handle);
        }
    }
}

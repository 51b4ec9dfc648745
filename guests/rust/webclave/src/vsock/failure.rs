//! Errors of sockets, as the standard library has them for the same errors of the system.

use super::imports;
use crate::abi::Area;
use std::io;

/// Numbers of errors in WASI. They are not Linux's, so a program should look at the kind of an error.
mod errno {
    pub const ADDRINUSE: i32 = 3;
    pub const ADDRNOTAVAIL: i32 = 4;
    pub const AGAIN: i32 = 6;
    pub const CONNRESET: i32 = 15;
    pub const INVAL: i32 = 28;
    pub const MFILE: i32 = 33;
    pub const NETUNREACH: i32 = 40;
    pub const NOTCONN: i32 = 53;
    pub const PIPE: i32 = 64;
    pub const TIMEDOUT: i32 = 73;
}

/// The error-codes of `wit/vsock.wit` in their order. The first two are refused and reset: on Linux's virtio transport,
/// a port where nobody listens resets the connection.
const CODES: [i32; 9] = [
    errno::CONNRESET,
    errno::CONNRESET,
    errno::TIMEDOUT,
    errno::NETUNREACH,
    errno::ADDRINUSE,
    errno::INVAL,
    errno::AGAIN,
    errno::NOTCONN,
    errno::MFILE,
];

/// The area, or the error-code at `at`.
pub fn checked(area: Area, at: usize) -> io::Result<Area> {
    if !area.failed() {
        return Ok(area);
    }
    let code = CODES.get(usize::from(area.byte(at))).copied().unwrap_or(errno::INVAL);
    Err(io::Error::from_raw_os_error(code))
}

/// How a call of a stream has failed.
pub enum StreamFailure {
    /// The peer has reset the connection.
    Reset,
    /// The stream is at its end.
    Closed,
}

/// The area, or the stream-error at `at`, whose resource is released.
pub fn checked_stream(area: Area, at: usize) -> Result<Area, StreamFailure> {
    if !area.failed() {
        return Ok(area);
    }
    if area.byte(at) != 0 {
        return Err(StreamFailure::Closed);
    }
    unsafe { imports::drop_error(area.handle(at + 4)) }
    Err(StreamFailure::Reset)
}

pub fn would_block() -> io::Error {
    io::Error::from_raw_os_error(errno::AGAIN)
}

pub fn reset() -> io::Error {
    io::Error::from_raw_os_error(errno::CONNRESET)
}

pub fn broken_pipe() -> io::Error {
    io::Error::from_raw_os_error(errno::PIPE)
}

pub fn address_not_available() -> io::Error {
    io::Error::from_raw_os_error(errno::ADDRNOTAVAIL)
}

//! A connection, with the API of the crate `vsock`.

use super::failure::{checked, reset};
use super::poll::{Interest, Pollable};
use super::socket::Socket;
use super::{imports, SockaddrLike, VsockAddr};
use crate::abi::Area;
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::Shutdown;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;
use std::time::Duration;

/// A connection with the parent instance. It is closed when its last clone is dropped.
///
/// Reads and writes wait, unless [`set_nonblocking`](Self::set_nonblocking) says otherwise, and fail as on Linux:
/// `WouldBlock` if a timeout is over or there is nothing to be done in nonblocking mode, `ConnectionReset` after the
/// peer has closed the connection abruptly, `BrokenPipe` for a write when the sending direction is closed. A read at
/// the end gives 0 bytes. A blocking write sends everything, in parts if there is no room for it at once.
#[derive(Debug)]
pub struct VsockStream {
    socket: Arc<Socket>,
}

impl VsockStream {
    /// Connects, and waits for the outcome.
    ///
    /// # Errors
    /// `ConnectionReset` if nobody listens there, as on Linux, `TimedOut`, `InvalidInput` for a port that is none,
    /// the error 40 of WASI (ENETUNREACH), which has no kind, for an address that is not of the parent instance, CID 3. Of sockets there is a limit.
    pub fn connect(addr: &impl SockaddrLike) -> Result<Self> {
        let addr = addr.to_vsock();
        let call = |area| unsafe { imports::connect(addr.cid(), addr.port(), area) };
        let connection = checked(Area::filled(call), 4)?.handle(4);
        Pollable(unsafe { imports::subscribe_connection(connection) }).wait(None);
        Self::of(connection)
    }

    /// Connects to `port` at `cid`.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub fn connect_with_cid_port(cid: u32, port: u32) -> Result<Self> {
        Self::connect(&VsockAddr::new(cid, port))
    }

    pub(super) fn of(connection: i32) -> Result<Self> {
        Ok(VsockStream { socket: Arc::new(Socket::of(connection)?) })
    }

    /// The peer's address.
    ///
    /// # Errors
    /// None.
    pub fn peer_addr(&self) -> Result<VsockAddr> {
        Ok(self.socket.remote())
    }

    /// The address of this end.
    ///
    /// # Errors
    /// None.
    pub fn local_addr(&self) -> Result<VsockAddr> {
        Ok(self.socket.local())
    }

    /// Closes one direction or both. What was written before is still delivered.
    ///
    /// # Errors
    /// `NotConnected` if the connection is over.
    pub fn shutdown(&self, how: Shutdown) -> Result<()> {
        self.socket.shutdown(how)
    }

    /// Another handle of the same connection, which shares its mode and its timeouts.
    ///
    /// # Errors
    /// None.
    pub fn try_clone(&self) -> Result<Self> {
        Ok(VsockStream { socket: Arc::clone(&self.socket) })
    }

    /// Limits how long a read waits; it then fails with `WouldBlock`.
    ///
    /// # Errors
    /// `InvalidInput` for a duration of zero.
    pub fn set_read_timeout(&self, dur: Option<Duration>) -> Result<()> {
        self.socket.read_timeout.set(not_zero(dur)?);
        Ok(())
    }

    /// Limits how long a write waits for room; it then fails with `WouldBlock`, if it has sent nothing.
    ///
    /// # Errors
    /// `InvalidInput` for a duration of zero.
    pub fn set_write_timeout(&self, dur: Option<Duration>) -> Result<()> {
        self.socket.write_timeout.set(not_zero(dur)?);
        Ok(())
    }

    /// `ConnectionReset`, once, after the peer has closed the connection abruptly.
    ///
    /// # Errors
    /// None.
    pub fn take_error(&self) -> Result<Option<Error>> {
        Ok(self.socket.take_reset().then(reset))
    }

    /// Whether reads and writes fail with `WouldBlock` instead of waiting.
    ///
    /// # Errors
    /// None.
    pub fn set_nonblocking(&self, nonblocking: bool) -> Result<()> {
        self.socket.nonblocking.store(nonblocking, Relaxed);
        Ok(())
    }

    /// For [`poll`](super::poll()): ready when there is something to read, or the end.
    pub fn readable(&self) -> Interest<'_> {
        self.socket.readable.interest()
    }

    /// For [`poll`](super::poll()): ready when there is room for a write, or the peer has closed.
    pub fn writable(&self) -> Interest<'_> {
        self.socket.writable.interest()
    }
}

fn not_zero(timeout: Option<Duration>) -> Result<Option<Duration>> {
    if timeout == Some(Duration::ZERO) {
        return Err(Error::new(ErrorKind::InvalidInput, "cannot set a zero duration timeout"));
    }
    Ok(timeout)
}

impl Read for VsockStream {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
        self.socket.read(buf)
    }
}

impl Write for VsockStream {
    fn write(&mut self, buf: &[u8]) -> Result<usize> {
        self.socket.write(buf)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Read for &VsockStream {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
        self.socket.read(buf)
    }
}

impl Write for &VsockStream {
    fn write(&mut self, buf: &[u8]) -> Result<usize> {
        self.socket.write(buf)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

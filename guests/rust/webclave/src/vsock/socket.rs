//! A connection with its two streams: what all clones of a [`VsockStream`](super::VsockStream) share.

use super::failure::{broken_pipe, checked, checked_stream, reset, would_block, StreamFailure};
use super::poll::Pollable;
use super::{imports, VsockAddr};
use crate::abi::Area;
use crate::lists::into_target;
use std::io::Result;
use std::mem::ManuallyDrop;
use std::net::Shutdown;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// An established connection. Dropping it closes it.
#[derive(Debug)]
pub(super) struct Socket {
    connection: i32,
    input: i32,
    output: i32,
    /// Dropped by hand, because it must go before the streams.
    pub readable: ManuallyDrop<Pollable>,
    pub writable: ManuallyDrop<Pollable>,
    pub nonblocking: AtomicBool,
    pub read_timeout: Timeout,
    pub write_timeout: Timeout,
    error_taken: AtomicBool,
}

/// A timeout in nanoseconds; 0 is none.
#[derive(Debug, Default)]
pub(super) struct Timeout(AtomicU64);

impl Timeout {
    pub fn get(&self) -> Option<Duration> {
        Some(self.0.load(Relaxed)).filter(|nanoseconds| *nanoseconds > 0).map(Duration::from_nanos)
    }

    pub fn set(&self, timeout: Option<Duration>) {
        let nanoseconds = timeout.map_or(0, |timeout| timeout.as_nanos());
        self.0.store(u64::try_from(nanoseconds).unwrap_or(u64::MAX), Relaxed);
    }
}

impl Socket {
    /// Takes the streams of `connection`, which it drops if it has none.
    pub fn of(connection: i32) -> Result<Socket> {
        let area = Area::filled(|area| unsafe { imports::streams(connection, area) });
        let area = checked(area, 4).map_err(|error| {
            unsafe { imports::drop_connection(connection) }
            error
        })?;
        let (input, output) = (area.handle(4), area.handle(8));
        Ok(Socket {
            connection,
            input,
            output,
            readable: ManuallyDrop::new(Pollable(unsafe { imports::subscribe_input(input) })),
            writable: ManuallyDrop::new(Pollable(unsafe { imports::subscribe_output(output) })),
            nonblocking: AtomicBool::new(false),
            read_timeout: Timeout::default(),
            write_timeout: Timeout::default(),
            error_taken: AtomicBool::new(false),
        })
    }

    pub fn read(&self, buffer: &mut [u8]) -> Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let timeout = self.read_timeout.get();
        if self.nonblocking.load(Relaxed) {
            return self.read_by(imports::read, buffer)?.ok_or_else(would_block);
        }
        if timeout.is_some() && !self.readable.wait(timeout) {
            return Err(would_block());
        }
        Ok(self.read_by(imports::blocking_read, buffer)?.unwrap_or(0))
    }

    /// What `call` reads: nothing if there is nothing yet, and 0 at the end.
    fn read_by(
        &self,
        call: unsafe extern "C" fn(i32, u64, *mut Area),
        buffer: &mut [u8],
    ) -> Result<Option<usize>> {
        let limit = buffer.len();
        let area =
            into_target(buffer, || Area::filled(|area| unsafe { call(self.input, limit as u64, area) }));
        match checked_stream(area, 4) {
            Ok(area) => {
                Ok(Some(area.word(8) as usize).filter(|length| *length > 0).map(|length| length.min(limit)))
            }
            Err(StreamFailure::Closed) => Ok(Some(0)),
            Err(StreamFailure::Reset) => Err(reset()),
        }
    }

    /// A blocking write sends everything, as Linux's does; it ends earlier by an error, which is then the next one's.
    pub fn write(&self, bytes: &[u8]) -> Result<usize> {
        let mut sent = 0;
        while sent < bytes.len() {
            match self.write_part(&bytes[sent..]) {
                Ok(count) => sent += count,
                Err(error) if sent == 0 => return Err(error),
                Err(_) => break,
            }
        }
        Ok(sent)
    }

    /// Writes what there is room for, at least one byte.
    fn write_part(&self, bytes: &[u8]) -> Result<usize> {
        let mut room = self.room()?;
        if room == 0 {
            let waits = !self.nonblocking.load(Relaxed);
            if !waits || !self.writable.wait(self.write_timeout.get()) {
                return Err(would_block());
            }
            room = self.room()?;
        }
        let count = bytes.len().min(room);
        let write = |area| unsafe { imports::write(self.output, bytes.as_ptr(), count, area) };
        checked_stream(Area::filled(write), 4).map_err(writing)?;
        Ok(count)
    }

    /// How many bytes can be written now.
    fn room(&self) -> Result<usize> {
        let area = Area::filled(|area| unsafe { imports::check_write(self.output, area) });
        let area = checked_stream(area, 8).map_err(writing)?;
        Ok(if area.word(12) > 0 { usize::MAX } else { area.word(8) as usize })
    }

    pub fn shutdown(&self, how: Shutdown) -> Result<()> {
        let how = match how {
            Shutdown::Read => 0,
            Shutdown::Write => 1,
            Shutdown::Both => 2,
        };
        let call = |area| unsafe { imports::shutdown(self.connection, how, area) };
        checked(Area::filled(call), 1)?;
        Ok(())
    }

    pub fn local(&self) -> VsockAddr {
        address(|area| unsafe { imports::local_address(self.connection, area) })
    }

    pub fn remote(&self) -> VsockAddr {
        address(|area| unsafe { imports::remote_address(self.connection, area) })
    }

    /// Whether the connection was reset and this was not yet asked.
    pub fn take_reset(&self) -> bool {
        let area = Area::filled(|area| unsafe { imports::check_write(self.output, area) });
        let is_reset = matches!(checked_stream(area, 8), Err(StreamFailure::Reset));
        is_reset && !self.error_taken.swap(true, Relaxed)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        unsafe {
            ManuallyDrop::drop(&mut self.readable);
            ManuallyDrop::drop(&mut self.writable);
            imports::drop_input(self.input);
            imports::drop_output(self.output);
            imports::drop_connection(self.connection);
        }
    }
}

fn writing(failure: StreamFailure) -> std::io::Error {
    match failure {
        StreamFailure::Closed => broken_pipe(),
        StreamFailure::Reset => reset(),
    }
}

fn address(call: impl FnOnce(*mut Area)) -> VsockAddr {
    let area = Area::filled(call);
    VsockAddr::new(area.word(0), area.word(4))
}

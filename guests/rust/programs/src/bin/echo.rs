//! Echoes every connection to vsock port 5000, several at a time, until the enclave is stopped.

use std::io::{self, ErrorKind, Read, Write};
use vsock::{poll, Interest, VsockListener, VsockStream, VMADDR_CID_ANY};

const PORT: u32 = 5000;
const BUFFER: usize = 65536;

/// One connection, and the bytes that still must be sent back; nothing more is read meanwhile.
struct Echo {
    stream: VsockStream,
    bytes: Vec<u8>,
    sent: usize,
}

impl Echo {
    fn new(stream: VsockStream) -> io::Result<Echo> {
        stream.set_nonblocking(true)?;
        Ok(Echo { stream, bytes: Vec::new(), sent: 0 })
    }

    fn awaited(&self) -> Interest<'_> {
        if self.bytes.is_empty() {
            self.stream.readable()
        } else {
            self.stream.writable()
        }
    }

    /// Does everything that does not block; whether the connection goes on.
    fn advance(&mut self, buffer: &mut [u8]) -> io::Result<bool> {
        if self.bytes.is_empty() {
            let length = self.stream.read(buffer)?;
            if length == 0 {
                return Ok(false);
            }
            self.bytes.extend_from_slice(&buffer[..length]);
        }
        self.sent += self.stream.write(&self.bytes[self.sent..])?;
        if self.sent == self.bytes.len() {
            self.bytes.clear();
            self.sent = 0;
        }
        Ok(true)
    }
}

fn main() -> io::Result<()> {
    let listener = VsockListener::bind_with_cid_port(VMADDR_CID_ANY, PORT)?;
    println!("echo listens on port {}", PORT);
    let mut buffer = vec![0; BUFFER];
    let mut echoes: Vec<Echo> = Vec::new();
    loop {
        let mut awaited: Vec<Interest> = echoes.iter().map(Echo::awaited).collect();
        awaited.push(listener.acceptable());
        let ready = poll(&awaited, None)?;
        let waiting = awaited.len() - 1;
        // In reverse order, so that ending one does not move those still to be handled.
        for index in ready.into_iter().rev() {
            if index == waiting {
                echoes.push(Echo::new(listener.accept()?.0)?);
                continue;
            }
            let goes_on = match echoes[index].advance(&mut buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => true,
                outcome => outcome.unwrap_or(false),
            };
            if !goes_on {
                echoes.swap_remove(index);
            }
        }
    }
}

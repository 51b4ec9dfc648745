//! Echoes every connection to vsock port 5000, several at a time, until the enclave is stopped.

mod vsock;

use vsock::{poll, Closed, Connection, Listener, Pollable};

const PORT: u32 = 5000;
const BACKLOG: u32 = 16;
const BUFFER: usize = 65536;

/// One connection, and the bytes that still must be sent back; nothing more is read meanwhile.
struct Echo {
    connection: Connection,
    bytes: Vec<u8>,
    sent: usize,
}

impl Echo {
    fn new(connection: Connection) -> Echo {
        Echo { connection, bytes: Vec::new(), sent: 0 }
    }

    fn awaited(&self) -> &Pollable {
        if self.bytes.is_empty() { self.connection.readable() } else { self.connection.writable() }
    }

    /// Does everything that does not block.
    fn advance(&mut self) -> Result<(), Closed> {
        if self.bytes.is_empty() {
            self.bytes = self.connection.read(BUFFER)?;
        }
        self.sent += self.connection.write(&self.bytes[self.sent..])?;
        if self.sent == self.bytes.len() {
            self.bytes.clear();
            self.sent = 0;
        }
        Ok(())
    }
}

fn main() {
    let listener = match Listener::listen(PORT, BACKLOG) {
        Ok(listener) => listener,
        Err(code) => panic!("port {} cannot be listened on: error-code {}", PORT, code),
    };
    println!("echo listens on port {}", PORT);
    let mut echoes: Vec<Echo> = Vec::new();
    loop {
        let mut awaited: Vec<&Pollable> = echoes.iter().map(Echo::awaited).collect();
        awaited.push(&listener.waiting);
        let ready = poll(&awaited);
        // In reverse order, so that ending one does not move those still to be handled.
        for index in ready.into_iter().rev() {
            if index == echoes.len() {
                echoes.extend(listener.accept().map(Echo::new));
            } else if echoes[index].advance().is_err() {
                echoes.swap_remove(index);
            }
        }
    }
}

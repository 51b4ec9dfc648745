//! Answers on vsock port 5000 with what it receives, in upper case: one connection after another.

mod shout;
mod vsock;

use shout::shout;
use vsock::{poll, Closed, Connection, Listener};

const PORT: u32 = 5000;
const BACKLOG: u32 = 16;
const BUFFER: usize = 65536;

/// Returns when the peer has sent everything, or no longer receives.
fn answer(mut connection: Connection) -> Result<(), Closed> {
    loop {
        poll(&[connection.readable()]);
        let mut bytes = connection.read(BUFFER)?;
        shout(&mut bytes);
        let mut sent = 0;
        while sent < bytes.len() {
            poll(&[connection.writable()]);
            sent += connection.write(&bytes[sent..])?;
        }
    }
}

fn main() {
    let listener = match Listener::listen(PORT, BACKLOG) {
        Ok(listener) => listener,
        Err(code) => panic!("port {} cannot be listened on: error-code {}", PORT, code),
    };
    loop {
        poll(&[&listener.waiting]);
        if let Some(connection) = listener.accept() {
            let _ = answer(connection);
        }
    }
}

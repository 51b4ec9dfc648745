//! Answers on vsock port 5000 with what it receives, in upper case: one connection after another.

mod shout;

use shout::shout;
use std::io::{Read, Result, Write};
use vsock::{VsockListener, VsockStream, VMADDR_CID_ANY};

const PORT: u32 = 5000;
const BUFFER: usize = 65536;

/// Returns when the peer has sent everything, or no longer receives.
fn answer(mut stream: VsockStream) -> Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let length = stream.read(&mut buffer)?;
        if length == 0 {
            return Ok(());
        }
        shout(&mut buffer[..length]);
        stream.write_all(&buffer[..length])?;
    }
}

fn main() -> Result<()> {
    let listener = VsockListener::bind_with_cid_port(VMADDR_CID_ANY, PORT)?;
    for stream in listener.incoming() {
        let _ = answer(stream?);
    }
    Ok(())
}

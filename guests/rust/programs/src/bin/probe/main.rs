//! Runs what a test asks for: a connection to vsock port 5000 sends the name of a check and its arguments, and gets one
//! line for each outcome.

mod memory;
mod nsm;
mod qtsm;
mod sockets;
mod standard;

use std::io::{Read, Write};
use vsock::{VsockListener, VsockStream, VMADDR_CID_ANY};

const PORT: u32 = 5000;

/// The outcomes of the check that `words` name.
fn outcomes(words: &[&str]) -> Vec<String> {
    match words {
        ["addresses"] => sockets::addresses(),
        ["silent-peer", port] => sockets::silent_peer(number(port)),
        ["reset", port] => sockets::reset(number(port)),
        ["echo", port] => sockets::echo(number(port)),
        ["bulk", port, length] => sockets::bulk(number(port), number(length) as usize),
        ["several", port, count] => sockets::several(number(port), number(count) as usize),
        ["qtsm"] => qtsm::calls(),
        ["attest", user_data, nonce, public_key] => nsm::attest(user_data, nonce, public_key),
        ["nsm"] => nsm::requests(),
        ["descriptors"] => nsm::descriptors(),
        ["limits"] => nsm::limits(),
        ["memory", port, calls] => memory::growth(number(port), number(calls)),
        ["handles", port, count] => memory::handles(number(port), number(count)),
        ["leak", calls] => memory::leak(number(calls)),
        ["std"] => standard::calls(),
        ["thread"] => standard::thread(),
        _ => vec![format!("there is no check {:?}", words)],
    }
}

fn number(word: &str) -> u32 {
    word.parse().unwrap()
}

fn answer(stream: &mut VsockStream) -> std::io::Result<()> {
    let mut request = String::new();
    stream.read_to_string(&mut request)?;
    let words: Vec<&str> = request.split(' ').collect();
    stream.write_all(outcomes(&words).join("\n").as_bytes())
}

fn main() -> std::io::Result<()> {
    let listener = VsockListener::bind_with_cid_port(VMADDR_CID_ANY, PORT)?;
    for stream in listener.incoming() {
        let _ = answer(&mut stream?);
    }
    Ok(())
}

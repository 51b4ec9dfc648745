//! How much the memory grows by many calls.

use core::arch::wasm32::memory_size;
use std::io::{Read, Write};
use std::time::Duration;
use vsock::{poll, VsockListener, VsockStream, VMADDR_CID_ANY, VMADDR_PORT_ANY};
use webclave::qtsm;

const PARENT: u32 = 3;
/// After so many calls all that is allocated once has been.
const WARM: u32 = 100;

/// The pages by which the memory grows in `calls` rounds: each makes calls that return lists, fails in some, and sends
/// a message to an echo at `port`; each hundredth makes a connection and a document.
pub fn growth(port: u32, calls: u32) -> Vec<String> {
    let mut stream = VsockStream::connect_with_cid_port(PARENT, port).unwrap();
    let mut buffer = [0; 3000];
    let mut before = 0;
    // With files, the program has a constructor, which must run only once.
    assert!(std::fs::metadata("/").unwrap().is_dir());
    for call in 0..WARM + calls {
        if call == WARM {
            before = memory_size(0);
        }
        qtsm::describe_pcr(0).unwrap();
        qtsm::describe_pcr(32).unwrap_err();
        qtsm::extend_pcr(20, &buffer[..100]).unwrap();
        qtsm::get_random(256).unwrap();
        qtsm::get_describe().unwrap();
        stream.write_all(&buffer).unwrap();
        stream.read_exact(&mut buffer).unwrap();
        if call % 100 == 0 {
            qtsm::get_attestation(Some(&buffer[..512]), None, None).unwrap();
            drop(VsockStream::connect_with_cid_port(PARENT, port).unwrap());
            VsockStream::connect_with_cid_port(PARENT, VMADDR_PORT_ANY).unwrap_err();
        }
    }
    vec![format!("{}", memory_size(0) - before)]
}

/// Makes and drops everything that has a handle `count` times, which ends the enclave if one is never dropped. The peer
/// at `port` resets connections after their first byte.
pub fn handles(port: u32, count: u32) -> Vec<String> {
    let mut stream = VsockStream::connect_with_cid_port(PARENT, port).unwrap();
    stream.write_all(b"x").unwrap();
    stream.read(&mut [0]).unwrap_err();
    for _ in 0..count {
        // The error of a stream, a timer, a listener, and a connection that is refused.
        stream.read(&mut [0]).unwrap_err();
        stream.write(&[0]).unwrap_err();
        let listener = VsockListener::bind_with_cid_port(VMADDR_CID_ANY, 7000).unwrap();
        assert!(poll(&[listener.acceptable()], Some(Duration::ZERO)).unwrap().is_empty());
        VsockStream::connect_with_cid_port(PARENT, 4999).unwrap_err();
    }
    vec!["all were dropped".to_string()]
}

/// The same as `growth` for a program that loses what it gets: the control of the test.
pub fn leak(calls: u32) -> Vec<String> {
    let before = memory_size(0);
    for _ in 0..calls {
        std::mem::forget(qtsm::get_random(256).unwrap());
    }
    vec![format!("{}", memory_size(0) - before)]
}

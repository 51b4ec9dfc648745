//! Sockets, and how they fail.

use std::fmt::Debug;
use std::io::{ErrorKind, Read, Result, Write};
use std::net::Shutdown;
use std::time::Duration;
use vsock::{
    get_local_cid, poll, SockAddr, VsockAddr, VsockListener, VsockStream, VMADDR_CID_ANY, VMADDR_CID_HOST,
    VMADDR_PORT_ANY,
};

const PARENT: u32 = 3;
const BRIEF: Duration = Duration::from_millis(20);

/// An outcome by its name; of an error the kind.
fn named<Value: Debug>(name: &str, outcome: Result<Value>) -> String {
    match outcome {
        Ok(value) => format!("{}: {:?}", name, value),
        Err(error) => format!("{}: {:?}", name, error.kind()),
    }
}

pub fn addresses() -> Vec<String> {
    let connect = |cid, port| VsockStream::connect_with_cid_port(cid, port).map(|_| "connected");
    let bind = |cid, port| VsockListener::bind(&VsockAddr::new(cid, port));
    let first = bind(VMADDR_CID_ANY, 7000);
    let mut lines = vec![
        named("nobody listens", connect(PARENT, 4999)),
        named("no port", connect(PARENT, u32::MAX)),
        format!("host: {:?}", connect(VMADDR_CID_HOST, 4999).unwrap_err().raw_os_error()),
        named("bound", first.as_ref().map_or_else(|_| unreachable!(), |one| one.local_addr())),
        named("bound again", bind(VMADDR_CID_ANY, 7000)),
        named("bound elsewhere", bind(77, 7001)),
        named("old address", VsockListener::bind(&SockAddr::new_vsock(VMADDR_CID_ANY, 7002)).map(drop)),
    ];
    drop(first);
    lines.push(named("bound after a drop", bind(get_local_cid().unwrap(), 7000).map(drop)));
    let any = [(); 2].map(|_| bind(VMADDR_CID_ANY, VMADDR_PORT_ANY).unwrap());
    let ports = any.iter().map(|one| one.local_addr().unwrap().port());
    lines.push(format!("any ports: {:?}", ports.collect::<Vec<_>>()));
    any[0].set_nonblocking(true).unwrap();
    lines.push(named("accept", any[0].accept()));
    lines.push(named("poll", poll(&[any[0].acceptable(), any[1].acceptable()], Some(BRIEF))));
    lines.push(named("poll of nothing", poll(&[], None)));
    let mut many = Vec::new();
    let end = loop {
        match bind(VMADDR_CID_ANY, 10_000 + many.len() as u32) {
            Ok(listener) => many.push(listener),
            Err(error) => break error,
        }
    };
    lines.push(format!("many: {} {:?}", many.len(), end.raw_os_error()));
    lines
}

/// The peer accepts, and neither reads nor writes.
pub fn silent_peer(port: u32) -> Vec<String> {
    let mut stream = VsockStream::connect_with_cid_port(PARENT, port).unwrap();
    let mut buffer = [0; 10];
    let mut lines = vec![named("peer", stream.peer_addr())];
    lines.push(named("no bytes", stream.read(&mut [])));
    lines.push(named("nothing to write", stream.write(&[])));
    lines.push(named("no timeout", stream.set_read_timeout(Some(Duration::ZERO))));
    stream.set_read_timeout(Some(BRIEF)).unwrap();
    lines.push(named("read timeout", stream.read(&mut buffer)));
    lines.push(named("poll", poll(&[stream.readable()], Some(BRIEF))));
    lines.push(named("poll for room", poll(&[stream.readable(), stream.writable()], None)));
    stream.set_write_timeout(Some(BRIEF)).unwrap();
    let part = stream.write(&vec![1; 8 << 20]);
    lines.push(named("a part is written", part.map(|count| count > 0 && count < 8 << 20)));
    lines.push(named("write timeout", stream.write(&buffer)));
    stream.set_nonblocking(true).unwrap();
    lines.push(named("read", stream.read(&mut buffer)));
    lines.push(named("write", stream.write(&buffer)));
    lines.push(named("error", stream.take_error()));
    lines.push(named("shutdown", stream.shutdown(Shutdown::Write)));
    lines.push(named("write after shutdown", stream.write(&buffer)));
    lines.push(named("shutdown again", stream.shutdown(Shutdown::Write)));
    lines.push(named("shutdown for reading", stream.shutdown(Shutdown::Read)));
    stream.set_nonblocking(false).unwrap();
    lines.push(named("read after shutdown", stream.read(&mut buffer)));
    lines
}

/// The peer aborts each connection after its first byte.
pub fn reset(port: u32) -> Vec<String> {
    let mut stream = VsockStream::connect_with_cid_port(PARENT, port).unwrap();
    stream.write_all(b"x").unwrap();
    let mut lines = vec![named("read", stream.read(&mut [0; 10]))];
    lines.push(named("write", stream.write(b"y")));
    lines.push(named("error", stream.take_error().map(|error| error.map(|one| one.kind()))));
    lines.push(named("error again", stream.take_error()));
    lines.push(named("shutdown", stream.shutdown(Shutdown::Both)));
    lines
}

/// The peer echoes.
pub fn echo(port: u32) -> Vec<String> {
    let stream = VsockStream::connect_with_cid_port(PARENT, port).unwrap();
    let clone = stream.try_clone().unwrap();
    drop(stream);
    (&clone).write_all(b"hello").unwrap();
    clone.shutdown(Shutdown::Write).unwrap();
    let mut text = String::new();
    (&clone).read_to_string(&mut text).unwrap();
    vec![text, named("at the end", (&clone).read(&mut [0; 10]))]
}

/// The peer reads everything; one write is the whole.
pub fn bulk(port: u32, length: usize) -> Vec<String> {
    let mut stream = VsockStream::connect_with_cid_port(PARENT, port).unwrap();
    vec![named("written", stream.write(&vec![7; length]))]
}

/// Accepts `count` connections on `port`, and serves them by `poll` until each has ended.
pub fn several(port: u32, count: usize) -> Vec<String> {
    let listener = VsockListener::bind_with_cid_port(VMADDR_CID_ANY, port).unwrap();
    let mut streams: Vec<(VsockStream, usize)> = Vec::new();
    let mut lines = Vec::new();
    while lines.len() < count {
        let mut awaited: Vec<_> = streams.iter().map(|(stream, _)| stream.readable()).collect();
        awaited.push(listener.acceptable());
        for index in poll(&awaited, None).unwrap().into_iter().rev() {
            if index == streams.len() {
                streams.push((listener.accept().unwrap().0, 0));
                continue;
            }
            let (stream, total) = &mut streams[index];
            match stream.read(&mut [0; 1000]) {
                Ok(0) => lines.push(format!("{}", streams.swap_remove(index).1)),
                Ok(length) => *total += length,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => panic!("{}", error),
            }
        }
    }
    lines
}

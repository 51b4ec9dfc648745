//! What the standard library says of what an enclave does not have.

use std::io::Result;

pub fn calls() -> Vec<String> {
    fn kind<Value>(name: &str, outcome: Result<Value>) -> String {
        match outcome {
            Ok(_) => format!("{}: works", name),
            Err(error) => format!("{}: {:?}: {}", name, error.kind(), error),
        }
    }
    vec![
        kind("thread", std::thread::Builder::new().spawn(|| ())),
        kind("tcp", std::net::TcpStream::connect("127.0.0.1:80")),
        kind("listen", std::net::TcpListener::bind("127.0.0.1:80")),
        kind("udp", std::net::UdpSocket::bind("127.0.0.1:80")),
        kind("process", std::process::Command::new("ls").spawn()),
    ]
}

/// A thread without a `Builder` ends the program with a message on the console.
pub fn thread() -> Vec<String> {
    let _ = std::thread::spawn(|| ());
    vec!["works".to_string()]
}

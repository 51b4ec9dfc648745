//! A program as for a real Nitro enclave. A client sends the length of a nonce as 8 bytes (big-endian) and the nonce; it
//! gets the length of an attestation document and the document.

use aws_nitro_enclaves_nsm_api::api::{Digest, ErrorCode, Request, Response};
use aws_nitro_enclaves_nsm_api::driver::{nsm_exit, nsm_init, nsm_process_request};
use serde_bytes::ByteBuf;
use std::error::Error;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::time::Duration;
use vsock::{VsockAddr, VsockListener, VsockStream, VMADDR_CID_ANY};

const PORT: u32 = 5005;
const LONGEST_NONCE: u64 = 512;

/// The descriptor of the module, closed when it is dropped.
struct Nsm(i32);

impl Nsm {
    fn open() -> Result<Self, Box<dyn Error>> {
        match nsm_init() {
            fd if fd < 0 => Err("the module cannot be opened".into()),
            fd => Ok(Nsm(fd)),
        }
    }

    fn ask(&self, request: Request) -> Result<Response, Box<dyn Error>> {
        match nsm_process_request(self.0, request) {
            Response::Error(ErrorCode::InputTooLarge) => Err("the request is too long".into()),
            Response::Error(code) => Err(format!("{:?}", code).into()),
            response => Ok(response),
        }
    }

    fn document(&self, nonce: Vec<u8>, user_data: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
        let request = Request::Attestation {
            user_data: Some(ByteBuf::from(user_data.to_vec())),
            nonce: Some(ByteBuf::from(nonce)),
            public_key: None,
        };
        match self.ask(request)? {
            Response::Attestation { document } => Ok(document),
            other => Err(format!("{:?}", other).into()),
        }
    }
}

impl Drop for Nsm {
    fn drop(&mut self) {
        nsm_exit(self.0);
    }
}

fn serve(stream: &mut VsockStream, nsm: &Nsm, user_data: &[u8]) -> Result<(), Box<dyn Error>> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut length = [0; 8];
    stream.read_exact(&mut length)?;
    let length = u64::from_be_bytes(length);
    if length > LONGEST_NONCE {
        return Err("the nonce is too long".into());
    }
    let mut nonce = vec![0; length as usize];
    stream.read_exact(&mut nonce)?;
    let document = nsm.document(nonce, user_data)?;
    stream.write_all(&(document.len() as u64).to_be_bytes())?;
    stream.write_all(&document)?;
    stream.shutdown(Shutdown::Both)?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let nsm = Nsm::open()?;
    let mut user_data = Vec::new();
    if let Response::DescribeNSM { module_id, locked_pcrs, digest, .. } = nsm.ask(Request::DescribeNSM)? {
        assert!(digest == Digest::SHA384 && locked_pcrs.contains(&0));
        user_data.extend_from_slice(module_id.as_bytes());
    }
    nsm.ask(Request::ExtendPCR { index: 16, data: b"configuration".to_vec() })?;
    nsm.ask(Request::LockPCRs { range: 17 })?;
    let listener = VsockListener::bind(&VsockAddr::new(VMADDR_CID_ANY, PORT))?;
    println!("listening on port {}", listener.local_addr()?.port());
    for stream in listener.incoming() {
        let mut stream = stream?;
        let peer = stream.peer_addr()?;
        if let Err(error) = serve(&mut stream, &nsm, &user_data) {
            eprintln!("{}: {}", peer, error);
        }
    }
    Ok(())
}

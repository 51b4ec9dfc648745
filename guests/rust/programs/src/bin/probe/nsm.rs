//! Requests to the NSM by the paths of AWS's crate.

use aws_nitro_enclaves_nsm_api::api::{Request, Response};
use aws_nitro_enclaves_nsm_api::driver::{nsm_exit, nsm_init, nsm_process_request};
use serde_bytes::ByteBuf;

/// A response without the bytes that are another each time.
fn shown(name: &str, response: Response) -> String {
    match response {
        Response::DescribePCR { lock, data } => format!("{}: {} {}", name, lock, data.len()),
        Response::ExtendPCR { data } => format!("{}: {:02x?}", name, data),
        Response::GetRandom { random } => format!("{}: {} bytes", name, random.len()),
        Response::Attestation { document } => format!("{}: {}", name, document.len() > 1000),
        Response::DescribeNSM { version_major, max_pcrs, locked_pcrs, digest, .. } => {
            format!("{}: {} {} {:?} {:?}", name, version_major, max_pcrs, digest, locked_pcrs)
        }
        other => format!("{}: {:?}", name, other),
    }
}

fn attestation(user_data: usize, nonce: usize, public_key: usize) -> Request {
    let bytes = |length| Some(ByteBuf::from(vec![0; length]));
    let (user_data, nonce, public_key) = (bytes(user_data), bytes(nonce), bytes(public_key));
    Request::Attestation { user_data, nonce, public_key }
}

pub fn requests() -> Vec<String> {
    let fd = nsm_init();
    let ask = |name, request| shown(name, nsm_process_request(fd, request));
    let extend = |index, length| Request::ExtendPCR { index, data: vec![0; length] };
    let lines = vec![
        ask("pcr", Request::DescribePCR { index: 15 }),
        ask("no pcr", Request::DescribePCR { index: 32 }),
        ask("extend", Request::ExtendPCR { index: 16, data: b"data".to_vec() }),
        ask("extend a locked one", extend(15, 1)),
        ask("extend none", extend(32, 1)),
        ask("extend by much", extend(16, 4069)),
        ask("extend by more", extend(16, 4070)),
        ask("lock", Request::LockPCR { index: 16 }),
        ask("lock again", Request::LockPCR { index: 16 }),
        ask("lock none", Request::LockPCR { index: 32 }),
        ask("lock below 18", Request::LockPCRs { range: 18 }),
        ask("lock below 18 again", Request::LockPCRs { range: 18 }),
        ask("lock below 33", Request::LockPCRs { range: 33 }),
        ask("lock below 0", Request::LockPCRs { range: 0 }),
        ask("description", Request::DescribeNSM),
        ask("random", Request::GetRandom),
        ask("attestation", attestation(10, 10, 10)),
    ];
    nsm_exit(fd);
    lines
}

/// Lengths of the fields of a document; the limits are those of the profile.
pub fn limits() -> Vec<String> {
    let fd = nsm_init();
    let ask = |name, request| shown(name, nsm_process_request(fd, request));
    let lines = vec![
        ask("512 512 1024", attestation(512, 512, 1024)),
        ask("513 0 0", attestation(513, 0, 0)),
        ask("0 1024 0", attestation(0, 1024, 0)),
        ask("1025 0 0", attestation(1025, 0, 0)),
        ask("0 1025 0", attestation(0, 1025, 0)),
        ask("0 0 1025", attestation(0, 0, 1025)),
        ask("a mebibyte", attestation(1 << 20, 0, 0)),
    ];
    nsm_exit(fd);
    lines
}

pub fn descriptors() -> Vec<String> {
    let ask = |name, fd| shown(name, nsm_process_request(fd, Request::GetRandom));
    let all: Vec<i32> = (0..33).map(|_| nsm_init()).collect();
    let mut lines = vec![
        format!("all open: {}", all[..32].iter().all(|fd| *fd >= 0)),
        format!("one more: {}", all[32]),
        ask("last", all[31]),
    ];
    for fd in &all {
        nsm_exit(*fd);
    }
    lines.extend([ask("closed", all[0]), ask("none", -1), ask("least", i32::MIN), ask("most", i32::MAX)]);
    let long = Request::ExtendPCR { index: 16, data: vec![0; 5000] };
    lines.push(shown("too long, and none", nsm_process_request(-1, long)));
    lines
}

/// The document with these texts, in hexadecimal; `-` is absent.
pub fn attest(user_data: &str, nonce: &str, public_key: &str) -> Vec<String> {
    let [user_data, nonce, public_key] =
        [user_data, nonce, public_key].map(|text| Some(text).filter(|text| *text != "-").map(ByteBuf::from));
    let fd = nsm_init();
    let response = nsm_process_request(fd, Request::Attestation { user_data, nonce, public_key });
    nsm_exit(fd);
    match response {
        Response::Attestation { document } => {
            vec![document.iter().map(|byte| format!("{:02x}", byte)).collect()]
        }
        other => vec![format!("{:?}", other)],
    }
}

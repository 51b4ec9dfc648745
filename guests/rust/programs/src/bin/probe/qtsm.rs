//! The QTSM's calls and their error numbers.

use webclave::qtsm::{
    describe_pcr, extend_pcr, get_attestation, get_describe, get_random, lock_pcr, lock_pcrs, Error,
};

/// An outcome by its name; of an error the QTSM's number.
fn named<Value>(name: &str, outcome: Result<Value, Error>, show: impl Fn(Value) -> String) -> String {
    match outcome {
        Ok(value) => format!("{}: {}", name, show(value)),
        Err(error) => format!("{}: {} {}", name, error as u8, error),
    }
}

pub fn calls() -> Vec<String> {
    let length = |bytes: Vec<u8>| format!("{} bytes", bytes.len());
    let done = |()| "done".to_string();
    let pcr =
        |index| named("pcr", describe_pcr(index), |pcr| format!("{} {:02x?}", pcr.locked, &pcr.value[..2]));
    vec![
        pcr(0),
        pcr(31),
        pcr(32),
        named("extend", extend_pcr(16, b"data"), |value| format!("{:02x?}", value)),
        named("extend a locked one", extend_pcr(0, b"data"), length),
        named("extend none", extend_pcr(99, b"data"), length),
        named("extend by much", extend_pcr(16, &[0; 4096]), length),
        named("extend by more", extend_pcr(16, &vec![0; 1 << 20]), length),
        named("lock", lock_pcr(17), done),
        named("lock again", lock_pcr(17), done),
        named("lock none", lock_pcr(32), done),
        named("lock two", lock_pcrs(&[18, 19]), done),
        named("lock them again", lock_pcrs(&[20, 19]), done),
        pcr(20),
        named("lock too many", lock_pcrs(&[21; 33]), done),
        named("lock nothing", lock_pcrs(&[]), done),
        named("random", get_random(256), length),
        named("no random", get_random(0), length),
        named("too much random", get_random(257), length),
        named("user data", get_attestation(Some(&[0; 1025]), None, None), length),
        named("public key", get_attestation(None, None, Some(&[0; 1025])), length),
        named("description", get_describe(), |one| {
            format!("{:?} {} {:?} {:?}", one.version, one.max_pcrs, one.digest, one.locked_pcrs)
        }),
    ]
}

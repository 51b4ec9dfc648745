//! A service for tests of the feature `c-library`: values, failures, memory, and the KMS in both dialects.

use core::arch::wasm32::memory_size;
use std::env;
use webclave::crypto::{aes_gcm_open, aes_gcm_seal, p256_public, p256_sign};
use webclave::kms::{Credentials, Dialect, KmsClient};
use webclave::qtsm;
use webclave::service::{Answer, Failure, Service, Value};
use webclave::vsock::{VsockStream, PARENT_CID};

const CREDENTIALS: Credentials<'static> =
    Credentials { access_key_id: b"AKIDEXAMPLE", secret_access_key: b"wJalrXUtnFEMI/K7MDENG" };

type Outcome = Result<Answer, Failure>;

/// How often it was called.
fn count(calls: &mut u64, _: Value<'_>) -> Outcome {
    *calls += 1;
    Ok(Answer::Number(*calls))
}

/// Members of the request, and what is none.
fn values(_: &mut u64, request: Value<'_>) -> Outcome {
    let missing = || Failure::new("E_ARGUMENT", "a member is missing");
    let member = |name| request.member(name).ok_or_else(missing);
    let (text, bytes, number) = (member("text")?, member("bytes")?, member("number")?);
    let others = [text.number().is_some(), number.text().is_some(), number.bytes().is_some()];
    assert!(!others.contains(&true) && text.member("text").is_none());
    Ok(Answer::Object(vec![
        ("text", Answer::Text(text.text().ok_or_else(missing)?.into())),
        ("bytes", Answer::bytes(bytes.bytes().ok_or_else(missing)?)),
        (
            "list",
            Answer::Array(vec![Answer::Number(number.number().ok_or_else(missing)?), Answer::Array(vec![])]),
        ),
    ]))
}

/// What cannot be sent.
fn unsendable(_: &mut u64, request: Value<'_>) -> Outcome {
    let text = request.text().unwrap_or("");
    Ok(if text.is_empty() {
        Answer::Array(vec![Answer::Nothing])
    } else {
        Answer::Text(format!("{}\0", text))
    })
}

fn panics(_: &mut u64, _: Value<'_>) -> Outcome {
    panic!("as it should")
}

/// The pages by which the memory grows in so many rounds of calls that return lists.
fn growth(_: &mut u64, request: Value<'_>) -> Outcome {
    let rounds = request.number().unwrap_or(0);
    let mut before = 0;
    for round in 0..100 + rounds {
        if round == 100 {
            before = memory_size(0);
        }
        qtsm::get_random(256)?;
        qtsm::get_describe()?;
        if round % 100 == 0 {
            qtsm::get_attestation(None, None, None)?;
            VsockStream::connect_with_cid_port(PARENT_CID, 4999).unwrap_err();
        }
    }
    Ok(Answer::Number((memory_size(0) - before) as u64))
}

/// Makes a data key, decrypts it in both ways, and has random bytes, all in the dialect of the request.
fn keys(_: &mut u64, request: Value<'_>) -> Outcome {
    let dialect = if request.text() == Some("aws") { Dialect::Aws } else { Dialect::Huawei };
    let key = env::var("KMS_KEY").unwrap_or_default();
    let mut kms = KmsClient::new(dialect, CREDENTIALS).context("service", "services")?;
    let made = kms.generate_data_key(&key, 256)?;
    let opened = kms.decrypt_data_key(Some(&key), 256, &made.ciphertext)?;
    assert_eq!((opened.len(), made.plaintext.len(), &*opened), (32, 32, &*made.plaintext));
    let random = kms.random(100)?;
    let sealed = aes_gcm_seal(&opened, b"text", b"for")?;
    assert_eq!(&*aes_gcm_open(&made.plaintext, &sealed, b"for").unwrap(), b"text");
    let refused = kms.decrypt(None, &[0; 100]).unwrap_err();
    Ok(Answer::Array(vec![
        Answer::Number(random.len() as u64),
        Answer::Text(refused.code),
        Answer::Number(refused.http_status.into()),
        Answer::Text(refused.reason),
        Answer::Text(format!("{:?}", random)),
    ]))
}

/// The codes of cryptography that fails.
fn codes(_: &mut u64, _: Value<'_>) -> Outcome {
    let sealed = aes_gcm_seal(&[7; 32], b"", b"")?;
    let codes = [
        p256_public(&[0; 32]).map(drop),
        p256_sign(&[1; 31], b"message").map(drop),
        aes_gcm_seal(&[0; 20], b"text", b"").map(drop),
        aes_gcm_open(&[8; 32], &sealed, b"").map(drop),
        aes_gcm_open(&[7; 32], &sealed[1..], b"").map(drop),
        aes_gcm_open(&[7; 32], &sealed, b"").map(drop),
    ];
    let text = |one: &Result<(), webclave::crypto::Error>| one.map_or_else(|error| error.code(), |_| "done");
    Ok(Answer::Array(codes.iter().map(|one| Answer::Text(text(one).into())).collect()))
}

fn main() {
    let service = Service::new()
        .function("count", count)
        .function("values", values)
        .function("unsendable", unsendable)
        .function("panics", panics)
        .function("growth", growth)
        .function("keys", keys)
        .function("codes", codes)
        .function("nothing", |_, _| Ok(Answer::Nothing));
    eprintln!("{}", service.serve(5000, 0));
}

//! guests/secret-signer in Rust, for the same clients: signs with a private key that exists only in this enclave. The key
//! is generated here, or imported as a ciphertext that only the KMS and this image can decrypt; it is stored outside only
//! encrypted under a data key of the KMS. The image's environment: KMS_IDENTITY and KMS_KEY.

use std::env;
use webclave::crypto::{
    aes_gcm_open, aes_gcm_seal, p256_generate, p256_public, p256_sign, sha256, Secret, AES_GCM_OVERHEAD,
    P256_KEY_LENGTH,
};
use webclave::kms::{Credentials, Dialect, KmsClient};
use webclave::qtsm::get_attestation;
use webclave::service::{Answer, Failure, Service, Value};

const PORT: u32 = 5000;
const DATA_KEY_BITS: u32 = 256;

/// The private key, once there is one.
type Key = Option<Secret>;
type Outcome = Result<Answer, Failure>;

/// A member that is a byte string or a text.
fn bytes_of<'a>(object: Value<'a>, name: &str) -> Option<&'a [u8]> {
    let member = object.member(name)?;
    member.bytes().or_else(|| member.text().map(str::as_bytes))
}

fn required<'a>(object: Value<'a>, name: &str, message: &str) -> Result<&'a [u8], Failure> {
    bytes_of(object, name).ok_or_else(|| Failure::new("E_ARGUMENT", message))
}

/// A client with the caller's access key, which is not sufficient to decrypt anything, and the context of this service.
fn client(request: Value<'_>) -> Result<KmsClient, Failure> {
    let find = || {
        let credentials = request.member("credentials")?;
        Some(Credentials {
            access_key_id: bytes_of(credentials, "accessKeyId")?,
            secret_access_key: bytes_of(credentials, "secretAccessKey")?,
        })
    };
    let credentials =
        find().ok_or_else(|| Failure::new("E_KMS_OPTIONS", "the request has no credentials"))?;
    Ok(KmsClient::new(Dialect::Aws, credentials).context("service", "secret-signer")?)
}

fn kms_key() -> String {
    env::var("KMS_KEY").unwrap_or_default()
}

/// Encrypts the key for the parent to store, and uses it from now on.
fn adopt(kms: &mut KmsClient, key: Secret, kept: &mut Key) -> Outcome {
    let public = p256_public(&key)?;
    let data_key = kms.generate_data_key(&kms_key(), DATA_KEY_BITS)?;
    let sealed = aes_gcm_seal(&data_key.plaintext, &key, &public)?;
    *kept = Some(key);
    Ok(Answer::Object(vec![
        ("wrapped", Answer::Bytes(data_key.ciphertext)),
        ("sealed", Answer::Bytes(sealed)),
        ("publicKey", Answer::bytes(&public)),
    ]))
}

fn generate(kept: &mut Key, request: Value<'_>) -> Outcome {
    adopt(&mut client(request)?, p256_generate()?, kept)
}

/// A key of 32 bytes that its owner has encrypted in the KMS with the context of this service.
fn import(kept: &mut Key, request: Value<'_>) -> Outcome {
    let mut kms = client(request)?;
    let ciphertext = required(request, "ciphertext", "the request has no ciphertext")?;
    let key = kms.decrypt(Some(&kms_key()), ciphertext)?;
    if key.len() != P256_KEY_LENGTH {
        return Err(Failure::new("E_CRYPTO_INPUT", "the key does not have 32 bytes"));
    }
    adopt(&mut kms, key, kept)
}

/// Loads the key that an earlier run has stored.
fn restore(kept: &mut Key, request: Value<'_>) -> Outcome {
    const MISSING: &str = "the request has no kept key";
    let mut kms = client(request)?;
    let stored = request.member("kept").ok_or_else(|| Failure::new("E_ARGUMENT", MISSING))?;
    let wrapped = required(stored, "wrapped", MISSING)?;
    let sealed = required(stored, "sealed", MISSING)?;
    let public = required(stored, "publicKey", MISSING)?;
    if sealed.len() != P256_KEY_LENGTH + AES_GCM_OVERHEAD {
        return Err(Failure::new("E_ARGUMENT", MISSING));
    }
    let data_key = kms.decrypt_data_key(Some(&kms_key()), DATA_KEY_BITS, wrapped)?;
    *kept = Some(aes_gcm_open(&data_key, sealed, public)?);
    Ok(Answer::Nothing)
}

fn current(kept: &Key) -> Result<&Secret, Failure> {
    let empty = || Failure::new("E_SIGNER_EMPTY", "there is no key: generate, import or restore one");
    kept.as_ref().ok_or_else(empty)
}

/// A document that contains the nonce, and as user data the SHA-256 of the public key.
fn prove(kept: &mut Key, request: Value<'_>) -> Outcome {
    let public = p256_public(current(kept)?)?;
    let nonce = required(request, "nonce", "there is no nonce")?;
    let document = get_attestation(Some(&sha256(&public)), Some(nonce), None)?;
    Ok(Answer::Object(vec![("document", Answer::Bytes(document)), ("publicKey", Answer::bytes(&public))]))
}

/// ECDSA with SHA-256, in DER.
fn sign(kept: &mut Key, request: Value<'_>) -> Outcome {
    let key = current(kept)?;
    let message = required(request, "message", "there is no message")?;
    Ok(Answer::Bytes(p256_sign(key, message)?))
}

fn main() {
    let service = Service::new()
        .function("generate", generate)
        .function("import", import)
        .function("restore", restore)
        .function("prove", prove)
        .function("sign", sign);
    eprintln!("{}", service.serve(PORT, None));
}

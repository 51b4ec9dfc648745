#!/usr/bin/env bash
# @hpke/hybridkem-x-wing 0.7.0 and @hpke/ml-kem 0.3.0 with @hpke/core 1.9.0, hpke 1.1.7 with @panva/hpke-noble 1.0.3 (npm;
# npm `node` 26.10.0), Linux x64; needs node and npm.
#
# HPKE's DeriveKeyPair makes the same pair of the same bytes everywhere: that is what it is for (RFC 9180, section 7.1.3),
# and one keeps the bytes instead of the key. It holds for X25519 and P-384. For X-Wing and ML-KEM these two libraries use
# the same identifiers (0x647a, 0x0041, 0x0042), open what the other has sealed, and take each other's private keys; and
# derive another pair from the same bytes, without an error. A key that was kept as its bytes is lost with a change of
# library. A serialized private key is not.
#
# Seen: X25519 and P-384 the same pair; X-Wing, ML-KEM-768 and ML-KEM-1024 another one; all five open each other's messages.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error @hpke/core@1.9.0 @hpke/hybridkem-x-wing@0.7.0 @hpke/ml-kem@0.3.0 \
  hpke@1.1.7 @panva/hpke-noble@1.0.3 node@26.10.0 >/dev/null

cat > derive.mjs <<'JS'
import * as core from '@hpke/core'
import { XWing } from '@hpke/hybridkem-x-wing'
import { MlKem768, MlKem1024 } from '@hpke/ml-kem'
import * as hpke from 'hpke'
import * as noble from '@panva/hpke-noble'
const hex = (bytes) => Buffer.from(bytes).toString('hex')
const text = (bytes) => new TextDecoder().decode(bytes)
const kinds = {
  X25519: [new core.DhkemX25519HkdfSha256(), noble.KEM_DHKEM_X25519_HKDF_SHA256, 32],
  'P-384': [new core.DhkemP384HkdfSha384(), noble.KEM_DHKEM_P384_HKDF_SHA384, 48],
  'X-Wing': [new XWing(), noble.KEM_MLKEM768_X25519, 32],
  'ML-KEM-768': [new MlKem768(), noble.KEM_ML_KEM_768, 64],
  'ML-KEM-1024': [new MlKem1024(), noble.KEM_ML_KEM_1024, 64],
}
const seen = []
for (const [name, [kem, other, length]] of Object.entries(kinds)) {
  const left = new core.CipherSuite({ kem, kdf: new core.HkdfSha256(), aead: new core.Aes256Gcm() })
  const right = new hpke.CipherSuite(other, noble.KDF_HKDF_SHA256, noble.AEAD_AES_256_GCM)
  const material = Uint8Array.from({ length }, (_, at) => at)
  const one = await kem.deriveKeyPair(material.slice().buffer)
  const two = await right.DeriveKeyPair(material.slice(), true)
  const isSame = hex(await kem.serializePublicKey(one.publicKey)) === hex(await right.SerializePublicKey(two.publicKey))

  // The first pair in the other library, which opens what the first has sealed, and seals for it.
  const privateKey = await right.DeserializePrivateKey(new Uint8Array(await kem.serializePrivateKey(one.privateKey)), true)
  const publicKey = await right.DeserializePublicKey(new Uint8Array(await kem.serializePublicKey(one.publicKey)))
  const sender = await left.createSenderContext({ recipientPublicKey: one.publicKey })
  const sealed = new Uint8Array(await sender.seal(new TextEncoder().encode('there')))
  const there = await (await right.SetupRecipient({ privateKey, publicKey }, new Uint8Array(sender.enc))).Open(sealed)
  const { encapsulatedSecret, ctx } = await right.SetupSender(publicKey, {})
  const answer = await ctx.Seal(new TextEncoder().encode('back'))
  const recipient = await left.createRecipientContext({ recipientKey: one, enc: encapsulatedSecret.slice().buffer })
  const back = await recipient.open(answer.slice().buffer)
  const isUnderstood = text(there) === 'there' && text(back) === 'back' && kem.id === right.KEM.id
  console.log(`${name} (0x${kem.id.toString(16)}): ${isSame ? 'the same' : 'another'} pair, understood: ${isUnderstood}`)
  seen.push(isSame, isUnderstood)
}
const wanted = [true, true, true, true, false, true, false, true, false, true]
const holds = String(seen) === String(wanted)
console.log(holds ? 'as described' : 'it has changed')
process.exit(holds ? 0 : 1)
JS
node_modules/.bin/node --no-warnings derive.mjs

#!/usr/bin/env bash
# @noble/curves 2.4.0 and 1.9.7 (npm; npm `node` 26.10.0), Linux x64; needs node and npm.
#
# Who verifies an attestation document with noble's P-384 finds that it works, and fails with the next document: version 2
# refuses each signature whose s is in the upper half, also for the curves of NIST. Neither ECDSA nor COSE nor X.509 knows
# such a rule, what signs documents and certificates does not follow it, and version 1 refused nothing but for secp256k1. So
# half of all valid signatures fail, and of the valid chains of four certificates and a document one in 32 passes. One line
# at the end of its README says that it signs so. `{ lowS: false }` verifies them all.
#
# Seen, of 200 signatures of node:crypto on P-384, all of which Node verifies: 1.9.7 200, 2.4.0 some 100, 2.4.0 with
# `lowS: false` 200.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error one@npm:@noble/curves@1.9.7 two@npm:@noble/curves@2.4.0 node@26.10.0 >/dev/null

cat > verify.mjs <<'JS'
import { createHash, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto'
import { p384 as one } from 'one/nist.js'
import { p384 as two } from 'two/nist.js'
const plain = (bytes) => Uint8Array.from(bytes)
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
const { x, y } = publicKey.export({ format: 'jwk' })
const point = Uint8Array.from([4, ...Buffer.from(x, 'base64url'), ...Buffer.from(y, 'base64url')])
const dsaEncoding = 'ieee-p1363'
const seen = { node: 0, one: 0, two: 0, twoWithOption: 0 }
for (let at = 0; at < 200; at++) {
  const message = plain(randomBytes(32))
  const signature = plain(sign('sha384', message, { key: privateKey, dsaEncoding }))
  // Version 1 wants the hash, version 2 the message.
  const hash = plain(createHash('sha384').update(message).digest())
  seen.node += verify('sha384', message, { key: publicKey, dsaEncoding }, signature)
  seen.one += one.verify(signature, hash, point)
  seen.two += two.verify(signature, message, point)
  seen.twoWithOption += two.verify(signature, message, point, { lowS: false })
}
console.log(seen)
const holds = seen.node === 200 && seen.one === 200 && seen.two > 50 && seen.two < 150 && seen.twoWithOption === 200
console.log(holds ? 'as described' : 'it has changed')
process.exit(holds ? 0 : 1)
JS
node_modules/.bin/node verify.mjs

#!/usr/bin/env bash
# @auth0/cose 1.0.2 and cose-kit 1.7.1 with cbor-x 1.6.9 (npm; npm `node` 26.10.0), Linux x64; needs node and npm.
#
# A module that is only imported should change nothing for others. @auth0/cose registers its classes with cbor-x, and cbor-x
# has one list of such classes for all decoders of the process, those made before included. From then on a decoder of
# somebody else, which gave a Tag with the number 18 and its value for a COSE_Sign1, gives an object of @auth0/cose without
# either. cose-kit, a library like it, does the same: whichever comes last wins, and the first of the two refuses the
# messages that it has just accepted ("Unexpected CBOR tag"). Which comes last depends on the order of imports.
#
# Seen of one decoder, made at the beginning: Tag 18; after the import Sign1, no value; @auth0/cose decodes the message
# until cose-kit is imported, then throws COSEInvalid.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error @auth0/cose@1.0.2 cose-kit@1.7.1 cbor-x@1.6.9 node@26.10.0 >/dev/null

cat > decode.mjs <<'JS'
import { Decoder } from 'cbor-x'
const decoder = new Decoder({ useRecords: false, mapsAsObjects: false })
/** COSE_Sign1 with the tag 18: protected { 1: -7 }, unprotected {}, payload "hi", signature 1 byte. */
const message = Buffer.from('d28443a10126a042686941ff', 'hex')
const look = () => {
  const { constructor, tag, value } = decoder.decode(message)
  return `${constructor.name} ${tag} ${Array.isArray(value) ? 'with its value' : 'without a value'}`
}
const before = look()
const { Sign1 } = await import('@auth0/cose')
const after = look()
const decode = () => {
  try {
    return Sign1.decode(message).constructor === Sign1 ? 'decoded' : 'another class'
  } catch (error) {
    return error.name
  }
}
const alone = decode()
await import('cose-kit')
const seen = [before, after, alone, decode()]
console.log(seen)
const wanted = ['Tag 18 with its value', 'Sign1 undefined without a value', 'decoded', 'COSEInvalid']
const holds = seen.join() === wanted.join()
console.log(holds ? 'as described' : 'it has changed')
process.exit(holds ? 0 : 1)
JS
node_modules/.bin/node decode.mjs

/** The laboratory's guest with the same algorithms in JavaScript, as baselines: programs also get `noble`. */
import { ed25519 } from '@noble/curves/ed25519.js'
import { p256, p384 } from '@noble/curves/nist.js'
import { pbkdf2 } from '@noble/hashes/pbkdf2.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import laboratory from '../../test/guests/laboratory.ts'

Object.assign(globalThis, { noble: { ed25519, p256, p384, pbkdf2, sha256, sha384, sha512 } })

export default laboratory

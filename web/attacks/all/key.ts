/** Swapping the key in a document. */
import { decodeDocument } from '../../../src/attestation/index.ts'
import { PROFILE } from '../../examples/usual.ts'
import { indexOfBytes } from '../../host/bytes.ts'
import { type KeyTrial, key as texts } from '../../i18n/attacks-key.ts'
import type { Lab } from '../../lessons/lab.ts'
import type { Attack } from '../attack-kind.ts'

const ALGORITHM = { name: 'RSA-OAEP', hash: 'SHA-256' }
const RSA = { ...ALGORITHM, modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) }
const SECRET = 'The vault opens with 4711'

/** A document of the enclave in which the attacker's public key replaces the enclave's. */
async function swap(document: Uint8Array<ArrayBuffer>, spki: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const { publicKey } = decodeDocument(document, PROFILE)
  const at = publicKey ? indexOfBytes(document, publicKey) : -1
  if (at < 0) throw new Error('the document has no public key')
  const swapped = document.slice()
  swapped.set(spki, at)
  return swapped
}

/** Encrypts for the public key in a document, as the owner of the secret does. */
async function encryptFor(document: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const { publicKey } = decodeDocument(document, PROFILE)
  const key = await crypto.subtle.importKey('spki', publicKey!.slice(), ALGORITHM, false, ['encrypt'])
  return new Uint8Array(await crypto.subtle.encrypt(ALGORITHM, key, new TextEncoder().encode(SECRET)))
}

async function prepare(lab: Lab) {
  const image = await lab.build('receiver')
  const view = await lab.start(image)
  const { nonce, document } = await lab.document(view, 'offer')
  const mine = await crypto.subtle.generateKey(RSA, false, ['encrypt', 'decrypt'])
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', mine.publicKey))
  const pcrs = { 0: image.pcr0Of(PROFILE) }
  return { view, nonce, document, pcrs, mine, swapped: await swap(document, spki) }
}

export const key: Attack<KeyTrial> = {
  name: 'key',
  texts,
  trials: [
    {
      name: 'attack',
      role: 'attack',
      async run(lab) {
        const { view, nonce, document, pcrs, swapped } = await prepare(lab)
        // The honest way first: the verifier accepts the document, and the enclave gets the secret.
        const honest = await lab.judge(document, nonce, { pcrs })
        if (!honest.verdict.ok) return
        await lab.call(view, 'receive', { ciphertext: await encryptFor(document) })
        await lab.judge(swapped, nonce, { pcrs })
      },
      outcome(lab) {
        const [honest, forged] = lab.of('verdict', 'attack').map(({ attestation }) => attestation.verdict)
        if (!honest?.ok || !forged || lab.last('answer', 'attack') === undefined) return undefined
        return forged.ok ? 'succeeded' : 'stopped'
      },
    },
    {
      name: 'control',
      role: 'control',
      async run(lab) {
        const { mine, swapped } = await prepare(lab)
        const ciphertext = await encryptFor(swapped)
        const stolen = await crypto.subtle.decrypt(ALGORITHM, mine.privateKey, ciphertext)
        lab.note('stolen', new TextDecoder().decode(stolen))
      },
      outcome: (lab) => {
        const stolen = lab.last('fact', 'control')?.value
        return stolen === undefined ? undefined : stolen === SECRET ? 'succeeded' : 'stopped'
      },
    },
  ],
}

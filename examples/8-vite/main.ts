/** Starts an enclave in this tab, verifies it, and lets it sign. */
import { createParent } from 'webclave'
import { verifyAttestation } from 'webclave/attestation'
import { isolateTab } from 'webclave/browser'
import type { handlers } from './guest/index.ts'

const element = <Kind extends HTMLElement>(id: string) => document.getElementById(id) as Kind
const say = (text: string) => {
  element('state').textContent = text
}

async function start() {
  await isolateTab()
  const eif = new Uint8Array(await (await fetch('guest.eif')).arrayBuffer())
  const parent = await createParent({ vcpus: 1, memoryMiB: 64 })
  const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })
  const signer = await enclave.client<typeof handlers>()

  const nonce = crypto.getRandomValues(new Uint8Array(32))
  const proof = await signer.call.prove({ nonce })
  const { pcrs } = enclave
  const verdict = await verifyAttestation(proof, {
    profile: 'qingtian',
    roots: parent.rootCertificate,
    nonce,
    pcrs,
  })
  say(verdict.ok ? `verified: ${enclave.moduleId}` : 'the enclave could not be verified')
  return signer
}

try {
  const signer = await start()
  element<HTMLButtonElement>('sign').disabled = false
  element('form').addEventListener('submit', async (event) => {
    event.preventDefault()
    const signature = await signer.call.sign({ text: element<HTMLInputElement>('text').value })
    element('signature').textContent = [...signature]
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join('')
  })
} catch (error) {
  say(String(error))
}

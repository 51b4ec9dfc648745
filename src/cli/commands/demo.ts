/**
 * `qt demo`: the whole life of one enclave, from source to end, as a transcript. Every step is real and checked;
 * the exit status is 0 only if all checks passed.
 */

import { verifyAttestation } from '../../attestation/index.ts'
import { toHex } from '../../base/bytes.ts'
import { pcrHex } from '../../base/pcrs.ts'
import { describeEnd } from '../../hypervisor/end-reason.ts'
import { buildImage } from '../../image/index.ts'
import { createParent, type Enclave, type Parent } from '../../parent/index.ts'
import type { Command } from '../core/command.ts'
import { ECHO_GUEST } from '../packaged.ts'
import { Conversation } from './demo/conversation.ts'
import { readLine } from './demo/read-line.ts'
import { tamper } from './demo/tamper.ts'
import { Transcript } from './demo/transcript.ts'

const ECHO_PORT = 5000
const DEFAULT_TEXT = 'Hello from the parent instance'
const SHARE = { vcpus: 1, memoryMiB: 64 }

/** Gets a document with a nonce from the enclave, and verifies it against the image's PCR0. */
async function attest(parent: Parent, enclave: Enclave, pcr0: string) {
  const nonce = toHex(crypto.getRandomValues(new Uint8Array(20)))
  await using conversation = await Conversation.open(enclave, ECHO_PORT)
  const document = await conversation.ask(`attest ${nonce}`)
  const verdict = await verifyAttestation(document, {
    profile: parent.profile,
    roots: parent.rootCertificate,
    nonce,
    pcrs: { 0: pcr0 },
  })
  return { nonce, document, verdict }
}

async function run(): Promise<number> {
  const transcript = new Transcript(process.stdout)
  transcript.title('webclave', 'the life of one enclave, from source to end')

  transcript.step('Build the image of guests/echo, a TypeScript application')
  const image = await buildImage({ app: { path: ECHO_GUEST }, name: 'echo' })
  transcript.fact('image', `${image.eif.byteLength.toLocaleString('en')} bytes`)
  transcript.fact('PCR0', pcrHex(image.pcrs, 0))
  transcript.fact('PCR8', `${pcrHex(image.pcrs, 8).slice(0, 16)}… (not signed)`)

  transcript.step('Create a parent instance with 2 vCPUs and 512 MiB')
  await using parent = await createParent({ vcpus: 2, memoryMiB: 512, profile: 'qingtian' })
  transcript.fact('instance', parent.instanceId)

  transcript.step('Start the enclave with 1 vCPU and 64 MiB')
  const enclave = await parent.start(image.eif, SHARE)
  transcript.fact('id', `${enclave.id}, CID ${enclave.cid}, ${enclave.state}`)
  transcript.check('PCR0 is that of the image', pcrHex(enclave.pcrs, 0) === pcrHex(image.pcrs, 0))

  transcript.step(`Talk to it over vsock (CID ${enclave.cid}, port ${ECHO_PORT})`)
  const text = await readLine('you       ', DEFAULT_TEXT)
  await using conversation = await Conversation.open(enclave, ECHO_PORT)
  const answer = new TextDecoder().decode(await conversation.ask(text)).trimEnd()
  transcript.fact('sent', text)
  transcript.fact('answered', answer)
  transcript.check('the answer is the line in upper case', answer === text.toUpperCase())

  transcript.step(
    'The enclave extends PCR16 with our nonce, locks it, and gets an attestation document from the QTSM',
  )
  const { nonce, document, verdict } = await attest(parent, enclave, pcrHex(image.pcrs, 0))
  transcript.fact('nonce', nonce)
  transcript.fact('document', `${document.byteLength.toLocaleString('en')} bytes, COSE_Sign1`)
  transcript.check('the document contains PCR16, so it is locked', verdict.document?.pcrs.has(16) === true)

  transcript.step('Verify the document against the simulated root of this parent instance')
  for (const { number, name, ok, reason } of verdict.checks)
    transcript.check(`${number}. ${name}`, ok, reason)
  transcript.check('the verifier accepts it', verdict.ok)

  transcript.step('Start a copy of the image with one byte changed and the checksum corrected')
  const forged = await tamper(image.eif)
  transcript.fact('changed', `byte ${forged.offset} of the application`)
  const impostor = await parent.start(forged.eif, SHARE)
  transcript.fact('PCR0', pcrHex(impostor.pcrs, 0))
  transcript.check('its PCR0 is different', pcrHex(impostor.pcrs, 0) !== pcrHex(image.pcrs, 0))
  const forgedVerdict = (await attest(parent, impostor, pcrHex(image.pcrs, 0))).verdict
  const failed = forgedVerdict.checks.filter(({ ok }) => !ok)
  for (const { number, name, reason } of failed)
    transcript.fact('rejected by', `${number}. ${name}: ${reason}`)
  transcript.check(
    'the verifier rejects it, only because of PCR0',
    failed.map(({ name }) => name).join() === 'PCR policy',
  )

  transcript.step('Stop both enclaves')
  for (const one of [impostor, enclave]) {
    const reason = await one.stop()
    transcript.fact(`enclave ${one.id}`, describeEnd(reason))
    transcript.check(`enclave ${one.id} has ended`, one.state === 'ended' && reason.kind === 'killed')
  }
  transcript.check('the parent instance has no enclaves left', parent.query().length === 0)
  return transcript.end() ? 0 : 1
}

export const demo: Command = {
  name: 'demo',
  summary: 'build, start, attest, attack and stop one enclave, as a transcript',
  example: 'qt demo',
  options: {},
  run,
}

/** The QTSM's calls from a program in AssemblyScript: their values, and the numbers of their errors. */
import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { compiledGuest } from '../../scripts/compiled-guests.ts'
import { verifyAttestation } from '../../src/attestation/index.ts'
import { pcrHex } from '../../src/base/pcrs.ts'
import { buildImage } from '../../src/image/index.ts'
import { createParent } from '../../src/parent/index.ts'
import { connectWhenReady, receiveAll, send } from '../support/laboratory.ts'

const INVALID_INDEX = 1
const INVALID_ARGUMENT = 3
const READ_ONLY_INDEX = 4
const INPUT_TOO_LARGE = 7

const path = (await compiledGuest('module-assemblyscript'))!

it('a program in AssemblyScript calls the QTSM, and its document verifies', async () => {
  const { eif } = await buildImage({ app: { path } })
  await using parent = await createParent({ vcpus: 1, memoryMiB: 64 })
  const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })
  await using socket = await connectWhenReady(enclave, 5000)
  await send(socket, 'a nonce')
  const lines = (await receiveAll(socket)).split('\n')
  const extended = createHash('sha384').update(new Uint8Array(48)).update('data').digest('hex')
  const locked = [...Array.from({ length: 16 }, (_, index) => index), 17, 18, 19]
  expect(lines.slice(0, -1)).toEqual([
    'pcr true 48 bytes',
    'pcr false 48 bytes',
    `pcr ${INVALID_INDEX}`,
    `extend ${extended}`,
    `extend ${READ_ONLY_INDEX}`,
    `extend ${INPUT_TOO_LARGE}`,
    'lock done',
    `lock ${READ_ONLY_INDEX}`,
    'lock done',
    `lock ${READ_ONLY_INDEX}`,
    `lock ${INVALID_INDEX}`,
    'random 256 bytes',
    `random ${INVALID_ARGUMENT}`,
    `random ${INPUT_TOO_LARGE}`,
    `description 1.0.3 ${enclave.moduleId} 32 1 ${locked.join(',')}`,
    `document ${INPUT_TOO_LARGE}`,
  ])
  const hex = lines.at(-1)!.replace('document ', '')
  const { checks } = await verifyAttestation(new Uint8Array(Buffer.from(hex, 'hex')), {
    profile: 'qingtian',
    roots: parent.rootCertificate,
    nonce: new TextEncoder().encode('a nonce'),
    userData: new TextEncoder().encode('data'),
    pcrs: { 0: pcrHex(enclave.pcrs, 0) },
  })
  expect(checks.filter(({ ok }) => !ok)).toEqual([])
})

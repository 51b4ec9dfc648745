/** The JSON of starting and running enclaves, as the real tools print it. */
import { describe, expect, test } from 'vitest'
import {
  describedJson,
  enclaveId,
  queriedJson,
  ranJson,
  startedJson,
} from '../../../src/cli/output/enclave-json.ts'
import type { EnclaveStatus } from '../../../src/keeper/enclave-record.ts'

const starting: EnclaveStatus = {
  id: 3,
  cid: 20,
  cpus: [2, 4],
  memoryMiB: 64,
  debug: false,
  profile: 'nitro',
  name: 'mine',
  holder: '77:1234',
  gone: false,
  details: undefined,
}
const pcrs = { PCR0: 'p0', PCR1: 'p1', PCR2: 'p2', PCR8: 'p8' }
const metadata = { ImageName: 'image', ImageVersion: '3' }
const running = (isSigned: boolean): EnclaveStatus => ({
  ...starting,
  details: { moduleId: 'i-1-enc2', pcrs: {}, destinations: [], image: { pcrs, isSigned, metadata } },
})

/** In debug mode, with the PCRs of its documents. */
const debugged = (): EnclaveStatus => {
  const { details, ...rest } = running(true)
  return {
    ...rest,
    debug: true,
    details: { ...details!, pcrs: { PCR0: '00', PCR1: '00', PCR2: '00', PCR8: '00' } },
  }
}

describe('qt', () => {
  const started = { EnclaveID: 3, EnclaveCID: 20, NumberOfCPUs: 2, MemoryMiB: 64, LaunchMode: 'normal' }

  test('prints a started enclave', () => {
    expect(startedJson(starting)).toEqual(started)
    expect(startedJson(debugged())).toEqual({ ...started, LaunchMode: 'debug' })
  })

  test('lists enclaves with their members in the documented order', () => {
    expect(queriedJson(starting)).toEqual({ ...started, ProcessID: 77, Status: 'Starting' })
    expect(queriedJson(debugged())).toMatchObject({
      LaunchMode: 'debug',
      Status: 'Running',
      Socket: expect.stringMatching(/\/webclave[^/]*\/3\/vsock\.sock$/),
    })
    expect(queriedJson(starting)).not.toHaveProperty('Socket')
    expect(Object.keys(queriedJson(starting)).slice(0, 3)).toEqual(['EnclaveID', 'ProcessID', 'EnclaveCID'])
  })
})

describe('nitro-cli', () => {
  const ran = {
    EnclaveName: 'mine',
    EnclaveID: '',
    ProcessID: 77,
    EnclaveCID: 20,
    NumberOfCPUs: 2,
    CPUIDs: [2, 4],
    MemoryMiB: 64,
  }

  test('prints an enclave for run-enclave, with an empty ID before it runs', () => {
    expect(ranJson(starting)).toEqual(ran)
    expect(ranJson(running(false))).toEqual({ ...ran, EnclaveID: 'i-1-enc2' })
    expect([enclaveId(starting), enclaveId(running(true))]).toEqual(['', 'i-1-enc2'])
  })

  test('describes a starting enclave', () => {
    expect(describedJson(starting, true)).toEqual({ ...ran, State: 'EMPTY', Flags: 'NONE' })
  })

  test('describes a running enclave with measurements, and with metadata on request', () => {
    const measured = { HashAlgorithm: 'Sha384 { ... }', PCR0: 'p0', PCR1: 'p1', PCR2: 'p2' }
    const plain = { ...ran, EnclaveID: 'i-1-enc2', State: 'RUNNING', Flags: 'NONE' }
    expect(describedJson(running(false), false)).toEqual({ ...plain, Measurements: measured })
    expect(describedJson(running(true), true)).toEqual({
      ...plain,
      Measurements: { ...measured, PCR8: 'p8' },
      ...metadata,
      Metadata: metadata,
    })
  })

  test('describes one in debug mode with the PCRs of its documents, and its image’s under another name', () => {
    expect(describedJson(debugged(), false)).toMatchObject({
      Flags: 'DEBUG_MODE',
      Measurements: { PCR0: '00', PCR1: '00', PCR2: '00', PCR8: '00' },
      ImageMeasurements: { PCR0: 'p0', PCR1: 'p1', PCR2: 'p2', PCR8: 'p8' },
    })
    expect(describedJson(running(true), false)).not.toHaveProperty('ImageMeasurements')
  })
})

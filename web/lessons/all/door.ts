/** Lesson 3: the only door. */
import { Op } from '../../../src/vsock/packet.ts'
import type { EnclaveView } from '../../app/enclaves.ts'
import { PROFILE } from '../../examples/usual.ts'
import { type DoorStep, door as texts } from '../../i18n/lessons-door.ts'
import type { Lab } from '../lab.ts'
import type { Lesson } from '../lesson-kind.ts'

const DOOR = 7000
const CLOSED = 7001

const resultOf = (lab: Lab, step: DoorStep) =>
  (lab.last('answer', step)?.result ?? {}) as Record<string, unknown>

/** Whether the parent instance has sent a packet of this kind from the port. */
const sentBy = (view: EnclaveView | undefined, port: number, operation: number) =>
  view?.packets.value.some(
    ({ direction, header }) =>
      direction === 'out' && header.sourcePort === port && header.operation === operation,
  ) ?? false

export const door: Lesson<DoorStep> = {
  texts,
  steps: [
    {
      name: 'start',
      minutes: 1,
      run: async (lab) => void (await lab.start(await lab.measure('door'))),
      done: (lab) => lab.last('started', 'start') !== undefined,
    },
    {
      name: 'look',
      minutes: 1,
      run: async (lab) => void (await lab.call(lab.enclave('start'), 'look')),
      done: (lab) => {
        const { tried, found } = resultOf(lab, 'look')
        return Array.isArray(tried) && tried.length > 0 && Array.isArray(found) && found.length === 0
      },
    },
    {
      name: 'fetch',
      minutes: 2,
      field: { first: 'example.com', maxLength: 100 },
      run: async (lab, host) =>
        void (await lab.call(lab.enclave('start'), 'fetch', { url: `https://${host}/` })),
      done: (lab) => String(resultOf(lab, 'fetch')['failed']).includes('E_NETWORK_'),
    },
    {
      name: 'visit',
      minutes: 1,
      async run(lab) {
        const other = await lab.start(await lab.build('hello'))
        await lab.call(lab.enclave('start'), 'visit', { cid: other.description.cid })
      },
      done: (lab) => resultOf(lab, 'visit')['failed'] === 'unreachable',
    },
    {
      name: 'knock',
      minutes: 2,
      run: async (lab) => void (await lab.call(lab.enclave('start'), 'knock', { port: CLOSED })),
      done: (lab) =>
        resultOf(lab, 'knock')['failed'] !== undefined &&
        sentBy(lab.last('started', 'start')?.view, CLOSED, Op.RST),
    },
    {
      name: 'open',
      minutes: 2,
      field: { first: 'Come in', maxLength: 120 },
      async run(lab, answer) {
        await lab.host.lab.listen(PROFILE, DOOR, answer)
        await lab.call(lab.enclave('start'), 'knock', { port: DOOR })
      },
      done: (lab) =>
        Boolean(resultOf(lab, 'open')['heard']) &&
        sentBy(lab.last('started', 'start')?.view, DOOR, Op.RESPONSE),
    },
  ],
}

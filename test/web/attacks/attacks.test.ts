/** The attacks as data: texts in both languages, and outcomes that only the real thing has. */
import { signal } from '@preact/signals'
import { describe, expect, test } from 'vitest'
import type { Check, CheckName } from '../../../src/attestation/index.ts'
import type { EnclaveView } from '../../../web/app/enclaves.ts'
import { memory } from '../../../web/attacks/all/memory.ts'
import { starve } from '../../../web/attacks/all/starve.ts'
import { ATTACKS } from '../../../web/attacks/all.ts'
import { longestGap } from '../../../web/attacks/gaps.ts'
import { byVerdict } from '../../../web/attacks/outcomes.ts'
import { countIn, indexOfBytes } from '../../../web/host/bytes.ts'
import { Lab } from '../../../web/lessons/lab.ts'

const HAN = /\p{Script=Han}/u
/** An enclave in which nothing has happened. */
const VIEW = {
  description: { pcrs: new Map([[0, new Uint8Array(48)]]) },
  state: signal('running'),
  packets: signal([]),
  calls: signal([]),
} as unknown as EnclaveView

describe.each(ATTACKS.map((attack) => [attack.name, attack] as const))('%s', (_, attack) => {
  const { en, zh } = attack.texts

  test('is tried, and compared with something', () => {
    expect(attack.trials.filter(({ role }) => role === 'attack')).toHaveLength(1)
    expect(attack.trials.length).toBeGreaterThan(1)
  })

  test('has all texts in both languages', () => {
    const names = attack.trials.map(({ name }) => name).sort()
    for (const { trials } of [en, zh]) expect(Object.keys(trials).sort()).toEqual(names)
    const textsOf = ({ title, attacker, why, trials }: typeof en) => [
      title,
      attacker,
      why,
      ...Object.values(trials).flatMap((trial) => Object.values(trial) as string[]),
    ]
    for (const one of textsOf(en)) expect(one).not.toMatch(HAN)
    for (const one of textsOf(zh)) expect(one).toMatch(HAN)
  })

  test('has no outcome before it was tried, and none by an unrelated error', () => {
    const lab = new Lab()
    for (const trial of attack.trials) {
      expect(trial.outcome(lab)).toBeUndefined()
      lab.step = trial.name
      lab.add({ kind: 'refused', what: 'start', error: { code: 'E_POOL_MEMORY', what: 'no memory left' } })
      lab.add({ kind: 'answer', view: VIEW, method: 'any', request: {}, result: undefined })
      expect(trial.outcome(lab)).toBeUndefined()
    }
  })
})

describe('a verdict', () => {
  const judged = (failed: readonly CheckName[]) => {
    const lab = new Lab()
    lab.step = 'attack'
    const names: CheckName[] = ['signature', 'nonce', 'PCR policy']
    const checks = names.map(
      (name, at): Check => ({ number: at + 1, name, ok: !failed.includes(name), reason: '' }),
    )
    const verdict =
      failed.length === 0
        ? ({ ok: true, checks, document: {} as never } as const)
        : ({ ok: false, checks, document: undefined } as const)
    lab.add({ kind: 'verdict', attestation: { nonce: '', document: new Uint8Array(1), verdict } })
    return byVerdict(lab, 'attack', 'nonce')
  }

  test.each<[readonly CheckName[], string | undefined]>([
    [[], 'succeeded'],
    [['nonce'], 'stopped'],
    [['nonce', 'PCR policy'], 'stopped'],
    [['signature'], undefined],
  ])('that fails by %j means %s', (failed, outcome) => {
    expect(judged(failed)).toBe(outcome)
  })
})

test.each<[number, number, string | undefined]>([
  [0, 2, 'stopped'],
  [1, 2, 'succeeded'],
  // A search that does not find what is there proves nothing.
  [0, 0, undefined],
])('a secret found %i times before and %i times after it was told: %s', (before, after, outcome) => {
  const lab = new Lab()
  lab.step = 'attack'
  lab.note('foundBefore', before)
  lab.note('foundAfter', after)
  expect(memory.trials[0]!.outcome(lab)).toBe(outcome)
})

test('an enclave that got more than its share, or kept others from being served, has succeeded', () => {
  const outcome = (answers: number, mebibytes: number) => {
    const lab = new Lab()
    lab.step = 'attack'
    lab.note('answeredMeanwhile', answers)
    lab.note('memory', mebibytes)
    lab.note('stoppedAfter', 3)
    return starve.trials[0]!.outcome(lab)
  }
  expect([outcome(5, 40), outcome(0, 40), outcome(5, 65)]).toEqual(['stopped', 'succeeded', 'succeeded'])
})

test('bytes are found wherever they are, also when they overlap', () => {
  const bytes = Uint8Array.of(1, 1, 2, 1, 1, 1)
  expect(countIn(bytes, Uint8Array.of(1, 1))).toBe(3)
  expect(countIn(bytes, Uint8Array.of(2, 2))).toBe(0)
  expect(countIn(bytes, new Uint8Array(0))).toBe(0)
  expect(indexOfBytes(bytes, Uint8Array.of(2, 1))).toBe(2)
  expect(indexOfBytes(bytes, Uint8Array.of(1, 3))).toBe(-1)
})

test('a thread that is kept busy shows as a gap', async () => {
  const gap = await longestGap(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20))
    for (const end = performance.now() + 120; performance.now() < end; );
  })
  expect(gap).toBeGreaterThanOrEqual(120)
})

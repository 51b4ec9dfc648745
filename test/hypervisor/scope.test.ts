/** What a component's glue sees in a Worker's global scope after the kernel has emptied it. */
import { describe, expect, test } from 'vitest'
import { evaluateInWorker, unsealedKernel } from '../support/probe.ts'

const WAYS_OUT = [
  'process',
  'require',
  'module',
  'Buffer',
  'global',
  'fetch',
  'WebSocket',
  'EventSource',
  'XMLHttpRequest',
  'importScripts',
  'postMessage',
  'Worker',
  'BroadcastChannel',
  'MessageChannel',
  'MessagePort',
  'navigator',
  'location',
  'caches',
  'indexedDB',
  'localStorage',
  'crypto',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'console',
  'eval',
  'Function',
  'structuredClone',
  'self',
  'onmessage',
  'close',
  'reportError',
  'addEventListener',
]

describe('the emptied scope', () => {
  test('has none of the APIs that lead out of it', async () => {
    const found = await evaluateInWorker(
      `return ${JSON.stringify(WAYS_OUT)}.filter((name) => name in globalThis && globalThis[name] !== undefined)`,
    )
    expect(found).toEqual([])
  })

  test('differs from a scope that was not emptied, where the same search finds them all', () => {
    const present = WAYS_OUT.filter((name) => name in globalThis)
    expect(present.length).toBeGreaterThan(10)
  })

  test('has only JavaScript’s own names', async () => {
    const names = (await evaluateInWorker(`
      const names = []
      for (let holder = globalThis; holder && holder !== Object.prototype; holder = Object.getPrototypeOf(holder)) {
        for (const key of Reflect.ownKeys(holder)) if (holder[key] !== undefined) names.push(String(key))
      }
      return names`)) as string[]
    const bare = new Set(
      Object.getOwnPropertyNames(Object.getPrototypeOf(globalThis)).concat(
        Object.getOwnPropertyNames(globalThis),
      ),
    )
    expect(names.filter((name) => !bare.has(name))).toEqual([])
    expect(names).not.toContain('process')
    expect(names).toContain('WebAssembly')
  })

  /** The constructors that create code from strings, reached through functions. */
  const CODE_CONSTRUCTORS = `
    const found = []
    for (const each of [() => {}, async () => {}, function* () {}, async function* () {}]) {
      try { if (each.constructor('return 1') && each.constructor !== Object) found.push(each.constructor.name) } catch {}
      for (let at = each; at; at = Object.getPrototypeOf(at)) {
        const made = Reflect.getOwnPropertyDescriptor(at, 'constructor')?.value
        if (made !== undefined && made !== Object) found.push(made.name)
      }
    }
    return [...new Set(found)]`

  test('has no function that leads to a constructor of code from strings', async () => {
    expect(await evaluateInWorker(CODE_CONSTRUCTORS)).toEqual([])
    expect(await evaluateInWorker(CODE_CONSTRUCTORS, 'worker', await unsealedKernel())).toEqual([
      'Function',
      'AsyncFunction',
      'GeneratorFunction',
      'AsyncGeneratorFunction',
    ])
  })

  test('does not allow changes to Object.prototype', async () => {
    const outcome = await evaluateInWorker(`
      try { ({}).__proto__.polluted = 1 } catch {}
      try { ({}).constructor.prototype.polluted = 1 } catch {}
      return typeof ({}).polluted`)
    expect(outcome).toBe('undefined')
  })

  test('has no clock finer than a millisecond', async () => {
    expect(await evaluateInWorker('return [typeof performance, Number.isInteger(Date.now())]')).toEqual([
      'undefined',
      true,
    ])
  })
})

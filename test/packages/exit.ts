/** An application that ends itself in the way that its argument names, and would then go on. */
import EventEmitter from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

const WAYS: Record<string, () => unknown> = {
  'a timer': () => setTimeout(() => process.exit(0)),
  'a failing timer': () => setTimeout(() => process.exit(3)),
  'an immediate': () => setImmediate(() => process.exit('1')),
  'a microtask': () => queueMicrotask(() => process.exit(1)),
  'a tick': () => process.nextTick(() => process.exit()),
  'a promise': () => sleep(1).then(() => process.exit(2)),
  'a finally': () => Promise.reject(new Error('x')).finally(() => process.exit(0)),
  'a listener': () => new EventEmitter().on('x', () => process.exit(1)).emit('x'),
  'a try': () => {
    try {
      process.exit(0)
    } catch {
      console.log('caught')
    } finally {
      console.log('finally')
    }
  },
  'an exit code': () => {
    process.exitCode = 4
    setTimeout(() => process.exit())
  },
  'an abort': () => setTimeout(() => process.abort()),
}

export default async function main(): Promise<void> {
  const [way = ''] = process.argv.slice(2)
  console.log(way)
  WAYS[way]!()
  await sleep(60_000)
  console.log('went on')
}

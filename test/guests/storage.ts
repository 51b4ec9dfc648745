/** What an AsyncLocalStorage holds at each step of a program, as JSON: the same in Node and in an enclave. */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks'
import EventEmitter from 'node:events'

type Note = (label: string) => void
const sleep = (milliseconds = 1) => new Promise<void>((done) => setTimeout(done, milliseconds))

const storage = new AsyncLocalStorage<string>()

async function* numbers(note: Note) {
  note('generator begins')
  yield 1
  await sleep()
  note('generator goes on')
  yield 2
}

const PROGRAMS: Readonly<Record<string, (note: Note) => unknown>> = {
  async await(note) {
    await storage.run('one', async () => {
      note('at once')
      await null
      note('after a value')
      await sleep()
      note('after a timer')
      await Promise.reject(new Error('no')).catch(() => note('in a handler'))
      // biome-ignore lint/suspicious/noThenProperty: it is awaited
      await { then: (done: (value: number) => void) => done(1) }
      note('after an object with then')
      try {
        await Promise.reject(new Error('no'))
      } catch {
        note('in a catch')
      } finally {
        await sleep()
        note('in a finally')
      }
      const inner = async (value = note('in a default')) => [await value, note('in an array')]
      await inner()
      note(`in a text: ${await 'x'}`)
    })
    note('outside')
    await sleep()
    note('outside, later')
  },
  async 'loops and generators'(note) {
    await storage.run('one', async () => {
      for await (const one of numbers(note)) note(`loop ${one}`)
      for await (const one of [sleep(), 2]) note(`list ${typeof one}`)
      await Promise.all([1, 2].map(async (one) => sleep(one).then(() => note(`all ${one}`))))
    })
  },
  async timers(note) {
    storage.run('one', () => {
      setTimeout(() => note('timeout'), 1)
      setImmediate(() => note('immediate'))
      queueMicrotask(() => note('microtask'))
      const interval = setInterval(() => {
        note('interval')
        clearInterval(interval)
      }, 1)
    })
    note('outside')
    await sleep(10)
  },
  async promises(note) {
    let resolve = (_: number) => {}
    const promise = new Promise<number>((done) => {
      resolve = done
    })
    storage.run('one', () => {
      promise.then(() => note('then'))
      promise.finally(() => note('finally'))
    })
    storage.run('two', () => resolve(1))
    await promise
    note('outside')
    const made = storage.run('three', () => Promise.resolve())
    await made.then(() => note('then of what a run returned'))
  },
  async 'nested runs'(note) {
    await storage.run('outer', async () => {
      await storage.run('inner', async () => {
        await sleep()
        note('inner')
      })
      note('after inner')
      storage.exit(() => note('exit'))
      try {
        storage.run('thrown', () => {
          throw new Error('no')
        })
      } catch {
        note('after an error')
      }
      note(String(storage.run('given', (one: number, two: number) => one + two, 1, 2)))
    })
    await Promise.all(
      ['a', 'b'].map((name, at) =>
        storage.run(name, async () => {
          await sleep(2 - at)
          note(`of ${name}`)
        }),
      ),
    )
  },
  async events(note) {
    const target = new EventTarget()
    const emitter = new EventEmitter()
    const control = new AbortController()
    storage.run('listening', () => {
      target.addEventListener('a', () => note('EventTarget'))
      emitter.on('a', () => note('EventEmitter'))
      control.signal.addEventListener('abort', () => note('AbortSignal'))
      emitter.once(
        'b',
        AsyncResource.bind(() => note('bound')),
      )
    })
    storage.run('sending', () => {
      target.dispatchEvent(new Event('a'))
      emitter.emit('a')
      emitter.emit('b')
      control.abort()
    })
    target.dispatchEvent(new Event('a'))
  },
  async 'what is kept'(note) {
    const [bound, snapshot, resource] = storage.run('kept', () => [
      AsyncLocalStorage.bind(() => note('bound')),
      AsyncLocalStorage.snapshot(),
      new AsyncResource('one'),
    ])
    storage.run('other', () => {
      bound()
      snapshot(() => note('snapshot'))
      resource.runInAsyncScope(() => note('resource'))
      note('after')
    })
  },
  async 'enterWith and disable'(note) {
    const other = new AsyncLocalStorage<string>({ defaultValue: 'default' })
    const both = () => note(`other: ${other.getStore()}`)
    both()
    await storage.run('one', async () => {
      other.enterWith('entered')
      await sleep()
      both()
      other.disable()
      both()
      other.run('again', both)
    })
  },
}

/** What each program notes: labels, each with the store at that moment. */
export async function answers(): Promise<Record<string, string[]>> {
  const all: Record<string, string[]> = {}
  for (const [name, run] of Object.entries(PROGRAMS)) {
    const notes: string[] = []
    await run((label) => notes.push(`${label}: ${storage.getStore()}`))
    all[name] = notes
  }
  return all
}

/** The application: writes the answers on the console. */
export default async function main(): Promise<void> {
  console.log(JSON.stringify(await answers()))
}

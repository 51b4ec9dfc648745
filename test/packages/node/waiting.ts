/** What waits: timers as promises, events, contexts that follow callbacks, and the clock. */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks'
import EventEmitter, { errorMonitor, on, once } from 'node:events'
import stream from 'node:stream'
import timers from 'node:timers/promises'
import { settled, thrown } from './thrown.ts'

async function ofTimers() {
  const stop = new AbortController()
  const stopped = [
    settled(() => timers.setTimeout(60_000, 'late', { signal: stop.signal })),
    settled(() => timers.setTimeout(60_000, 'late', { signal: AbortSignal.abort(new RangeError('before')) })),
    settled(() => timers.setImmediate('late', { signal: AbortSignal.abort('why') })),
    settled(() => timers.scheduler.wait(60_000, { signal: stop.signal })),
  ]
  setTimeout(() => stop.abort('enough'), 1)
  const ticks: unknown[] = []
  const ticking = new AbortController()
  const end = await settled(async () => {
    for await (const tick of timers.setInterval(1, 'tick', { signal: ticking.signal }))
      if (ticks.push(tick) === 3) ticking.abort()
  })
  return {
    stopped: await Promise.all(stopped),
    values: [
      await timers.setTimeout(1, 'one'),
      await timers.setImmediate('two'),
      await timers.scheduler.yield(),
    ],
    ticks,
    end,
    // An abort after the end changes nothing.
    after: await timers.setTimeout(1, 'done', { signal: stop.signal }).catch(({ name }) => name),
  }
}

async function ofOnce() {
  const emitter = new EventEmitter()
  const stop = new AbortController()
  const waiting = settled(() => once(emitter, 'never', { signal: stop.signal }))
  const heard = emitter.listenerCount('never')
  stop.abort('why')
  const failing = settled(() => once(emitter, 'never'))
  emitter.emit('error', new RangeError('x'))
  const asked = once(emitter, 'error')
  emitter.emit('error', 'asked')
  const target = new EventTarget()
  const event = once(target, 'ready')
  target.dispatchEvent(new Event('ready'))
  return {
    heard,
    aborted: [await waiting, await settled(() => once(emitter, 'x', { signal: AbortSignal.abort() }))],
    failed: [await failing, await asked],
    left: [emitter.listenerCount('never'), emitter.listenerCount('error'), emitter.listenerCount('x')],
    target: ((await event) as Event[]).map(({ type }) => type),
    refused: await settled(() => once({} as never, 'x')),
  }
}

async function ofMonitor() {
  const emitter = new EventEmitter()
  const seen: unknown[] = []
  emitter.on(errorMonitor, (error) => seen.push(['monitor', error]))
  const unheard = thrown(() => emitter.emit('error', new RangeError('x')))
  emitter.on('error', (error) => seen.push(['listener', error]))
  emitter.emit('error', 'second')
  const target = new EventTarget()
  setTimeout(() => ['a', 'b'].map((name) => target.dispatchEvent(Object.assign(new Event('x'), { name }))))
  for await (const [event] of on(target, 'x')) if (seen.push(event.name) >= 5) break
  return [unheard, seen.slice(1), `${seen[0]}`]
}

async function ofContext() {
  const storage = new AsyncLocalStorage<string>()
  const read = () => storage.getStore()
  const inSnapshot = storage.run('kept', () => AsyncLocalStorage.snapshot())
  const bound = storage.run('bound', () => AsyncLocalStorage.bind((value: number) => [value, read()]))
  const resource = storage.run('resource', () => new AsyncResource('mine'))
  const emitter = new EventEmitter()
  emitter.on('x', (done) => done(read()))
  const results = storage.run('outer', () => [
    inSnapshot(read),
    inSnapshot((...given: number[]) => [given, read()], 1, 2),
    bound(3),
    resource.runInAsyncScope(read),
    new Promise((resolve) => emitter.emit('x', resolve)),
    new Promise((resolve) => queueMicrotask(() => resolve(read()))),
    new Promise((resolve) => process.nextTick(() => resolve(read()))),
    new Promise((resolve) => setImmediate(() => resolve(read()))),
    (async () => [await null, read()])(),
    storage.exit(read) ?? 'left',
  ])
  return [
    await Promise.all(results),
    read() ?? 'outside',
    thrown(() =>
      storage.run('x', () => {
        throw new RangeError()
      }),
    ),
  ]
}

/** Differences of readings of the clock; in nanoseconds if the earlier one is near enough. */
function ofClock() {
  const start = process.hrtime()
  const [seconds, nanoseconds] = process.hrtime([start[0] - 1, 999_999_999])
  const difference = process.hrtime(start)
  const whole = process.hrtime.bigint()
  return {
    // The nanoseconds of the earlier reading are more than those of nearly every later one.
    borrowed: seconds <= 1 && seconds >= 0 && nanoseconds >= 0 && nanoseconds < 1e9,
    near: seconds * 1e9 + nanoseconds - start[1] - 1 < 1e9,
    forward: difference[0] >= 0 && difference[1] >= 0,
    same: Number(whole / 1_000_000_000n) - start[0] <= 1,
  }
}

const ofStreams = () => [
  stream.Stream === (stream as unknown),
  new stream.Writable() instanceof stream,
  new stream.PassThrough() instanceof stream.Readable,
  typeof stream.promises.pipeline,
  typeof Reflect.get(stream, 'isDestroyed'),
]

export async function ofWaiting(): Promise<unknown> {
  return {
    timers: await ofTimers(),
    once: await ofOnce(),
    monitor: await ofMonitor(),
    context: await ofContext(),
    clock: ofClock(),
    streams: ofStreams(),
  }
}

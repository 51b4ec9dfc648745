/** Functions of util about functions: callbacks and promises, inheritance, warnings. */
import util from 'node:util'
import { settled, thrown } from './thrown.ts'

type Done = (error: unknown, value?: unknown) => void

async function ofPromisify() {
  const later = util.promisify((value: unknown, done: Done) => setTimeout(() => done(null, value)))
  const failing = util.promisify((done: Done) => done(new RangeError('x')))
  const own = Object.assign((_: Done) => {}, { [util.promisify.custom]: async () => 'own' })
  const object = {
    factor: 3,
    times(value: number, done: Done) {
      done(null, this.factor * value)
    },
  }
  const times = util.promisify(object.times)
  return [
    await later('later'),
    await settled(failing),
    await util.promisify(own)(),
    await times.call(object, 2),
    await util.promisify(setTimeout)(1, 'timer'),
    await util.promisify(setImmediate)('immediate'),
    util.promisify(later) === later,
    thrown(() => util.promisify(1 as never)),
    thrown(() => util.promisify(Object.assign(() => {}, { [util.promisify.custom]: 1 }) as never)),
  ]
}

async function ofCallbackify() {
  const call = (original: () => Promise<unknown>) =>
    new Promise((resolve) => {
      util.callbackify(original)((error: unknown, value: unknown) => {
        const { name, code, reason } = (error ?? {}) as Record<string, unknown>
        resolve({ none: error === null, name, code, reason, value })
      })
    })
  async function named(_one: number, _two: number) {}
  const { name, length } = util.callbackify(named)
  return [
    await call(async () => 'value'),
    await call(() => Promise.reject(new TypeError('x'))),
    await call(() => Promise.reject(null)),
    [name, length],
    thrown(() => (util.callbackify(named) as unknown as (value: number) => void)(1)),
    thrown(() => util.callbackify(1 as never)),
  ]
}

function ofInherits() {
  function Parent(this: { made: boolean }) {
    this.made = true
  }
  Parent.prototype.hello = () => 'hello'
  function Child(this: object) {
    Parent.call(this as { made: boolean })
  }
  util.inherits(Child, Parent)
  const child = new (Child as unknown as new () => { made: boolean; hello(): string })()
  return [
    child.hello(),
    child.made,
    child instanceof (Parent as never),
    (Child as unknown as { super_: unknown }).super_ === Parent,
    Object.keys(Child),
    thrown(() => util.inherits(undefined as never, Parent)),
    thrown(() => util.inherits(Child, undefined as never)),
  ]
}

/** Outside of an enclave, warnings are silenced: what is compared is what the functions do. */
function ofDeprecate() {
  class One {
    readonly value: number
    constructor(value: number) {
      this.value = value
    }
    static make = () => 'made'
  }
  const warned: string[] = []
  const [{ warn }, { emitWarning }] = [console, process]
  console.warn = (text: string) => void warned.push(text)
  process.emitWarning = (text: string | Error) => void warned.push(`${text}`)
  try {
    const old = util.deprecate(One as never as () => void, 'old', 'DEP_ONE') as never as typeof One
    const add = util.deprecate(
      function (this: { base: number }, value: number) {
        return this.base + value
      },
      'add',
      'DEP_ONE',
    )
    const one = new old(1)
    return [
      one.value,
      one instanceof One,
      one instanceof old,
      old.make(),
      add.call({ base: 2 }, 3),
      add.call({ base: 1 }, 3),
      warned.length,
    ]
  } finally {
    Object.assign(console, { warn })
    Object.assign(process, { emitWarning })
  }
}

async function ofAborted() {
  const [before, later] = [AbortSignal.abort(), new AbortController()]
  setTimeout(() => later.abort())
  return [await util.aborted(before, {}), await util.aborted(later.signal, {})].length
}

export async function ofFunctions(): Promise<unknown> {
  return {
    promisify: await ofPromisify(),
    callbackify: await ofCallbackify(),
    inherits: ofInherits(),
    deprecate: ofDeprecate(),
    aborted: await ofAborted(),
    types: [util.types.isFloat16Array(new Uint8Array(1)), util.types.isUint8Array(new Uint8Array(1))],
  }
}

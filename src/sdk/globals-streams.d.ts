/** Part of ./globals.d.ts: the Streams Standard, the coding streams, and the URL and URL Pattern Standards. */

interface QueuingStrategy<Chunk = unknown> {
  highWaterMark?: number
  size?: (chunk: Chunk) => number
}
declare class CountQueuingStrategy {
  constructor(init: { highWaterMark: number })
  readonly highWaterMark: number
  readonly size: (chunk?: unknown) => 1
}
declare class ByteLengthQueuingStrategy {
  constructor(init: { highWaterMark: number })
  readonly highWaterMark: number
  readonly size: (chunk: ArrayBufferView) => number
}

type ReadResult<Chunk> = { done: false; value: Chunk } | { done: true; value: Chunk | undefined }
interface UnderlyingSource<Chunk> {
  type?: undefined
  start?(controller: ReadableStreamDefaultController<Chunk>): unknown
  pull?(controller: ReadableStreamDefaultController<Chunk>): unknown
  cancel?(reason?: unknown): unknown
}
interface UnderlyingByteSource {
  type: 'bytes'
  autoAllocateChunkSize?: number
  start?(controller: ReadableByteStreamController): unknown
  pull?(controller: ReadableByteStreamController): unknown
  cancel?(reason?: unknown): unknown
}
interface StreamPipeOptions {
  preventClose?: boolean
  preventAbort?: boolean
  preventCancel?: boolean
  signal?: AbortSignal
}
declare class ReadableStream<Chunk = unknown> {
  constructor(source: UnderlyingByteSource, strategy?: { highWaterMark?: number })
  constructor(source?: UnderlyingSource<Chunk>, strategy?: QueuingStrategy<Chunk>)
  static from<Chunk>(
    source: Iterable<Chunk | PromiseLike<Chunk>> | AsyncIterable<Chunk>,
  ): ReadableStream<Chunk>
  readonly locked: boolean
  cancel(reason?: unknown): Promise<void>
  getReader(options: { mode: 'byob' }): ReadableStreamBYOBReader
  getReader(options?: { mode?: undefined }): ReadableStreamDefaultReader<Chunk>
  pipeThrough<Out>(
    pair: { readable: ReadableStream<Out>; writable: WritableStream<Chunk> },
    options?: StreamPipeOptions,
  ): ReadableStream<Out>
  pipeTo(destination: WritableStream<Chunk>, options?: StreamPipeOptions): Promise<void>
  tee(): [ReadableStream<Chunk>, ReadableStream<Chunk>]
  values(options?: { preventCancel?: boolean }): AsyncIterableIterator<Chunk>
  [Symbol.asyncIterator](options?: { preventCancel?: boolean }): AsyncIterableIterator<Chunk>
}
declare class ReadableStreamDefaultReader<Chunk = unknown> {
  constructor(stream: ReadableStream<Chunk>)
  readonly closed: Promise<void>
  cancel(reason?: unknown): Promise<void>
  read(): Promise<ReadResult<Chunk>>
  releaseLock(): void
}
declare class ReadableStreamBYOBReader {
  constructor(stream: ReadableStream<Uint8Array>)
  readonly closed: Promise<void>
  cancel(reason?: unknown): Promise<void>
  read<View extends ArrayBufferView>(view: View, options?: { min?: number }): Promise<ReadResult<View>>
  releaseLock(): void
}
declare class ReadableStreamDefaultController<Chunk = unknown> {
  private constructor()
  readonly desiredSize: number | null
  close(): void
  enqueue(chunk?: Chunk): void
  error(reason?: unknown): void
}
declare class ReadableByteStreamController {
  private constructor()
  readonly byobRequest: ReadableStreamBYOBRequest | null
  readonly desiredSize: number | null
  close(): void
  enqueue(chunk: ArrayBufferView): void
  error(reason?: unknown): void
}
declare class ReadableStreamBYOBRequest {
  private constructor()
  readonly view: Uint8Array | null
  respond(bytesWritten: number): void
  respondWithNewView(view: ArrayBufferView): void
}

interface UnderlyingSink<Chunk> {
  start?(controller: WritableStreamDefaultController): unknown
  write?(chunk: Chunk, controller: WritableStreamDefaultController): unknown
  close?(): unknown
  abort?(reason?: unknown): unknown
}
declare class WritableStream<Chunk = unknown> {
  constructor(sink?: UnderlyingSink<Chunk>, strategy?: QueuingStrategy<Chunk>)
  readonly locked: boolean
  abort(reason?: unknown): Promise<void>
  close(): Promise<void>
  getWriter(): WritableStreamDefaultWriter<Chunk>
}
declare class WritableStreamDefaultWriter<Chunk = unknown> {
  constructor(stream: WritableStream<Chunk>)
  readonly closed: Promise<void>
  readonly desiredSize: number | null
  readonly ready: Promise<void>
  abort(reason?: unknown): Promise<void>
  close(): Promise<void>
  releaseLock(): void
  write(chunk?: Chunk): Promise<void>
}
declare class WritableStreamDefaultController {
  private constructor()
  readonly signal: AbortSignal
  error(reason?: unknown): void
}

interface Transformer<In, Out> {
  start?(controller: TransformStreamDefaultController<Out>): unknown
  transform?(chunk: In, controller: TransformStreamDefaultController<Out>): unknown
  flush?(controller: TransformStreamDefaultController<Out>): unknown
  cancel?(reason?: unknown): unknown
}
declare class TransformStream<In = unknown, Out = unknown> {
  constructor(
    transformer?: Transformer<In, Out>,
    writableStrategy?: QueuingStrategy<In>,
    readableStrategy?: QueuingStrategy<Out>,
  )
  readonly readable: ReadableStream<Out>
  readonly writable: WritableStream<In>
}
declare class TransformStreamDefaultController<Out = unknown> {
  private constructor()
  readonly desiredSize: number | null
  enqueue(chunk?: Out): void
  error(reason?: unknown): void
  terminate(): void
}

declare class TextEncoderStream {
  readonly encoding: 'utf-8'
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>
  readonly writable: WritableStream<string>
}
declare class TextDecoderStream {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  readonly encoding: string
  readonly fatal: boolean
  readonly ignoreBOM: boolean
  readonly readable: ReadableStream<string>
  readonly writable: WritableStream<ArrayBuffer | ArrayBufferView>
}

declare class URL {
  constructor(url: string | URL, base?: string | URL)
  static canParse(url: string | URL, base?: string | URL): boolean
  static parse(url: string | URL, base?: string | URL): URL | null
  href: string
  readonly origin: string
  protocol: string
  username: string
  password: string
  host: string
  hostname: string
  port: string
  pathname: string
  search: string
  readonly searchParams: URLSearchParams
  hash: string
  toJSON(): string
  toString(): string
}
declare class URLSearchParams {
  constructor(init?: string | Iterable<readonly [string, string]> | Record<string, string> | URLSearchParams)
  readonly size: number
  append(name: string, value: string): void
  delete(name: string, value?: string): void
  get(name: string): string | null
  getAll(name: string): string[]
  has(name: string, value?: string): boolean
  set(name: string, value: string): void
  sort(): void
  toString(): string
  forEach(callback: (value: string, name: string, parameters: URLSearchParams) => void): void
  entries(): IterableIterator<[string, string]>
  keys(): IterableIterator<string>
  values(): IterableIterator<string>
  [Symbol.iterator](): IterableIterator<[string, string]>
}

type URLPatternPart =
  | 'protocol'
  | 'username'
  | 'password'
  | 'hostname'
  | 'port'
  | 'pathname'
  | 'search'
  | 'hash'
type URLPatternInput = string | ({ [Part in URLPatternPart]?: string } & { baseURL?: string })
interface URLPatternComponentResult {
  input: string
  groups: Record<string, string | undefined>
}
type URLPatternResult = { inputs: URLPatternInput[] } & {
  [Part in URLPatternPart]: URLPatternComponentResult
}
interface URLPattern extends Readonly<Record<URLPatternPart, string>> {}
declare class URLPattern {
  constructor(input?: URLPatternInput, base?: string, options?: { ignoreCase?: boolean })
  test(input?: URLPatternInput, base?: string): boolean
  exec(input?: URLPatternInput, base?: string): URLPatternResult | null
  readonly hasRegExpGroups: boolean
}

/** Part of ./globals.d.ts: events, and the classes of the Fetch Standard and what they carry. */

interface EventInit {
  bubbles?: boolean
  cancelable?: boolean
  composed?: boolean
}
declare class Event {
  static readonly NONE: 0
  static readonly CAPTURING_PHASE: 1
  static readonly AT_TARGET: 2
  static readonly BUBBLING_PHASE: 3
  constructor(type: string, init?: EventInit)
  readonly type: string
  readonly target: EventTarget | null
  readonly currentTarget: EventTarget | null
  readonly eventPhase: number
  readonly bubbles: boolean
  readonly cancelable: boolean
  readonly composed: boolean
  readonly defaultPrevented: boolean
  readonly timeStamp: number
  readonly isTrusted: boolean
  composedPath(): EventTarget[]
  preventDefault(): void
  stopPropagation(): void
  stopImmediatePropagation(): void
}
declare class CustomEvent<Detail = unknown> extends Event {
  constructor(type: string, init?: EventInit & { detail?: Detail })
  readonly detail: Detail
}
/** An error that nobody caught: the event 'error' of globalThis. */
declare class ErrorEvent extends Event {
  constructor(
    type: string,
    init?: EventInit & {
      message?: string
      filename?: string
      lineno?: number
      colno?: number
      error?: unknown
    },
  )
  readonly message: string
  readonly filename: string
  readonly lineno: number
  readonly colno: number
  readonly error: unknown
}
/** A promise that was rejected without a handler: 'unhandledrejection'; that got one later: 'rejectionhandled'. */
declare class PromiseRejectionEvent extends Event {
  constructor(type: string, init: EventInit & { promise: Promise<unknown>; reason?: unknown })
  readonly promise: Promise<unknown>
  readonly reason: unknown
}

type Listener<Kind extends Event> = ((event: Kind) => void) | { handleEvent(event: Kind): void }
interface ListenerOptions {
  capture?: boolean
  once?: boolean
  passive?: boolean
  signal?: AbortSignal
}
declare class EventTarget {
  addEventListener<Kind extends Event = Event>(
    type: string,
    listener: Listener<Kind> | null,
    options?: boolean | ListenerOptions,
  ): void
  removeEventListener<Kind extends Event = Event>(
    type: string,
    listener: Listener<Kind> | null,
    options?: boolean | { capture?: boolean },
  ): void
  /** False if a listener prevented the default. */
  dispatchEvent(event: Event): boolean
}
interface GlobalEvents {
  error: ErrorEvent
  unhandledrejection: PromiseRejectionEvent
  rejectionhandled: PromiseRejectionEvent
}
declare function addEventListener<Type extends keyof GlobalEvents>(
  type: Type,
  listener: Listener<GlobalEvents[Type]>,
  options?: boolean | ListenerOptions,
): void
declare function addEventListener(
  type: string,
  listener: Listener<Event>,
  options?: boolean | ListenerOptions,
): void
declare function removeEventListener<Kind extends Event>(
  type: string,
  listener: Listener<Kind>,
  options?: boolean | { capture?: boolean },
): void
declare function dispatchEvent(event: Event): boolean
declare var onerror:
  | ((message: string, file: string, line: number, column: number, error: unknown) => unknown)
  | null
declare var onunhandledrejection: ((event: PromiseRejectionEvent) => unknown) | null
declare var onrejectionhandled: ((event: PromiseRejectionEvent) => unknown) | null

declare class AbortSignal extends EventTarget {
  private constructor()
  static abort(reason?: unknown): AbortSignal
  /** Aborted after so many milliseconds; it does not keep the enclave running. */
  static timeout(milliseconds: number): AbortSignal
  static any(signals: Iterable<AbortSignal>): AbortSignal
  readonly aborted: boolean
  readonly reason: unknown
  onabort: ((event: Event) => unknown) | null
  throwIfAborted(): void
}
declare class AbortController {
  readonly signal: AbortSignal
  abort(reason?: unknown): void
}

type BlobPart = string | ArrayBuffer | ArrayBufferView | Blob
interface BlobOptions {
  type?: string
  endings?: 'transparent' | 'native'
}
declare class Blob {
  constructor(parts?: Iterable<BlobPart>, options?: BlobOptions)
  readonly size: number
  readonly type: string
  slice(start?: number, end?: number, type?: string): Blob
  arrayBuffer(): Promise<ArrayBuffer>
  bytes(): Promise<Uint8Array<ArrayBuffer>>
  text(): Promise<string>
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>
  textStream(): ReadableStream<string>
}
declare class File extends Blob {
  constructor(parts: Iterable<BlobPart>, name: string, options?: BlobOptions & { lastModified?: number })
  readonly name: string
  readonly lastModified: number
}

declare class FormData {
  append(name: string, value: string): void
  append(name: string, value: Blob, filename?: string): void
  delete(name: string): void
  get(name: string): File | string | null
  getAll(name: string): (File | string)[]
  has(name: string): boolean
  set(name: string, value: string): void
  set(name: string, value: Blob, filename?: string): void
  forEach(callback: (value: File | string, name: string, form: FormData) => void): void
  entries(): IterableIterator<[string, File | string]>
  keys(): IterableIterator<string>
  values(): IterableIterator<File | string>
  [Symbol.iterator](): IterableIterator<[string, File | string]>
}

type HeadersInit = Iterable<readonly [string, string]> | Record<string, string> | Headers
declare class Headers {
  constructor(init?: HeadersInit)
  append(name: string, value: string): void
  delete(name: string): void
  get(name: string): string | null
  getSetCookie(): string[]
  has(name: string): boolean
  set(name: string, value: string): void
  forEach(callback: (value: string, name: string, headers: Headers) => void): void
  entries(): IterableIterator<[string, string]>
  keys(): IterableIterator<string>
  values(): IterableIterator<string>
  [Symbol.iterator](): IterableIterator<[string, string]>
}

type BodyInit = BlobPart | FormData | URLSearchParams | ReadableStream<Uint8Array>
interface Body {
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | null
  readonly bodyUsed: boolean
  arrayBuffer(): Promise<ArrayBuffer>
  blob(): Promise<Blob>
  bytes(): Promise<Uint8Array<ArrayBuffer>>
  formData(): Promise<FormData>
  // biome-ignore lint/suspicious/noExplicitAny: as in TypeScript's own library
  json(): Promise<any>
  text(): Promise<string>
  textStream(): ReadableStream<string>
}
interface RequestInit {
  method?: string
  headers?: HeadersInit
  body?: BodyInit | null
  /** Required for a body that is a stream. */
  duplex?: 'half'
  signal?: AbortSignal | null
  redirect?: 'follow' | 'error' | 'manual'
  mode?: 'cors' | 'same-origin' | 'no-cors' | 'navigate'
  credentials?: 'same-origin' | 'omit' | 'include'
  cache?: 'default' | 'no-store' | 'reload' | 'no-cache' | 'force-cache' | 'only-if-cached'
  referrer?: string
  referrerPolicy?: string
  integrity?: string
  keepalive?: boolean
}
interface Request extends Body {}
declare class Request {
  constructor(input: string | URL | Request, init?: RequestInit)
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly signal: AbortSignal
  readonly destination: ''
  readonly duplex: 'half'
  readonly redirect: 'follow' | 'error' | 'manual'
  readonly mode: string
  readonly credentials: string
  readonly cache: string
  readonly referrer: string
  readonly referrerPolicy: string
  readonly integrity: string
  readonly keepalive: boolean
  clone(): Request
}
interface ResponseInit {
  status?: number
  statusText?: string
  headers?: HeadersInit
}
interface Response extends Body {}
declare class Response {
  constructor(body?: BodyInit | null, init?: ResponseInit)
  static error(): Response
  static json(data: unknown, init?: ResponseInit): Response
  static redirect(url: string | URL, status?: 301 | 302 | 303 | 307 | 308): Response
  readonly type: 'default' | 'error'
  readonly url: string
  readonly redirected: boolean
  readonly status: number
  readonly ok: boolean
  readonly statusText: string
  readonly headers: Headers
  clone(): Response
}
/**
 * Sends a request through the proxy at the parent instance; for `https:` the TLS session ends here, in the enclave. Follows no
 * redirect unless `redirect` is `follow`. Rejects with a TypeError, whose `cause` is an error with a code.
 */
declare function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>

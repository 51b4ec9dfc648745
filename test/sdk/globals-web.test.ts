/** The web's classes in an enclave do what they do in Node: each snippet runs in both, and gives the same. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Laboratory } from '../support/laboratory.ts'

let lab: Laboratory
beforeAll(async () => {
  lab = await Laboratory.open()
})
afterAll(() => lab[Symbol.asyncDispose]())

const AsyncFunction = (async () => {}).constructor as new (code: string) => () => Promise<unknown>

/** What every snippet may use. */
const TOOLS = `const bytes = (...list) => Uint8Array.from(list)
const text = (value) => new TextEncoder().encode(value)
const all = async (stream) => { const list = []; for await (const one of stream) list.push(one); return list }
const fails = async (run) => { try { await run(); return 'no error' } catch (error) { return error.name } }
const collect = (target, type, log) => target.addEventListener(type, (event) => log.push([event.type, event.target === target, event.eventPhase]))
`

const SNIPPETS: Readonly<Record<string, readonly string[]>> = {
  'Event and EventTarget': [
    `const log = [], target = new EventTarget(); collect(target, 'a', log); const sent = target.dispatchEvent(new Event('a')); return [log, sent]`,
    `const target = new EventTarget(); let count = 0; const up = () => count++; target.addEventListener('a', up); target.addEventListener('a', up); target.addEventListener('a', up, true); target.dispatchEvent(new Event('a')); target.removeEventListener('a', up); target.dispatchEvent(new Event('a')); return count`,
    `const target = new EventTarget(), event = new Event('a', { cancelable: true }); target.addEventListener('a', (one) => one.preventDefault()); return [target.dispatchEvent(event), event.defaultPrevented]`,
    `const target = new EventTarget(), event = new Event('a', { cancelable: true }); target.addEventListener('a', (one) => one.preventDefault(), { passive: true }); return [target.dispatchEvent(event), event.defaultPrevented]`,
    `const target = new EventTarget(), log = []; target.addEventListener('a', { handleEvent(event) { log.push(event.type) } }); target.addEventListener('a', (event) => { log.push(1); event.stopImmediatePropagation() }, { once: true }); target.addEventListener('a', () => log.push(2)); target.dispatchEvent(new Event('a')); target.dispatchEvent(new Event('a')); return log`,
    `const target = new EventTarget(), control = new AbortController(); let count = 0; target.addEventListener('a', () => count++, { signal: control.signal }); target.dispatchEvent(new Event('a')); control.abort(); target.dispatchEvent(new Event('a')); return count`,
    `const event = new CustomEvent('a', { detail: { x: 1 } }); return [event.detail, event.type, event.bubbles, event instanceof Event, Object.prototype.toString.call(event)]`,
    `return [await fails(() => new Event()), await fails(() => new EventTarget().dispatchEvent({})), await fails(() => { const e = new Event('a'), t = new EventTarget(); t.addEventListener('a', () => t.dispatchEvent(e)); let name; t.addEventListener('a', () => { try { t.dispatchEvent(e) } catch (error) { name = error.name } }); throw new TypeError(name) })]`,
    `const target = new EventTarget(), event = new Event('a'); let during; target.addEventListener('a', (one) => { during = [one.currentTarget === target, one.composedPath().length, one.eventPhase] }); target.dispatchEvent(event); return [during, event.currentTarget, event.composedPath().length, event.isTrusted]`,
    `return [Event.NONE, Event.AT_TARGET]`,
  ],
  'AbortController and AbortSignal': [
    `const control = new AbortController(), log = []; collect(control.signal, 'abort', log); control.signal.onabort = () => log.push('on'); control.abort(); control.abort('again'); return [log, control.signal.aborted, control.signal.reason.name, control.signal.reason.code]`,
    `const signal = AbortSignal.abort('why'); return [signal.aborted, signal.reason, await fails(() => new AbortSignal()), await fails(() => AbortSignal.abort(new RangeError('x')).throwIfAborted())]`,
    `const one = new AbortController(), two = new AbortController(), any = AbortSignal.any([one.signal, AbortSignal.any([two.signal])]), log = []; any.addEventListener('abort', () => log.push(any.reason)); two.abort('two'); one.abort('one'); return [any.aborted, log, AbortSignal.any([]).aborted, AbortSignal.any([AbortSignal.abort(3), two.signal]).reason]`,
    `const signal = AbortSignal.timeout(1); await new Promise((done) => { signal.onabort = done; setTimeout(() => {}, 1000).unref?.() }); return [signal.reason.name, signal.reason.code]`,
    `try { AbortSignal.abort().throwIfAborted() } catch (error) { return [error.name, error.message] }`,
  ],
  'Blob and File': [
    `const blob = new Blob(['a', bytes(98, 99), new Blob(['d']), bytes(101).buffer], { type: 'Text/PLAIN' }); return [blob.size, blob.type, await blob.text(), await blob.slice(1, -1).text(), blob.slice(2, 3, 'x/y').type, await blob.slice(3, 1).text()]`,
    `const file = new File(['abc'], 'n.txt', { lastModified: 5, type: 'a/b' }); return [file.name, file.lastModified, file.size, file.type, file instanceof Blob, Object.prototype.toString.call(file), [...bytes(...new Uint8Array(await file.arrayBuffer()))]]`,
    `return [await fails(() => new Blob('abc')), await fails(() => new File(['a'])), new Blob([], { type: 'é' }).type, await new Blob([1, null, {}]).text(), [...await new Blob(['é']).bytes()]]`,
    `return (await all(new Blob(['ab', 'cd']).stream())).flatMap((chunk) => [...chunk])`,
    `return await new Blob(['\\ufeffx\\ud800']).text()`,
  ],
  'FormData, Headers': [
    `const form = new FormData(); form.append('a', 1); form.append('a', new Blob(['x'])); form.set('b', 'two'); form.append('c', new File(['f'], 'f.txt'), 'g.txt'); form.set('b', 3); form.delete('none'); return [[...form].map(([k, v]) => [k, typeof v === 'string' ? v : [v.name, v.size]]), form.has('a'), form.getAll('a').length, form.get('none')]`,
    `const headers = new Headers({ B: ' x ', a: '1' }); headers.append('b', 'y'); headers.append('Set-Cookie', 'c=1'); headers.append('set-cookie', 'd=2'); return [[...headers], headers.get('b'), headers.getSetCookie(), headers.has('A'), [...headers.keys()], [...new Headers([['x', '1'], ['X', '2']]).values()]]`,
    `return [await fails(() => new Headers({ 'a b': '1' })), await fails(() => new Headers({ a: 'x\\ny' })), await fails(() => new Headers([['a']])), await fails(() => new Headers({ a: '€' })), await fails(() => new Headers(5))]`,
    `const log = []; new Headers({ a: '1' }).forEach((value, name) => log.push([name, value])); const h = new Headers({ a: '1' }); h.set('A', '2'); h.delete('none'); return [log, [...h]]`,
  ],
  'Request and Response': [
    `const request = new Request('http://a/b?c#d', { method: 'post', body: 'x', headers: { x: '1' } }); return [request.url, request.method, [...request.headers], await request.text(), request.bodyUsed, request.redirect, request.mode, request.credentials, request.cache]`,
    `const request = new Request('http://a/', { method: 'PUT', body: 'x' }), copy = new Request(request, { headers: { y: '2' } }); return [copy.method, request.bodyUsed, await copy.text(), [...copy.headers], await fails(() => request.text())]`,
    `return [await fails(() => new Request('/relative')), await fails(() => new Request('http://u:p@a/')), await fails(() => new Request('http://a/', { body: 'x' })), await fails(() => new Request('http://a/', { method: 'TRACE' })), await fails(() => new Request('http://a/', { method: 'a b' })), new Request('http://a/', { method: 'patch' }).method]`,
    `const response = new Response('{"a":1}', { status: 201, statusText: 'Made', headers: { 'x-y': 'z' } }), copy = response.clone(); return [response.status, response.ok, response.statusText, [...response.headers], await response.json(), await copy.text(), response.bodyUsed, response.type, response.url]`,
    `return [Response.json({ a: 1 }).headers.get('content-type'), await Response.json([1]).json(), Response.redirect('http://a/b', 301).headers.get('location'), Response.error().type, Response.error().status, await fails(() => Response.redirect('http://a', 200)), await fails(() => new Response('x', { status: 204 })), await fails(() => new Response('', { status: 99 }))]`,
    `return [new Response().body, (await new Response().text()), new Response(new URLSearchParams('a=1')).headers.get('content-type'), new Response(bytes(1)).headers.get('content-type'), new Response(new Blob(['a'], { type: 'x/y' })).headers.get('content-type'), new Response('a').headers.get('content-type')]`,
    `const stream = new ReadableStream({ start(c) { c.enqueue(text('one ')); c.enqueue(text('two')); c.close() } }); const response = new Response(stream), copy = response.clone(); return [await response.text(), await copy.text(), [...new Uint8Array(await new Response(bytes(1, 2)).arrayBuffer())], (await new Response('abc', { headers: { 'content-type': 'q/r' } }).blob()).type]`,
    `const form = new FormData(); form.append('a"b', '1\\n2'); form.append('f', new File(['xyz'], 'é.txt', { type: 'a/b' })); const back = await new Response(form).formData(); return [[...back.keys()], back.get('a"b'), back.get('f').name, back.get('f').type, await back.get('f').text()]`,
    `const back = await new Response(new URLSearchParams('a=1&a=2&b=%C3%A9')).formData(); return [[...back], await fails(() => new Response('x').formData()), await fails(() => new Response('no', { headers: { 'content-type': 'multipart/form-data; boundary=x' } }).formData()), await fails(() => new Response('{').json())]`,
    `const response = new Response('abc'); const reader = response.body.getReader(); const first = await reader.read(); return [[...first.value], response.bodyUsed, await fails(() => response.text()), await fails(() => response.clone())]`,
    `const control = new AbortController(), request = new Request('http://a/', { signal: control.signal }), copy = request.clone(); control.abort('x'); return [request.signal.aborted, copy.signal.reason, request.signal === control.signal]`,
  ],
  'streams and their codings': [
    `const stream = new ReadableStream({ start(c) { c.enqueue(1); c.enqueue(2); c.close() } }); const [a, b] = stream.tee(); return [await all(a), await all(b), stream.locked]`,
    `const doubled = new TransformStream({ transform(chunk, c) { c.enqueue(chunk * 2) } }); return await all(ReadableStream.from([1, 2, 3]).pipeThrough(doubled))`,
    `const log = []; await ReadableStream.from(['a', 'b']).pipeTo(new WritableStream({ write(chunk) { log.push(chunk) }, close() { log.push('end') } })); return log`,
    `const halves = new ReadableStream({ start(c) { c.enqueue(bytes(0xe2, 0x82)); c.enqueue(bytes(0xac)); c.enqueue(bytes(0xff)); c.close() } }); return (await all(halves.pipeThrough(new TextDecoderStream()))).join('')`,
    `const parts = ReadableStream.from(['a\\ud83d', '\\ude00', '\\ud800']); return (await all(parts.pipeThrough(new TextEncoderStream()))).flatMap((chunk) => [...chunk])`,
    `return [await fails(() => all(ReadableStream.from([bytes(0xff)]).pipeThrough(new TextDecoderStream('utf-8', { fatal: true })))), new TextDecoderStream('latin1').encoding, new CountQueuingStrategy({ highWaterMark: 3 }).size()]`,
    `const stream = new ReadableStream({ type: 'bytes', pull(c) { const view = c.byobRequest.view; view[0] = 7; c.byobRequest.respond(1); c.close() } }); const reader = stream.getReader({ mode: 'byob' }); const { value } = await reader.read(new Uint8Array(4)); return [...value]`,
    `const { readable, writable } = new TransformStream(); const writer = writable.getWriter(); writer.write('x').catch(() => {}); writer.closed.catch(() => {}); writer.abort(new RangeError('stop')).catch(() => {}); return await fails(() => all(readable))`,
  ],
  'text, base64 and random values': [
    `return [new TextDecoder('UTF8').encoding, new TextDecoder('ascii').encoding, new TextDecoder('utf-16').encoding, new TextDecoder(' Latin1 ').encoding, await fails(() => new TextDecoder('none')), new TextDecoder().fatal, new TextDecoder('utf-8', { ignoreBOM: true }).ignoreBOM]`,
    `return [new TextDecoder().decode(bytes(104).buffer), new TextDecoder().decode(new DataView(bytes(105, 106).buffer, 1)), new TextDecoder().decode(), await fails(() => new TextDecoder().decode('x'))]`,
    `return [atob(' aGk= '), btoa('hi\\xff'), await fails(() => atob('*')), await fails(() => btoa('€'))]`,
    `return [/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID()), await fails(() => crypto.getRandomValues(new Float32Array(1))), await fails(() => crypto.getRandomValues(new Uint8Array(65537))), crypto.getRandomValues(new Uint32Array(2)).length, await fails(() => crypto.getRandomValues([]))]`,
    `const error = new DOMException('m', 'AbortError'); return [error.name, error.code, error instanceof Error, String(error), DOMException.ABORT_ERR, Object.prototype.toString.call(error), error.stack.split('\\n')[0], new DOMException('m').name, new DOMException('m', { name: 'X', cause: 1 }).cause]`,
  ],
  structuredClone: [
    `const buffer = bytes(1, 2, 3).buffer, view = new Uint8Array(buffer, 1); const copy = structuredClone({ buffer, view }, { transfer: [buffer] }); return [buffer.byteLength, copy.buffer === copy.view.buffer, [...copy.view]]`,
    `const o = { list: [1] }; o.self = o; o.again = o.list; const copy = structuredClone(o); return [copy !== o, copy.self === copy, copy.again === copy.list]`,
    `const error = new RangeError('m', { cause: { a: 1 } }); error.extra = 1; const copy = structuredClone(error); return [copy instanceof RangeError, copy.message, copy.cause, copy.extra, copy.stack === error.stack]`,
    `return [await fails(() => structuredClone()), await fails(() => structuredClone(1, { transfer: [{}] })), await fails(() => structuredClone({ f() {} })), (await structuredClone(new Blob(['ab'])).text()), structuredClone(Object('s')) + '']`,
  ],
}

for (const [title, snippets] of Object.entries(SNIPPETS)) {
  test(title, async () => {
    const functions = snippets.map((code) => `async () => { ${code} }`).join(',\n')
    const run = `${TOOLS}
      const results = []
      for (const one of [${functions}]) {
        try { results.push(await one()) } catch (error) { results.push(String(error?.stack ?? error)) }
      }
      return results`
    const expected = JSON.parse(JSON.stringify(await new AsyncFunction(run)())) as unknown[]
    const found = await lab.run<unknown[]>(run)
    expect(found.map((one, at) => [snippets[at], one])).toEqual(
      expected.map((one, at) => [snippets[at], one]),
    )
  })
}

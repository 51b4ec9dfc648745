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
const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds))
const until = async (test) => { while (!test()) await wait(1) }
const fails = async (run) => { try { await run(); return 'no error' } catch (error) { return error.name } }
const collect = (target, type, log) => target.addEventListener(type, (event) => log.push([event.type, event.target === target, event.eventPhase]))
`

/** Reads a form with one part. */
const FORM = `const part = (boundary, name = 'a', value = 'x') => '--' + boundary + '\\r\\nContent-Disposition: form-data; name="' + name + '"\\r\\n\\r\\n' + value + '\\r\\n--' + boundary + '--\\r\\n'
const read = async (boundary, body, type = 'multipart/form-data; boundary=' + boundary) => {
  try {
    const form = await new Response(Uint8Array.from(body, (one) => one.charCodeAt(0)), { headers: { 'content-type': type } }).formData()
    return await Promise.all([...form].map(async ([name, value]) => [name, typeof value === 'string' ? value : [value.name, value.type, ...await value.bytes()]]))
  } catch (error) { return error.name }
}
`

const SNIPPETS: Readonly<Record<string, readonly string[]>> = {
  'Event and EventTarget': [
    `const log = [], target = new EventTarget(); collect(target, 'a', log); const sent = target.dispatchEvent(new Event('a')); return [log, sent]`,
    `const target = new EventTarget(); let count = 0; const up = () => count++; target.addEventListener('a', up); target.addEventListener('a', up); target.addEventListener('a', up, true); target.dispatchEvent(new Event('a')); target.removeEventListener('a', up); target.dispatchEvent(new Event('a')); return count`,
    `const target = new EventTarget(), event = new Event('a', { cancelable: true }); target.addEventListener('a', (one) => one.preventDefault()); return [target.dispatchEvent(event), event.defaultPrevented]`,
    `const target = new EventTarget(), event = new Event('a', { cancelable: true }); target.addEventListener('a', (one) => one.preventDefault(), { passive: true }); return [target.dispatchEvent(event), event.defaultPrevented]`,
    `const target = new EventTarget(), log = []; target.addEventListener('a', { handleEvent(event) { log.push(event.type) } }); target.addEventListener('a', (event) => { log.push(1); event.stopImmediatePropagation() }, { once: true }); target.addEventListener('a', () => log.push(2)); target.dispatchEvent(new Event('a')); target.dispatchEvent(new Event('a')); return log`,
    `const target = new EventTarget(), log = [], second = () => log.push('second'); target.addEventListener('a', () => { log.push('first'); target.removeEventListener('a', second) }, { once: true }); target.addEventListener('a', second); target.addEventListener('a', () => log.push('third')); target.dispatchEvent(new Event('a')); target.dispatchEvent(new Event('a')); return log`,
    `const target = new EventTarget(), control = new AbortController(); let count = 0; target.addEventListener('a', () => count++, { signal: control.signal }); target.dispatchEvent(new Event('a')); control.abort(); target.dispatchEvent(new Event('a')); return count`,
    `const event = new CustomEvent('a', { detail: { x: 1 } }); return [event.detail, event.type, event.bubbles, event instanceof Event, Object.prototype.toString.call(event)]`,
    `return [await fails(() => new Event()), await fails(() => new EventTarget().dispatchEvent({})), await fails(() => { const e = new Event('a'), t = new EventTarget(); t.addEventListener('a', () => t.dispatchEvent(e)); let name; t.addEventListener('a', () => { try { t.dispatchEvent(e) } catch (error) { name = error.name } }); throw new TypeError(name) })]`,
    `const target = new EventTarget(), event = new Event('a'); let during; target.addEventListener('a', (one) => { during = [one.currentTarget === target, one.composedPath().length, one.eventPhase] }); target.dispatchEvent(event); return [during, event.currentTarget, event.composedPath().length, event.isTrusted]`,
    `const target = new EventTarget(), log = [], add = () => log.push(1); for (const capture of [true, false]) target.addEventListener('a', add, capture); target.removeEventListener('a', add, true); target.dispatchEvent(new Event('a')); target.removeEventListener('a', add, { capture: true }); target.dispatchEvent(new Event('a')); target.removeEventListener('a', add); target.dispatchEvent(new Event('a')); return log`,
    `return [Event.NONE, Event.AT_TARGET]`,
  ],
  'timeStamp and isTrusted of an Event': [
    `const before = performance.now(), event = new Event('a'), after = performance.now(), first = event.timeStamp; await wait(2); return [first >= before && first <= after, event.timeStamp === first, new CustomEvent('b').timeStamp > first]`,
    `const control = new AbortController(), log = []; control.signal.addEventListener('abort', (event) => log.push(event.isTrusted)); control.abort(); const target = new EventTarget(); target.addEventListener('a', (event) => log.push(event.isTrusted)); target.dispatchEvent(new Event('a')); return [log, new Event('a', { isTrusted: true }).isTrusted]`,
    `'use strict'; return [await fails(() => { new Event('a').isTrusted = true }), await fails(() => { new Event('a').timeStamp = 5 })]`,
  ],
  timers: [
    `const log = [], add = (one) => () => log.push(one); setTimeout(add('later'), 60); setTimeout(add('first'), 50); setTimeout(add('second'), 50); setImmediate(add('immediate')); queueMicrotask(add('microtask')); Promise.resolve().then(add('promise')); log.push('now'); await until(() => log.length === 7); return log`,
    `const log = [], add = (one) => () => log.push(one); setTimeout(() => { log.push('outer'); setTimeout(add('inner'), 0); setImmediate(add('immediate')); Promise.resolve().then(add('promise')) }, 1); await until(() => log.length === 4); return log`,
    `const log = []; setImmediate(() => { log.push(1); setImmediate(() => log.push(3)) }); setImmediate(() => log.push(2)); await until(() => log.length === 3); return log`,
    `const log = [], add = () => log.push('called'); const timers = [setTimeout(add, 2), setTimeout(add), setInterval(add, 2)]; timers.forEach((one) => clearTimeout(one)); clearTimeout(timers[0]); clearImmediate(setImmediate(add)); clearInterval(setTimeout(add, 2)); for (const none of [undefined, null, {}, 'x', -1, 1e9]) { clearTimeout(none); clearInterval(none) } await wait(10); return log`,
    `const log = []; let second; setTimeout(() => { log.push('first'); clearTimeout(second) }, 1); second = setTimeout(() => log.push('second'), 1); setTimeout(() => log.push('third'), 1); await wait(10); return log`,
    `const log = []; const interval = setInterval((...given) => { log.push(given); if (log.length === 3) clearInterval(interval) }, 1, 'a', 2); await until(() => log.length === 3); await wait(5); return log`,
    `const log = [], interval = setInterval(() => { log.push('interval'); if (log.length > 1) clearInterval(interval); else setTimeout(() => log.push('timeout'), 1) }, 200); await until(() => log.length === 3); return log`,
    `const log = []; setTimeout((...given) => log.push(given), 1, 'a', 2); setImmediate((...given) => log.push(given), 'b'); await until(() => log.length === 2); return log.map((given) => given.join()).sort()`,
    `const log = [], add = (one) => () => log.push(one); setTimeout(add('zero'), 0); setTimeout(add('none')); setTimeout(add('number'), '1'); await wait(10); return log`,
    `return [await fails(() => setTimeout('text')), await fails(() => setInterval({}, 1)), await fails(() => setImmediate()), setTimeout.name, setTimeout.length > 0]`,
    `const log = []; try { await new Promise((_, reject) => setTimeout(reject, 1, new RangeError('late'))) } catch (error) { log.push(error.name) } return log`,
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
    `const blob = new Blob(['abcdef']); return Promise.all([[-100], [-3, -1], [2, 100], [4, 2], [NaN, 2.9], [0.5, 2.5], [1.5, 3.5], [-2.5, -0.4], [-Infinity, Infinity], ['1', '3'], [undefined, -6], [-7, -7]].map((given) => blob.slice(...given).text()))`,
    `return [await fails(() => new Blob('abc')), await fails(() => new File(['a'])), new Blob([], { type: 'é' }).type, await new Blob([1, null, {}]).text(), [...await new Blob(['é']).bytes()]]`,
    `return (await all(new Blob(['ab', 'cd']).stream())).flatMap((chunk) => [...chunk])`,
    `return await new Blob(['\\ufeffx\\ud800']).text()`,
  ],
  'FormData, Headers': [
    `const form = new FormData(); form.append('a', 1); form.append('a', new Blob(['x'])); form.set('b', 'two'); form.append('c', new File(['f'], 'f.txt'), 'g.txt'); form.set('b', 3); form.delete('none'); return [[...form].map(([k, v]) => [k, typeof v === 'string' ? v : [v.name, v.size]]), form.has('a'), form.getAll('a').length, form.get('none')]`,
    `const form = new FormData(); for (const [name, value] of [['a', 1], ['b', 2], ['a', 3], ['c', 4], ['a', 5]]) form.append(name, value); form.set('a', 6); const before = [...form]; form.delete('a'); return [before, [...form], [...form.keys()], [...form.values()]]`,
    `const headers = new Headers({ B: ' x ', a: '1' }); headers.append('b', 'y'); headers.append('Set-Cookie', 'c=1'); headers.append('set-cookie', 'd=2'); return [[...headers], headers.get('b'), headers.getSetCookie(), headers.has('A'), [...headers.keys()], [...new Headers([['x', '1'], ['X', '2']]).values()]]`,
    `return [await fails(() => new Headers({ 'a b': '1' })), await fails(() => new Headers({ a: 'x\\ny' })), await fails(() => new Headers([['a']])), await fails(() => new Headers({ a: '€' })), await fails(() => new Headers(5))]`,
    `const log = []; new Headers({ a: '1' }).forEach((value, name) => log.push([name, value])); const h = new Headers({ a: '1' }); h.set('A', '2'); h.delete('none'); return [log, [...h]]`,
  ],
  'names and values of headers': [
    `const names = ['', ' ', 'a b', 'a:', 'é', 'a\\n', 'a\\0', '\\x7f', ...'"(),/;<=>?@[]{}\\\\']; return Promise.all(names.flatMap((name) => [fails(() => new Headers([[name, 'x']])), fails(() => new Headers().append(name, 'x')), fails(() => new Headers().set(name, 'x')), fails(() => new Headers().get(name)), fails(() => new Headers().has(name)), fails(() => new Headers().delete(name))]))`,
    `const name = "!#$%&'*+-.^_\`|~09azAZ"; return [...new Headers([[name, 'x']])]`,
    `return Promise.all(['', ' x ', '\\tx\\r\\n', 'a\\tb', '\\x7f', '\\x01', '\\xff', 'a\\nb', 'a\\rb', 'a\\0b', 'Ā'].map(async (value) => [await fails(() => new Headers({ a: value })), await fails(() => new Headers().set('a', value)), await fails(() => new Headers().append('a', value))]))`,
    `return [...new Headers({ a: '\\n\\t x y \\r', b: '', c: 5, d: ['1', '2'] })]`,
    `return [await fails(() => new Headers([['a', 'b', 'c']])), await fails(() => new Headers(['ab'])), await fails(() => new Headers([null])), await fails(() => new Headers(null)), await fails(() => new Headers({ [Symbol('s')]: 'x' }))]`,
    `const headers = new Headers({ a: '1' }), keys = headers.keys(); headers.set('b', '2'); headers.delete('a'); return [[...keys], [...headers.entries()], [...headers.values()], headers.get('a')]`,
  ],
  'Request and Response': [
    `const response = Response.error(); return [response.type, response.status, response.ok, response.statusText, response.body, response.url, response.redirected, [...response.headers], await response.text(), await fails(() => response.headers.set('a', 'b')), await fails(() => response.headers.append('a', 'b')), await fails(() => response.headers.delete('a'))]`,
    `const { headers, status } = Response.redirect('http://a/b'); return [status, await fails(() => headers.set('a', 'b')), await fails(() => headers.delete('location')), headers.get('location')]`,
    `return Promise.all(['GET', 'get', 'CONNECT', 'connect', 'Trace', 'TRACK', '', 'a b', 'é', 'M-SEARCH'].map((method) => fails(() => new Request('http://a/', { method }))))`,
    `return Promise.all(['a\\nb', 'Ā', '\\x7f', 'a\\tb', '\\xff'].map((statusText) => fails(() => new Response('', { statusText }))))`,
    `return Promise.all([199, 200, 599, 600, 200.9, '201', NaN, 65536 + 200].map((status) => fails(() => new Response(null, { status }))))`,
    `const request = new Request('http://a/b?c#d', { method: 'post', body: 'x', headers: { x: '1' } }); return [request.url, request.method, [...request.headers], await request.text(), request.bodyUsed, request.mode, request.credentials, request.cache]`,
    `const request = new Request('http://a/', { method: 'PUT', body: 'x' }), copy = new Request(request, { headers: { y: '2' } }); return [copy.method, request.bodyUsed, await copy.text(), [...copy.headers], await fails(() => request.text())]`,
    `const request = new Request('http://a/', { method: 'PUT', body: 'x' }); await request.text(); const locked = new Request('http://a/', { method: 'PUT', body: 'x' }); locked.body.getReader(); return [await fails(() => new Request(request)), await fails(() => request.clone()), await fails(() => new Request(locked)), await fails(() => locked.clone()), new Request(request, { body: 'y' }).bodyUsed]`,
    `return [await fails(() => new Request('/relative')), await fails(() => new Request('http://u:p@a/')), await fails(() => new Request('http://a/', { body: 'x' })), await fails(() => new Request('http://a/', { method: 'TRACE' })), await fails(() => new Request('http://a/', { method: 'a b' })), new Request('http://a/', { method: 'patch' }).method]`,
    `const response = new Response('{"a":1}', { status: 201, statusText: 'Made', headers: { 'x-y': 'z' } }), copy = response.clone(); return [response.status, response.ok, response.statusText, [...response.headers], await response.json(), await copy.text(), response.bodyUsed, response.type, response.url]`,
    `return [Response.json(1, { headers: { 'content-type': 'a/b' } }).headers.get('content-type'), Response.json(1, { status: 201 }).status, await fails(() => Response.json(undefined)), await fails(() => Response.json(() => {})), await fails(() => Response.json(1, { status: 204 })), Response.redirect('http://a').status]`,
    `return [Response.json({ a: 1 }).headers.get('content-type'), await Response.json([1]).json(), Response.redirect('http://a/b', 301).headers.get('location'), Response.error().type, Response.error().status, await fails(() => Response.redirect('http://a', 200)), await fails(() => new Response('x', { status: 204 })), await fails(() => new Response('', { status: 99 }))]`,
    `return [await new Response('\\ufeffa').text(), await new Response('\\ufeff{"a":1}').json(), (await new Response('\\ufeffa').bytes()).length, await fails(() => new Response('').json())]`,
    `return [new Response().body, (await new Response().text()), new Response(new URLSearchParams('a=1')).headers.get('content-type'), new Response(bytes(1)).headers.get('content-type'), new Response(new Blob(['a'], { type: 'x/y' })).headers.get('content-type'), new Response('a').headers.get('content-type')]`,
    `const stream = new ReadableStream({ start(c) { c.enqueue(text('one ')); c.enqueue(text('two')); c.close() } }); const response = new Response(stream), copy = response.clone(); return [await response.text(), await copy.text(), [...new Uint8Array(await new Response(bytes(1, 2)).arrayBuffer())], (await new Response('abc', { headers: { 'content-type': 'q/r' } }).blob()).type]`,
    `const form = new FormData(); form.append('a"b', '1\\n2'); form.append('f', new File(['xyz'], 'é.txt', { type: 'a/b' })); const back = await new Response(form).formData(); return [[...back.keys()], back.get('a"b'), back.get('f').name, back.get('f').type, await back.get('f').text()]`,
    `const back = await new Response(new URLSearchParams('a=1&a=2&b=%C3%A9')).formData(); return [[...back], await fails(() => new Response('x').formData()), await fails(() => new Response('no', { headers: { 'content-type': 'multipart/form-data; boundary=x' } }).formData()), await fails(() => new Response('{').json())]`,
    `const response = new Response('abc'); const reader = response.body.getReader(); const first = await reader.read(); return [[...first.value], response.bodyUsed, await fails(() => response.text()), await fails(() => response.clone())]`,
    `const control = new AbortController(), request = new Request('http://a/', { signal: control.signal }), copy = request.clone(); control.abort('x'); return [request.signal.aborted, copy.signal.reason, request.signal === control.signal]`,
  ],
  'multipart forms': [
    `const form = new FormData(); form.append('a', 'b'); const response = new Response(form), type = response.headers.get('content-type'), boundary = type.split('boundary=')[1], body = await response.text(); return [type.startsWith('multipart/form-data; boundary=-'), boundary.length > 30, body.startsWith('--' + boundary + '\\r\\n'), body.endsWith('\\r\\n--' + boundary + '--\\r\\n'), body.replaceAll(boundary, '')]`,
    `${FORM} return [await read('X', part('X')), await read('"X"', part('X')), await read('X; charset=utf-8', part('X')), await read('X', part('X'), 'Multipart/Form-Data; BOUNDARY=X'), await read('X', part('Y')), await read('X', part('X'), 'multipart/form-data'), await read('X', part('X'), 'text/plain; boundary=X')]`,
    `const form = new FormData(); for (let at = 0; at < 50; at++) form.append('n' + (at % 7), String(at)); return [...await new Response(form).formData()]`,
    `${FORM} return [await read('X', part('X', 'a', '--X1')), await read('X', part('X', 'a', 'x\\r\\n--Y')), await read('X', part('X', 'a', '')), await read('X', part('X', '')), await read('X', part('X', 'a%22%0D%0A%41%0d%0a')), await read('X', '--X--\\r\\n'), await read('X', '')]`,
    `${FORM} const one = part('X'); return [await read('X', one.slice(0, -2)), await read('X', one.slice(0, -4)), await read('X', one.replaceAll('\\r\\n', '\\n')), await read('X', one.replace('name=', 'nome=')), await read('X', one.replace('form-data', 'file')), await read('X', one.replace('Content-', 'Content ')), await read('X', one.replace('Disposition', 'Type'))]`,
    `${FORM} return [await read('X', '--X\\r\\nContent-Disposition: form-data; name="f"; filename="a%22b"\\r\\nContent-Type: q/r\\r\\n\\r\\n\\xff\\r\\n--X--'), await read('X', '--X\\r\\ncontent-disposition: form-data; name="f"; filename=""\\r\\n\\r\\n\\r\\n--X--')]`,
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
    `const list = Array.from({ length: 1000 }, () => Math.random()); return [list.every((one) => one >= 0 && one < 1), Math.max(...list) > 0.9, Math.min(...list) < 0.1, new Set(list).size, list.some((one) => (one * 2 ** 53) % 2 === 1), Math.random.name]`,
    `const ids = Array.from({ length: 300 }, () => crypto.randomUUID()); return [new Set(ids).size, [...new Set(ids.map((id) => id[19]))].sort(), new Set(ids.map((id) => id[14])).size]`,
    `return [/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID()), await fails(() => crypto.getRandomValues(new Float32Array(1))), await fails(() => crypto.getRandomValues(new Uint8Array(65537))), crypto.getRandomValues(new Uint32Array(2)).length, new Set(crypto.getRandomValues(new Uint8Array(65536)).slice(-64)).size > 1, await fails(() => crypto.getRandomValues([]))]`,
    `const error = new DOMException('m', 'AbortError'); return [error.name, error.code, error instanceof Error, String(error), DOMException.ABORT_ERR, Object.prototype.toString.call(error), error.stack.split('\\n')[0], new DOMException('m').name, new DOMException('m', { name: 'X', cause: 1 }).cause]`,
  ],
  'labels of encodings': [
    `return Promise.all(['utf-7', 'utf-32', 'none', '', 'utf-8\\u00a0', 'replacement', 'iso-2022-kr', 'hz-gb-2312'].map((label) => fails(() => new TextDecoder(label))))`,
    `return ['ucs-2', 'UTF-16BE', 'unicode-1-1-utf-8', 'koi8-r', 'koi', 'iso-8859-1', 'windows-1252', 'macintosh', 'ibm866', 'iso-8859-8-i', 'x-mac-cyrillic', 'x-user-defined', '\\tutf-8\\n'].map((label) => new TextDecoder(label).encoding)`,
    `return [await fails(() => new TextDecoder('utf-8', 5)), await fails(() => new TextDecoder().decode(bytes(1), 'x')), await fails(() => new TextEncoder().encodeInto('a')), new TextEncoder().encode().length]`,
  ],
  structuredClone: [
    `const buffer = new ArrayBuffer(4); return [await fails(() => structuredClone(buffer, { transfer: [buffer, buffer] })), buffer.byteLength, await fails(() => structuredClone({ f() {} }, { transfer: [buffer] })), buffer.byteLength, await fails(() => structuredClone(1, { transfer: [bytes(1)] })), structuredClone(1, { transfer: [buffer] }), buffer.detached, await fails(() => structuredClone(1, { transfer: [buffer] }))]`,
    `const gone = new ArrayBuffer(4), view = new Uint8Array(gone), data = new DataView(gone); gone.transfer(); return [await fails(() => structuredClone(gone)), await fails(() => structuredClone(view)), await fails(() => structuredClone(data)), await fails(() => structuredClone([gone, 1]))]`,
    `const buffer = new ArrayBuffer(4, { maxByteLength: 8 }), views = [new Uint8Array(buffer, 2, 2), new Uint16Array(buffer, 2), new DataView(buffer, 2), new DataView(buffer, 2, 2)]; buffer.resize(1); return Promise.all(views.map((view) => fails(() => structuredClone(view))))`,
    `const buffer = new ArrayBuffer(4, { maxByteLength: 8 }); const copy = structuredClone({ buffer, view: new Uint8Array(buffer, 1, 2) }); const moved = structuredClone(buffer, { transfer: [buffer] }); return [copy.buffer.maxByteLength, copy.view.length, copy.view.byteOffset, moved.resizable, moved.maxByteLength, buffer.detached]`,
    `const pattern = /a\\/b/giu; pattern.lastIndex = 1; const copy = structuredClone(pattern), file = structuredClone(new File(['x'], 'n', { type: 'a/b', lastModified: 7 })); return [String(copy), copy.lastIndex, structuredClone(new Date(5)).getTime(), structuredClone(Object(5n)) + '', structuredClone(Object(true)).valueOf(), structuredClone(new Float64Array([1, -0])).toString(), structuredClone(new DataView(new ArrayBuffer(4), 1, 2)).byteLength, file.name, file.type, file.lastModified, structuredClone([1, , 3]).length, 1 in structuredClone([1, , 3]), Object.keys(structuredClone({ b: 1, a: 2, 1: 3 }))]`,
    `return [await fails(() => structuredClone(1, 5)), await fails(() => structuredClone(1, { transfer: 5 })), await fails(() => structuredClone(1, { transfer: null })), structuredClone(1, null), structuredClone(1, undefined), structuredClone(1, {})]`,
    `return [await fails(() => structuredClone(Symbol('s'))), await fails(() => structuredClone(Object(Symbol('s')))), await fails(() => structuredClone(new WeakMap())), await fails(() => structuredClone(Promise.resolve())), await fails(() => structuredClone([].values())), await fails(() => structuredClone((function* () {})())), await fails(() => structuredClone(new WeakRef({}))), await fails(() => structuredClone(new URL('http://a'))), await fails(() => structuredClone({ a: [() => {}] }))]`,
    `class Own extends RangeError {} const copies = [new Own('m'), Object.assign(new Error('m'), { name: 'TypeError' }), Object.assign(new Error('m'), { name: 'Unknown' }), new DOMException('m', 'AbortError'), new AggregateError([1], 'm')].map((one) => structuredClone(one)); return copies.map((one) => [one.constructor.name, one.name, one.message])`,
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

test.each([
  ...['big5', 'euc-jp', 'euc-kr', 'gb18030', 'gbk', 'gb2312', 'iso-2022-jp', 'shift_jis', ' SJIS\n'],
])('the encoding %j, which Node knows, is a RangeError that names it', async (label) => {
  expect(new TextDecoder(label).encoding).not.toBe('')
  const code = `const names = []
    for (const Decoder of [TextDecoder, TextDecoderStream])
      try { new Decoder(${JSON.stringify(label)}) } catch (error) { names.push([error.name, error.message]) }
    return names`
  const refusal = ['RangeError', `TextDecoder: an enclave cannot decode ${JSON.stringify(label)}`]
  expect(await lab.run(code)).toEqual([refusal, refusal])
})

test('timers of any length wait, also those that are beyond what the clock can tell', async () => {
  await using fresh = await Laboratory.open()
  const code = `const log = [], add = (name) => () => log.push(name)
    for (const delay of [Infinity, 2 ** 60, 2 ** 53]) setTimeout(add('long'), delay)
    setInterval(add('long'), Infinity)
    AbortSignal.timeout(Number.MAX_SAFE_INTEGER).onabort = add('long')
    for (const delay of [-1, -Infinity, NaN, 'x', null, {}]) setTimeout(add('short'), delay)
    await new Promise((done) => setTimeout(done, 2))
    return log`
  // Two programs: after the first the enclave sleeps until the next one arrives.
  for (let round = 0; round < 2; round++)
    expect(await fresh.run(code)).toEqual(Array.from({ length: 6 }, () => 'short'))
})

/** Node's modules in an enclave: the same answers as in Node, and errors for what an enclave does not have. */
import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { nodeModule } from '../../src/image/build/node-names.ts'
import { consoleOf } from './enclave.ts'
import { answers } from './node/answers.ts'

let inNode: Record<string, unknown>
let inEnclave: Record<string, unknown>
let refusals: string[]
let globals: Record<string, unknown>
beforeAll(async () => {
  const text = await consoleOf(fileURLToPath(new URL('node', import.meta.url)))
  const [first, second, third] = text.split('\n')
  inEnclave = JSON.parse(first!)
  refusals = JSON.parse(second!)
  globals = JSON.parse(third!)
  inNode = await answers()
})

describe('the answers are those of Node for', () => {
  it.each([
    ...['buffer', 'util', 'names', 'streams', 'storage', 'crypto'],
    ...['bytes', 'functions', 'waiting', 'command line'],
  ])('%s', (part) => {
    expect(inNode[part]).toBeDefined()
    expect(inEnclave[part]).toEqual(inNode[part])
  })
})

it('files, processes and the network can be imported, and fail when they are called', () => {
  const without = 'is not available in an enclave'
  const files = 'readFile of webclave/sdk reads the files of the image'
  const http = 'use fetch, or serveHttp of webclave/sdk'
  expect(refusals.slice(0, 6)).toEqual([
    `node:fs readFileSync ${without}: ${files}`,
    `node:fs promises.readFile ${without}: ${files}`,
    `new node:http Agent ${without}: ${http}`,
    `node:http createServer ${without}: ${http}`,
    `node:net connect ${without}: use connect or vsock of webclave/sdk`,
    `node:child_process spawn ${without}`,
  ])
  expect(refusals[6]).toContain('node:crypto createCipheriv is not available')
})

it('a require in a try that finds nothing fails when it is run', () => {
  expect(refusals[7]).toContain('nothing-of-this-name')
})

it('members that Node has and an enclave does not fail when they are called', () => {
  expect(refusals.slice(8)).toEqual([
    'node:util parseEnv is not available in an enclave',
    'node:process kill is not available in an enclave',
    'node:console Console is not available in an enclave',
  ])
})

it('Buffer, process and global are there when they are named', () => {
  expect(globals).toEqual({
    buffer: '78',
    process: ['bigint', null, true, null],
    global: true,
    mode: 'production',
    instances: [false, false, false],
    console: ['function', 'function', true],
    memory: true,
    input: [],
  })
})

it('every module of Node is known', () => {
  const unknown = builtinModules.filter((name) => !name.startsWith('_') && nodeModule(name) === undefined)
  expect(unknown).toEqual([])
})

/** Prints the answers of Node's modules in an enclave, and what those say that an enclave does not have. */
import { spawn } from 'node:child_process'
import nodeConsole, { Console, log } from 'node:console'
import { createCipheriv } from 'node:crypto'
import * as fs from 'node:fs'
import http from 'node:http'
import { parseEnv } from 'node:util'
// biome-ignore lint/style/useNodejsImportProtocol: names without the prefix are known too
import { connect } from 'net'
import { answers } from './answers.ts'

class Agent extends http.Agent {}

const told = (action: () => unknown) => {
  try {
    return `nothing: ${action()}`
  } catch (error) {
    return (error as Error).message
  }
}

function optional(): string {
  try {
    return require('nothing-of-this-name')
  } catch (error) {
    return (error as Error).message
  }
}

function refusals() {
  return [
    told(() => fs.readFileSync('x')),
    told(() => fs.promises.readFile('x')),
    told(() => new Agent()),
    told(() => http.createServer()),
    told(() => connect(1)),
    told(() => spawn('x')),
    told(() => createCipheriv('aes-128-gcm', 'x', 'x')),
    optional(),
    told(() => parseEnv('A=1')),
    told(() => process.kill(1)),
    told(() => new Console(process.stdout)),
  ]
}

const globals = () => ({
  buffer: Buffer.from('x').toString('hex'),
  process: [
    typeof process.hrtime.bigint(),
    process.env['MODE'],
    process.argv.length > 1,
    process.versions.node,
  ],
  global: global === globalThis,
  mode: process.env['NODE_ENV'],
  instances: [fs.Stats, http.IncomingMessage, http.Agent].map((type) => ({}) instanceof type),
  console: [typeof log, typeof nodeConsole.error, log === console.log],
  memory: process.memoryUsage().rss >= 0 && process.cpuUsage().user >= 0,
})

async function input(): Promise<string[]> {
  const lines: string[] = []
  for await (const line of process.stdin) lines.push(`${line}`)
  return lines
}

export default async function main(): Promise<void> {
  await new Promise<void>((resolve) => process.nextTick(resolve))
  for (const part of [await answers(), refusals(), { ...globals(), input: await input() }])
    console.log(JSON.stringify(part))
}

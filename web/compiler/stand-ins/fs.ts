/** Stands for `node:fs` in the compiler's Worker: the files in memory. */
import { FILES, missing } from '../file-tree.ts'

/** What of Node's `Stats` is used. */
export interface Stats {
  isFile(): boolean
  isDirectory(): boolean
}

export function readFileSync(path: string): Uint8Array
export function readFileSync(path: string, encoding: 'utf8'): string
export function readFileSync(path: string, encoding?: 'utf8'): Uint8Array | string {
  const found = FILES.find(path)
  if (found?.kind !== 'file') throw missing(path, 'open')
  // Like Node's, with a byte order mark.
  return encoding ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(found.bytes) : found.bytes
}

/** Nothing here is a link. */
export function realpathSync(path: string): string {
  if (FILES.find(path)) return path
  throw missing(path, 'realpath')
}

export function statSync(path: string): Stats {
  const found = FILES.find(path)
  if (!found) throw missing(path, 'stat')
  return { isFile: () => found.kind === 'file', isDirectory: () => found.kind === 'folder' }
}

export function readdirSync(path: string): string[] {
  const names = FILES.list(path)
  if (!names) throw missing(path, 'scandir')
  return names
}

/** Stands for `node:fs/promises` in the compiler's Worker. */
import { readdirSync, readFileSync, realpathSync, type Stats, statSync } from './fs.ts'

export async function readFile(path: string): Promise<Uint8Array>
export async function readFile(path: string, encoding: 'utf8'): Promise<string>
export async function readFile(path: string, encoding?: 'utf8'): Promise<Uint8Array | string> {
  return encoding ? readFileSync(path, encoding) : readFileSync(path)
}

export const realpath = async (path: string): Promise<string> => realpathSync(path)
export const stat = async (path: string): Promise<Stats> => statSync(path)
export const readdir = async (path: string): Promise<string[]> => readdirSync(path)

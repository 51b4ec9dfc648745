/** `npm run build:guests`: compiles the guests in C, Rust and AssemblyScript, and prints where each module is. */
import { relative } from 'node:path'
import { COMPILED_GUESTS, compiledGuest } from './compiled-guests.ts'

for (const { name } of COMPILED_GUESTS) {
  const path = await compiledGuest(name)
  if (path !== undefined) console.log(`${name.padEnd(20)} ${relative('.', path)}`)
}

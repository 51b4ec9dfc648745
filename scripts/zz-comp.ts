import { componentEmbed, componentNew } from '@bytecodealliance/jco-transpile/wasm-tools'
import { readFile, writeFile } from 'node:fs/promises'
import { joinEngineWit } from '/work/engine/scripts/wasm-tools.ts'
const binary = new Uint8Array(await readFile(process.argv[2]!))
const embedded = await componentEmbed({ binary, witSource: await joinEngineWit('/work/engine'), world: 'engine' } as never)
await writeFile(process.argv[3]!, await componentNew(embedded))

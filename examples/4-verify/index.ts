/** Verifies the document in a file that `sample.ts` has made: `node index.ts sample.json`. */
import { readFile } from 'node:fs/promises'
import { judge } from './judge.ts'

const [path = 'sample.json'] = process.argv.slice(2)
const { ok, text } = await judge(JSON.parse(await readFile(path, 'utf8')))
console.log(text)
process.exitCode = ok ? 0 : 1

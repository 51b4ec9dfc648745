/** Reads arguments, environment and files whose names are special in JavaScript. */
import { args, readFile } from 'webclave/sdk'

for (const name of args()) {
  const file = readFile(`${name}/${name}`)
  console.log(name, file && new TextDecoder().decode(file) === name ? 'is a file' : 'is missing')
}

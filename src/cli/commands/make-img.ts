/** `qt enclave make-img`: builds an enclave image from an application (HW-1419; SPEC §4.1). */
import { writeFile } from 'node:fs/promises'
import { buildImage } from '../../image/index.ts'
import type { Command } from '../command.ts'
import { printJson } from '../output.ts'

export const makeImg: Command = {
  name: 'enclave make-img',
  summary: 'build an enclave image',
  example: 'qt enclave make-img --app guests/echo --eif echo.eif',
  options: {
    app: {
      type: 'string',
      value: 'PATH',
      required: true,
      help: 'the application: a folder, a .ts file or a .wasm component',
    },
    eif: { type: 'string', value: 'FILE', required: true, help: 'the image to write' },
    name: { type: 'string', value: 'TEXT', help: 'name in the metadata' },
    version: { type: 'string', value: 'TEXT', help: 'version in the metadata' },
  },
  async run(options) {
    const name = options.text('name')
    const version = options.text('version')
    const { eif, pcrs } = await buildImage({
      app: { path: options.need('app') },
      ...(name !== undefined && { name }),
      ...(version !== undefined && { version }),
    })
    await writeFile(options.need('eif'), eif)
    printJson({ digest: 'SHA384', PCR0: pcrs.PCR0, PCR8: pcrs.PCR8 })
    return 0
  },
}

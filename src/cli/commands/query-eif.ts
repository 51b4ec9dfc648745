/** `qt enclave query-eif`: what an image is (SPEC §4.1). */
import { open } from 'node:fs/promises'
import { describeImage } from '../../image/index.ts'
import type { Command } from '../command.ts'
import { printJson } from '../output.ts'

export const queryEif: Command = {
  name: 'enclave query-eif',
  summary: 'describe an enclave image',
  example: 'qt enclave query-eif --eif echo.eif',
  options: { eif: { type: 'string', value: 'FILE', required: true, help: 'the image to describe' } },
  async run(options) {
    await using file = await open(options.need('eif'))
    const { pcrs, version, crc, signature, sections, metadata, contents } = await describeImage(file)
    printJson({
      digest: 'SHA384',
      PCR0: pcrs.qingtian.PCR0,
      PCR8: pcrs.qingtian.PCR8,
      EifVersion: version,
      CheckCRC: crc.ok,
      IsSigned: signature !== undefined,
      Kernel: contents?.kernel,
      Arguments: contents?.args,
      Environment: contents?.env,
      Manifest: contents?.manifest,
      Sections: sections.map(({ type, dataOffset, dataSize }) => ({
        type,
        offset: dataOffset,
        size: dataSize,
      })),
      Metadata: metadata,
    })
    return 0
  },
}

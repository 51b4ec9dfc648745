/** `nitro-cli describe-eif` (AWS, nitro-cli reference). */
import { pcrsToHex } from '../../../base/pcrs.ts'
import { describeImage } from '../../../image/index.ts'
import type { Command } from '../../core/command.ts'
import { openInput } from '../../core/files.ts'
import { measurementsOf } from '../../core/measurements.ts'
import { imageReport } from '../../output/image-report/image.ts'
import { printJson } from '../../output/output.ts'

export const describeEif: Command = {
  name: 'describe-eif',
  summary: 'describe an enclave image, webclave’s or a real cloud’s',
  example: 'nitro-cli describe-eif --eif-path app.eif',
  options: { 'eif-path': { type: 'string', value: 'FILE', required: true, help: 'the image to describe' } },
  async run(options) {
    await using file = await openInput(options.need('eif-path'), 'the image')
    const description = await describeImage(file)
    const report = imageReport(description)
    const isSigned = description.signature !== undefined
    printJson({
      EifVersion: report['EifVersion'],
      ...measurementsOf('nitro', pcrsToHex(description.pcrs.nitro), isSigned),
      IsSigned: isSigned,
      ...(isSigned && { SigningCertificate: report['SigningCertificate'] }),
      CheckCRC: report['CheckCRC'],
      ...(isSigned && { SignatureCheck: report['SignatureCheck'] }),
      ImageName: report['ImageName'],
      ImageVersion: report['ImageVersion'],
      Metadata: report['Metadata'],
    })
    return 0
  },
}

/** `qt enclave diff-eif`: explains why two images have different PCRs. */
import { diffImages, type ImageDiff } from '../../image/index.ts'
import type { Command } from '../core/command.ts'
import { openInput } from '../core/files.ts'
import { printText } from '../output/output.ts'

export const diffEif: Command = {
  name: 'enclave diff-eif',
  summary: 'explain how two images differ; exit status 0 if they do not, 1 if they do',
  example: 'qt enclave diff-eif before.eif after.eif',
  operands: ['FIRST', 'SECOND'],
  options: {},
  async run({ operands }) {
    const [first, second] = operands as [string, string]
    await using left = await openInput(first, 'the first image')
    await using right = await openInput(second, 'the second image')
    const diff = await diffImages(left, right)
    printText(`${wordsOf(diff).join('\n')}\n`)
    return diff.same ? 0 : 1
  },
}

function wordsOf({ same, pcrs, differences }: ImageDiff): string[] {
  if (same) return ['The images are the same in every section and every PCR.']
  const moved = (names: readonly string[]) => names.join(', ') || 'none'
  return [
    ...differences.map(
      ({ section, measured, reason }) => `${section} (${measured ? 'measured' : 'not measured'}): ${reason}`,
    ),
    '',
    `PCRs that differ, qingtian: ${moved(pcrs.qingtian)}`,
    `PCRs that differ, nitro:    ${moved(pcrs.nitro)}`,
  ]
}

/** `explain`: what an error code, ours or a cloud's, means and what to do about it. */
import { type Command, UsageError } from '../core/command.ts'
import { explainCode } from '../core/error-codes.ts'
import { printJson } from '../output/output.ts'

/** The command; the code comes from the option `--error-code` or from an operand. */
export function explainCommand(parts: Pick<Command, 'name' | 'example' | 'options' | 'operands'>): Command {
  return {
    summary: 'explain an error code and what to do about it',
    ...parts,
    async run(options) {
      const code = options.text('error-code') ?? options.operands[0] ?? ''
      const explained = explainCode(code)
      if (!explained) {
        throw new UsageError('E_USAGE', {
          what: 'unknown error code',
          expected:
            'QingTian’s 01 to 43, Nitro’s E00 to E60, or webclave’s such as E_CID_TAKEN or L_KMS_OUTSIDE',
          got: code,
        })
      }
      printJson(explained)
      return 0
    },
  }
}

export const explain: Command = explainCommand({
  name: 'explain',
  example: 'qt explain 43',
  options: {},
  operands: ['CODE'],
})

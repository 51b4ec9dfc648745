/** Texts of a decision of the KMS, statement by statement. */
import { both, type Texts } from './language.ts'

export const decision: Texts<{
  why: string
  applies: string
  doesNotApply: string
  nothing: string
}> = both(
  {
    why: 'Why',
    applies: 'applies',
    doesNotApply: 'does not apply',
    nothing: 'nothing',
  },
  {
    why: '原因',
    applies: '适用',
    doesNotApply: '不适用',
    nothing: '无',
  },
)

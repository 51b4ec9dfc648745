/** What the KMS says of policies in Chinese: a decision, notes on parts of statements, and the linter's warnings. */
import type { DecisionTrace } from '../../../src/kms/policy/explain.ts'
import type { LintCode } from '../../../src/kms/policy/lint.ts'
import { type Pattern, translated } from './pattern.ts'

const LABELS: readonly Pattern[] = [
  ['key policy', '密钥策略'],
  ['identity policy', '身份策略'],
  ['statement (\\d+)', (number) => `语句 ${number}`],
  ['statement (\\d+) (.+)', (number, name) => `语句 ${number} ${name}`],
]

/** The label of a policy or a statement; one that a caller chose stays as it is. */
export const labelZh = (label: string): string => translated(LABELS, label) ?? label

const NOTES: readonly Pattern[] = [
  [
    'this names the account, so the caller’s own policies decide',
    '这里指定的是账号，因此由调用者自己的策略决定',
  ],
  ['the call has no recipient, so there is no attestation document', '调用没有指定接收方，因此没有证明文档'],
  ['the document has no (\\w+)', (name) => `文档中没有 ${name}`],
  [
    'the value in the policy is not a PCR, which has 96 hexadecimal digits',
    '策略中的值不是 PCR，PCR 有 96 位十六进制数字',
  ],
  ['the image was started in debug mode, so PCR0 is zero', '镜像以调试模式启动，因此 PCR0 为零'],
  [
    'the image is not signed, or was started in debug mode, so PCR8 is zero',
    '镜像没有签名，或者以调试模式启动，因此 PCR8 为零',
  ],
  [
    '(\\w+) is zero: nothing was measured into it, or the image was started in debug mode',
    (name) => `${name} 为零：没有度量任何内容，或者镜像以调试模式启动`,
  ],
]

/** A note; undefined if it is newer than this. */
export const noteZh = (note: string): string | undefined => translated(NOTES, note)

/** Why a call was allowed or denied, in one sentence. */
export function summaryZh({ reason, principal, action, resource, statements }: DecisionTrace): string {
  const decisive = (effect: 'Allow' | 'Deny') => {
    const found = statements.find((one) => one.applies && one.effect === effect)
    return found ? `${labelZh(found.policy)}的${labelZh(found.statement)}` : '一条语句'
  }
  const because: Readonly<Record<DecisionTrace['reason'], () => string>> = {
    allowed: () => `${decisive('Allow')} 允许它`,
    'explicit deny': () => `${decisive('Deny')} 明确拒绝它`,
    'no allow': () => '没有语句允许它',
    'left to the account': () => '密钥策略交由账号决定，而调用者没有策略允许它',
    'another account': () => '密钥策略允许它，但调用者属于另一个账号，那里也需要一条允许它的策略',
    'refused policy': () => '策略已不再有效，在替换之前拒绝一切',
    'debug mode': () => '飞地在调试模式下运行，PCR0 为零，证明不了任何镜像，而这个 KMS 不为这样的飞地服务',
  }
  return `${principal} ${reason === 'allowed' ? '可以' : '不可以'}对 ${resource} 执行 ${action}：${because[reason]()}`
}

/** What each warning of the linter means. */
export const WARNINGS_ZH: Readonly<Record<LintCode, string>> = {
  L_KMS_OUTSIDE: '飞地之外的调用者也可能得到明文。',
  L_KMS_ZERO_PCR: '接受 PCR 为零的飞地，而调试模式下的飞地都是如此。',
  L_KMS_UNGATED: '没有证明文档的调用也满足这个条件。',
  L_KMS_ANY_IMAGE: '要求证明，但接受任何镜像。',
  L_KMS_PCR_VALUE: 'PCR 永远不会是这个值，或者字母大小写不符。',
  L_KMS_NO_ACTION: '这个 KMS 没有这样的操作。',
  L_KMS_NO_KEY: '调用中没有该条件所比较的内容，因此这条语句永远不适用。',
  L_KMS_NO_RESOURCE: '语句指定的密钥不是这条策略所属的密钥。',
  L_KMS_NOT_PRINCIPAL: 'NotPrincipal 指定的调用者也会被拒绝。',
  L_KMS_ANYBODY: '不带任何条件地允许所有人。',
  L_KMS_REFUSED: '保存的策略已不再有效：它拒绝一切。',
}

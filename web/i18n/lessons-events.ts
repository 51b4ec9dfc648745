/** Texts of what has happened in a lesson or an attack. */
import type { FactName } from '../lessons/events.ts'
import { both, type Texts } from './language.ts'

export const events: Texts<{
  happened: string
  measured: (name: string) => string
  started: (number: number) => string
  isOver: (number: number) => string
  called: (number: number, call: string) => string
  refused: (what: string) => string
  judged: string
  checks: (count: number) => string
  printed: string
  kms: (operation: string, status: number) => string
  facts: Readonly<Record<FactName, string>>
}> = both(
  {
    happened: 'What happened',
    measured: (name) => `PCR0 of ${name}`,
    started: (number) => `Enclave ${number} started, with this PCR0`,
    isOver: (number) => `Enclave ${number} has ended`,
    called: (number, call) => `Enclave ${number} answered ${call}`,
    refused: (what) => `Refused: ${what}`,
    judged: 'The document was judged',
    checks: (count) => `All ${count} checks, and the document`,
    printed: 'The console printed',
    kms: (operation, status) => `The KMS answered ${operation} with status ${status}`,
    facts: {
      changedByte: 'Changed byte, counted from 0',
      differentBits: 'Bits of PCR0 that differ, of 384',
      computed: 'Computed by this page',
      keyId: 'Key',
      policy: 'Its policy',
      digest: 'SHA-256 of the secret',
      register: 'PCR16 in the document',
      ciphertext: 'Ciphertext',
      stolen: 'The attacker has',
      searched: 'Bytes that were searched',
      foundBefore: 'Places with the secret, before it was told',
      foundAfter: 'Places with the secret, after it was told',
      read: 'Read from outside',
      written: 'Bytes that were taken from the sender',
      answeredMeanwhile: 'Answers of another enclave meanwhile',
      waiting: 'Bytes that wait at the owner',
      blocked: 'Longest time without a turn for the page, in milliseconds',
      stoppedAfter: 'Milliseconds until it was stopped',
      patched: 'Bytes of the program that were changed after it was measured',
      line: 'The program now has, in that place',
      memory: 'Memory in use at most, in MiB',
    },
  },
  {
    happened: '发生了什么',
    measured: (name) => `${name} 的 PCR0`,
    started: (number) => `飞地 ${number} 已启动，其 PCR0 为`,
    isOver: (number) => `飞地 ${number} 已结束`,
    called: (number, call) => `飞地 ${number} 回答了 ${call}`,
    refused: (what) => `被拒绝：${what}`,
    judged: '对文档的判定',
    checks: (count) => `全部 ${count} 项检查与文档`,
    printed: '控制台输出',
    kms: (operation, status) => `KMS 对 ${operation} 的回答，状态码 ${status}`,
    facts: {
      changedByte: '被改动的字节（从 0 数起）',
      differentBits: 'PCR0 的 384 位中不同的位数',
      computed: '本页计算的结果',
      keyId: '密钥',
      policy: '它的策略',
      digest: '秘密的 SHA-256',
      register: '文档中的 PCR16',
      ciphertext: '密文',
      stolen: '攻击者得到了',
      searched: '搜索过的字节数',
      foundBefore: '说出之前，含有秘密的位置数',
      foundAfter: '说出之后，含有秘密的位置数',
      read: '从外部读到的内容',
      written: '从发送方收下的字节数',
      answeredMeanwhile: '期间另一个飞地的回答次数',
      waiting: '堆积在所有者处的字节数',
      blocked: '页面最长得不到执行的时间（毫秒）',
      stoppedAfter: '停止它所用的毫秒数',
      patched: '度量之后被改动的程序字节数',
      line: '程序中那个位置现在是',
      memory: '内存最大用量（MiB）',
    },
  },
)

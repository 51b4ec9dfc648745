/** Texts of the view of the KMS. */
import { both, type Texts } from './language.ts'

export const key: Texts<{
  title: string
  intro: string
  facts: (principal: string, identity: string) => string
  keys: string
  choose: string
  create: string
  description: string
  name: (description: string, id: string) => string
  policy: string
  policyHint: string
  save: string
  saved: string
  allow: (number: number) => string
  allowHint: string
  findings: string
  noFindings: string
  secret: string
  plaintext: string
  encrypt: string
  ciphertext: (length: number) => string
  enclave: string
  start: string
  startTampered: string
  none: string
  which: string
  enclaveName: (number: number, changed: boolean) => string
  openInside: string
  openOutside: string
  inside: (length: number, sha256: string) => string
  outside: (text: string) => string
  calls: string
  noCalls: string
  callers: Readonly<Record<'enclave' | 'page', string>>
  allowed: string
  denied: string
  sample: string
}> = both(
  {
    title: 'The key',
    intro:
      'A key management service keeps keys that never leave it. A key’s policy says who may use it, and here: that only an enclave with a certain measurement gets the plaintext, encrypted so that only this enclave can read it.',
    facts: (principal, identity) =>
      `The KMS of this tab answers enclaves on port 8000. They call it as ${principal}. SHA-256 of its public key: ${identity}`,
    keys: 'Keys',
    choose: 'Key',
    create: 'Create a key',
    description: 'for secrets of this page',
    name: (description, id) => `${description} (${id.slice(0, 8)})`,
    policy: 'Policy of the key',
    policyHint: 'In the clouds’ own language. Nobody is allowed what no statement allows.',
    save: 'Save the policy',
    saved: 'The policy is saved.',
    allow: (number) => `Allow enclave ${number}`,
    allowHint: 'Writes its PCR0 into the policy and saves it.',
    findings: 'What the linter says',
    noFindings: 'Nothing.',
    secret: 'A secret',
    plaintext: 'Secret',
    encrypt: 'Encrypt it',
    ciphertext: (length) => `The ciphertext, ${length} bytes: anybody may have it`,
    enclave: 'An enclave that opens it',
    start: 'Start the Secret example',
    startTampered: 'Start it with one byte changed',
    none: 'No enclave of the Secret example runs.',
    which: 'Enclave',
    enclaveName: (number, changed) => `Enclave ${number}${changed ? ', one byte changed' : ''}`,
    openInside: 'Open it in the enclave',
    openOutside: 'Open it here, outside',
    inside: (length, sha256) =>
      `✓ The enclave has opened it: ${length} bytes, SHA-256 ${sha256}. The parent instance saw neither key nor secret.`,
    outside: (text) => `✓ Opened outside: “${text}”`,
    calls: 'Calls of the KMS',
    noCalls: 'No calls yet.',
    callers: { enclave: 'an enclave', page: 'this page' },
    allowed: '✓ allowed',
    denied: '✗ denied',
    sample: 'the answer is 42',
  },
  {
    title: '密钥',
    intro:
      '密钥管理服务保存着永远不会离开它的密钥。密钥策略规定谁可以使用它；在这里，只有具有特定度量值的飞地才能得到明文，而且明文经过加密，只有这个飞地能读。',
    facts: (principal, identity) =>
      `本标签页的 KMS 在端口 8000 上为飞地服务。飞地以 ${principal} 的身份调用它。其公钥的 SHA-256：${identity}`,
    keys: '密钥',
    choose: '密钥',
    create: '创建密钥',
    description: '用于本页的秘密',
    name: (description, id) => `${description}（${id.slice(0, 8)}）`,
    policy: '密钥策略',
    policyHint: '使用云上的策略语言。没有语句允许的，就不允许。',
    save: '保存策略',
    saved: '策略已保存。',
    allow: (number) => `允许飞地 ${number}`,
    allowHint: '把它的 PCR0 写入策略并保存。',
    findings: '策略检查结果',
    noFindings: '没有问题。',
    secret: '秘密',
    plaintext: '秘密内容',
    encrypt: '加密',
    ciphertext: (length) => `密文，${length} 字节：谁拿到都没关系`,
    enclave: '打开它的飞地',
    start: '启动“秘密”示例',
    startTampered: '启动改动一个字节的副本',
    none: '没有正在运行的“秘密”示例飞地。',
    which: '飞地',
    enclaveName: (number, changed) => `飞地 ${number}${changed ? '，改动了一个字节' : ''}`,
    openInside: '在飞地里打开',
    openOutside: '在外面打开',
    inside: (length, sha256) =>
      `✓ 飞地已打开它：${length} 字节，SHA-256 ${sha256}。父实例既没有看到密钥，也没有看到秘密。`,
    outside: (text) => `✓ 在外面打开了：“${text}”`,
    calls: '对 KMS 的调用',
    noCalls: '还没有调用。',
    callers: { enclave: '飞地', page: '本页' },
    allowed: '✓ 允许',
    denied: '✗ 拒绝',
    sample: '答案是四十二',
  },
)

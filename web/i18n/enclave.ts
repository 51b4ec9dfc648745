/** Texts of an enclave's card. */
import type { EndReason } from '../../src/hypervisor/end-reason.ts'
import { both, type Texts } from './language.ts'

export const enclave: Texts<{
  title: (number: number) => string
  running: string
  stopping: string
  ended: (why: string) => string
  exited: (status: number) => string
  ends: Readonly<Record<Exclude<EndReason['kind'], 'exited'>, string>>
  because: (what: string, message: string) => string
  debugMode: string
  changed: (offset: number) => string
  share: (vcpus: number, memory: number) => string
  memory: (used: string, limit: string) => string
  memoryLabel: string
  measurements: string
  same: string
  zero: string
  different: string
  pcrZero: string
  meanings: Readonly<Record<string, string>>
  notUsed: string
  talk: string
  port: string
  form: string
  forms: Readonly<Record<'lines' | 'hex' | 'service', string>>
  line: string
  hexBytes: string
  method: string
  request: string
  requestHint: string
  send: string
  messages: string
  sent: string
  answered: string
  emptyLine: string
  earlier: string
  closed: string
  attest: string
  attestHint: string
  attestButton: string
  verified: (count: number) => string
  rejected: (names: string, failed: number, count: number) => string
  checks: (count: number) => string
  passed: string
  failed: string
  document: (count: string) => string
  unreadable: string
  nonce: string
  console: string
  consoleClosed: string
  newest: string
  nothingYet: string
  stop: string
  remove: string
}> = both(
  {
    title: (number) => `Enclave ${number}`,
    running: '● running',
    stopping: '◐ stopping',
    ended: (why) => `○ ended · ${why}`,
    exited: (status) => `exited with status ${status}`,
    ends: {
      trapped: 'trapped',
      'out-of-memory': 'out-of-memory',
      'stack-overflow': 'stack-overflow',
      deadline: 'deadline',
      killed: 'killed',
      violation: 'violation',
      'host-lost': 'host-lost',
    },
    because: (what, message) => `${what}: ${message}`,
    debugMode: 'debug mode',
    changed: (offset) => `byte ${offset} changed`,
    share: (vcpus, memory) => `${vcpus} vCPU, ${memory} MiB`,
    memory: (used, limit) => `${used} of ${limit} MiB in use`,
    memoryLabel: 'Memory',
    measurements: 'Measurements at the start',
    same: '✓ PCR0 matches the image you chose.',
    zero: '✗ PCR0 is zero: debug mode proves nothing.',
    different: '✗ PCR0 does not match the image you chose.',
    pcrZero: 'zero',
    meanings: {
      PCR0: 'image',
      PCR1: 'kernel and engine',
      PCR2: 'application',
      PCR3: 'agency or role',
      PCR4: 'parent instance',
      PCR8: 'signing certificate',
    },
    notUsed: 'not used',
    talk: 'Talk over vsock',
    port: 'Port',
    form: 'As',
    forms: { lines: 'text', hex: 'hex', service: 'service call' },
    line: 'Line',
    hexBytes: 'Bytes in hexadecimal',
    method: 'Function',
    request: 'Argument as JSON',
    requestHint: 'Bytes are written { "$hex": "00ff" }.',
    send: 'Send',
    messages: 'Messages',
    sent: '→ Parent instance',
    answered: '← Enclave',
    emptyLine: '(an empty line)',
    earlier: 'Earlier output is not shown.',
    closed: 'The enclave closed the connection.',
    attest: 'Attest and verify',
    attestHint:
      'The page makes a nonce, the enclave gets a document with it from its QTSM, and the page verifies the document against the image you chose.',
    attestButton: 'Attest',
    verified: (count) => `✓ Verified: all ${count} checks passed`,
    rejected: (names, failed, count) => `✗ Rejected by ${names}: ${failed} of ${count} checks failed`,
    checks: (count) => `The ${count} checks, one by one`,
    passed: '✓ passed',
    failed: '✗ failed',
    document: (count) => `The document, ${count} bytes`,
    unreadable: 'unreadable',
    nonce: 'Nonce',
    console: 'Console',
    consoleClosed: 'The console can be read only in debug mode.',
    newest: 'Newest output',
    nothingYet: '(nothing yet)',
    stop: 'Stop',
    remove: 'Remove from this page',
  },
  {
    title: (number) => `飞地 ${number}`,
    running: '● 运行中',
    stopping: '◐ 正在停止',
    ended: (why) => `○ 已结束 · ${why}`,
    exited: (status) => `已退出，状态码 ${status}`,
    ends: {
      trapped: '程序因陷阱或未捕获的异常而终止',
      'out-of-memory': '内存耗尽',
      'stack-overflow': '栈溢出',
      deadline: '超过时限',
      killed: '被父实例停止',
      violation: '违反通道协议',
      'host-lost': '运行它的 Worker 已不存在',
    },
    because: (what, message) => `${what}（${message}）`,
    debugMode: '调试模式',
    changed: (offset) => `第 ${offset} 字节被改动`,
    share: (vcpus, memory) => `${vcpus} 个 vCPU，${memory} MiB`,
    memory: (used, limit) => `已用 ${used} / ${limit} MiB`,
    memoryLabel: '内存',
    measurements: '启动时的度量值',
    same: '✓ PCR0 与您选的镜像一致。',
    zero: '✗ PCR0 为零：调试模式什么也证明不了。',
    different: '✗ PCR0 与您选的镜像不一致。',
    pcrZero: '零',
    meanings: {
      PCR0: '镜像',
      PCR1: '内核和引擎',
      PCR2: '应用',
      PCR3: '委托或角色',
      PCR4: '父实例',
      PCR8: '签名证书',
    },
    notUsed: '未使用',
    talk: '通过 vsock 对话',
    port: '端口',
    form: '方式',
    forms: { lines: '文本', hex: '十六进制', service: '服务调用' },
    line: '文本行',
    hexBytes: '十六进制字节',
    method: '函数',
    request: 'JSON 参数',
    requestHint: '字节写作 { "$hex": "00ff" }。',
    send: '发送',
    messages: '消息',
    sent: '→ 父实例',
    answered: '← 飞地',
    emptyLine: '（空行）',
    earlier: '更早的输出不再显示。',
    closed: '飞地关闭了连接。',
    attest: '证明与验证',
    attestHint: '页面生成一个随机数，飞地从它的 QTSM 取得包含该随机数的文档，页面再用您选的镜像来验证它。',
    attestButton: '出具证明',
    verified: (count) => `✓ 验证通过：${count} 项检查全部通过`,
    rejected: (names, failed, count) => `✗ 被拒绝：${names}；${count} 项检查中 ${failed} 项未通过`,
    checks: (count) => `逐项查看 ${count} 项检查`,
    passed: '✓ 通过',
    failed: '✗ 未通过',
    document: (count) => `文档，${count} 字节`,
    unreadable: '无法读取',
    nonce: '随机数',
    console: '控制台',
    consoleClosed: '只有在调试模式下才能读取控制台。',
    newest: '最新输出',
    nothingYet: '（还没有输出）',
    stop: '停止',
    remove: '从页面移除',
  },
)

/** Texts of the picture: packets, QTSM calls and PCRs. */
import { both, type Texts } from './language.ts'

export const picture: Texts<{
  title: string
  intro: string
  which: string
  enclave: (number: number) => string
  scene: string
  parent: string
  enclaveSide: string
  wall: string
  kms: string
  world: string
  qtsm: string
  pause: string
  play: string
  step: string
  waiting: (count: number) => string
  skipped: (count: number) => string
  download: string
  packets: string
  packetCount: (into: number, out: number) => string
  nothing: string
  columns: Readonly<Record<'number' | 'time' | 'way' | 'operation' | 'ports' | 'length', string>>
  toEnclave: string
  toParent: string
  operations: Readonly<Record<number, string>>
  chosen: (number: number) => string
  header: string
  payload: (shown: number, length: number) => string
  noPayload: string
  fields: Readonly<Record<string, string>>
  calls: string
  noCalls: string
  callNames: Readonly<Record<string, string>>
  failed: (code: string) => string
  registers: string
  registersHint: string
  locked: string
  open: string
  history: (count: number, isWhole: boolean) => string
  historyCut: string
  zero: string
}> = both(
  {
    title: 'What passes through the wall',
    intro:
      'Every packet of the vsock as it really passed, every call of the security module, and the registers that it keeps.',
    which: 'Of which enclave',
    enclave: (number) => `Enclave ${number}`,
    scene: 'The parent instance on the left, the enclave on the right, and the wall between them',
    parent: 'Parent instance',
    enclaveSide: 'Enclave',
    wall: 'vsock',
    kms: 'KMS',
    world: 'World',
    qtsm: 'QTSM',
    pause: 'Pause',
    play: 'Play',
    step: 'One packet',
    waiting: (count) => `${count} packets wait to be shown`,
    skipped: (count) => `${count} packets were too many to show`,
    download: 'Download as pcapng',
    packets: 'Packets',
    packetCount: (into, out) => `${into} into the enclave, ${out} out of it`,
    nothing: 'Nothing has passed yet. Talk with the enclave, and watch.',
    columns: {
      number: 'No.',
      time: 'Time',
      way: 'Way',
      operation: 'Operation',
      ports: 'Ports',
      length: 'Bytes',
    },
    toEnclave: '→ enclave',
    toParent: '← enclave',
    operations: {
      1: 'REQUEST: connect',
      2: 'RESPONSE: accepted',
      3: 'RST: refused or ended',
      4: 'SHUTDOWN: will no longer send or receive',
      5: 'RW: data',
      6: 'CREDIT_UPDATE: how much may be sent',
      7: 'CREDIT_REQUEST: asks how much may be sent',
    },
    chosen: (number) => `Packet ${number}`,
    header: 'Header, 44 bytes',
    payload: (shown, length) =>
      shown === length ? `Payload, ${length} bytes` : `Payload, the first ${shown} of ${length} bytes`,
    noPayload: 'No payload.',
    fields: {
      src_cid: 'CID of the sender',
      dst_cid: 'CID of the receiver',
      src_port: 'port of the sender',
      dst_port: 'port of the receiver',
      len: 'length of the payload',
      type: '1: a stream',
      op: 'operation',
      flags: 'of SHUTDOWN: what ends',
      buf_alloc: 'size of the sender’s receive buffer',
      fwd_cnt: 'bytes that the sender has read so far',
    },
    calls: 'Calls of the security module',
    noCalls: 'None yet. Attest, and watch.',
    callNames: {
      DescribePCR: 'read PCR',
      ExtendPCR: 'extended PCR',
      LockPCR: 'locked PCR',
      LockPCRs: 'locked PCRs',
      DescribeNSM: 'asked what it is',
      Attestation: 'got an attestation document',
      GetRandom: 'got random bytes',
    },
    failed: (code) => `failed: ${code}`,
    registers: 'PCRs',
    registersHint:
      '0 to 15 are the hypervisor’s, locked before the enclave runs. 16 to 31 are the application’s own.',
    locked: 'locked',
    open: 'open',
    history: (count, isWhole) =>
      `extended ${isWhole ? '' : 'at least '}${count} ${count === 1 ? 'time' : 'times'}`,
    historyCut:
      'The values are those of now. Older calls are no longer kept, so their earlier values may be missing.',
    zero: 'zero',
  },
  {
    title: '穿过这堵墙的一切',
    intro: 'vsock 上真实经过的每个数据包、对安全模块的每次调用，以及它保存的寄存器。',
    which: '哪个飞地',
    enclave: (number) => `飞地 ${number}`,
    scene: '左边是父实例，右边是飞地，中间是墙',
    parent: '父实例',
    enclaveSide: '飞地',
    wall: 'vsock',
    kms: 'KMS',
    world: '外部世界',
    qtsm: 'QTSM',
    pause: '暂停',
    play: '播放',
    step: '下一个包',
    waiting: (count) => `还有 ${count} 个包等待显示`,
    skipped: (count) => `${count} 个包太多，未显示`,
    download: '下载 pcapng',
    packets: '数据包',
    packetCount: (into, out) => `进入飞地 ${into} 个，离开飞地 ${out} 个`,
    nothing: '还没有任何东西经过。和飞地对话，然后观察。',
    columns: { number: '序号', time: '时间', way: '方向', operation: '操作', ports: '端口', length: '字节' },
    toEnclave: '→ 飞地',
    toParent: '← 飞地',
    operations: {
      1: 'REQUEST：请求连接',
      2: 'RESPONSE：接受连接',
      3: 'RST：拒绝或终止',
      4: 'SHUTDOWN：不再发送或接收',
      5: 'RW：数据',
      6: 'CREDIT_UPDATE：还可以发送多少',
      7: 'CREDIT_REQUEST：询问还可以发送多少',
    },
    chosen: (number) => `数据包 ${number}`,
    header: '包头，44 字节',
    payload: (shown, length) =>
      shown === length ? `载荷，${length} 字节` : `载荷，${length} 字节中的前 ${shown} 字节`,
    noPayload: '没有载荷。',
    fields: {
      src_cid: '发送方的 CID',
      dst_cid: '接收方的 CID',
      src_port: '发送方的端口',
      dst_port: '接收方的端口',
      len: '载荷长度',
      type: '1：流',
      op: '操作',
      flags: 'SHUTDOWN 的标志：结束什么',
      buf_alloc: '发送方接收缓冲区的大小',
      fwd_cnt: '发送方至今已读取的字节数',
    },
    calls: '对安全模块的调用',
    noCalls: '还没有。请求一份证明，然后观察。',
    callNames: {
      DescribePCR: '读取 PCR',
      ExtendPCR: '扩展 PCR',
      LockPCR: '锁定 PCR',
      LockPCRs: '锁定多个 PCR',
      DescribeNSM: '询问模块信息',
      Attestation: '取得证明文档',
      GetRandom: '取得随机字节',
    },
    failed: (code) => `失败：${code}`,
    registers: 'PCR 寄存器',
    registersHint: '0 到 15 属于管理程序，在飞地运行前已锁定。16 到 31 属于应用自己。',
    locked: '已锁定',
    open: '未锁定',
    history: (count, isWhole) => `已扩展${isWhole ? '' : '至少'} ${count} 次`,
    historyCut: '这里是寄存器当前的值。较早的调用已不再保留，因此更早的值可能缺失。',
    zero: '零',
  },
)

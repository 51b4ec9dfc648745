/** Texts of the document's view. */
import type { Role } from '../document/structure.ts'
import { both, type Texts } from './language.ts'

export const document: Texts<{
  title: string
  intro: string
  input: string
  paste: string
  pasteHint: string
  file: string
  explain: string
  sample: string
  nothing: string
  size: (bytes: string, profile: string) => string
  hex: string
  hexHint: string
  structure: string
  roles: Readonly<Record<Role, string>>
  offset: (from: number, to: number) => string
  chain: string
  chainHint: string
  links: Readonly<Record<'root' | 'authority' | 'leaf', string>>
  issuedBy: string
  valid: string
  key: string
  usages: string
  isAuthority: (pathLength: string) => string
  isLeaf: string
  noLimit: string
  verdict: string
  root: string
  roots: Readonly<Record<'page' | 'aws' | 'huawei' | 'own', string>>
  pem: string
  at: string
  atHint: string
  nonce: string
  nonceHint: string
  pcr0: string
  judge: string
}> = both(
  {
    title: 'The document',
    intro:
      'An attestation document is a statement about one enclave, signed by its hypervisor. Give one from QingTian, from Nitro or from this page, and see every byte of it explained.',
    input: 'A document',
    paste: 'In base64 or hexadecimal',
    pasteHint: 'Or drop a file anywhere on this page. Nothing leaves the tab.',
    file: 'File with a document',
    explain: 'Explain',
    sample: 'Get one from an enclave of this page',
    nothing: 'No document yet.',
    size: (bytes, profile) => `${bytes} bytes, as ${profile} writes it`,
    hex: 'Bytes',
    hexHint: 'Point at bytes to see what they are.',
    structure: 'Structure and meaning',
    roles: {
      envelope:
        'The signed message: header, unprotected header, payload and signature (COSE_Sign1, RFC 9052).',
      tag: 'Says that what follows is a COSE_Sign1.',
      protected: 'The part of the header that is signed too.',
      algorithm: 'The signature’s algorithm: -35 is ES384, ECDSA on P-384 with SHA-384.',
      unprotected: 'The part of the header that is not signed: it must be empty.',
      payload: 'What the hypervisor states, as one byte string, so that exactly these bytes are signed.',
      signature: 'By the key of the leaf certificate, over the protected header and the payload.',
      module_id: 'The name of this enclave at its hypervisor. It is new with each start.',
      digest: 'The digest of the PCRs.',
      timestamp: 'When it was signed, in milliseconds since 1970.',
      pcrs: 'The measurements: what was started (0 to 15), and what the application added (16 to 31).',
      pcr: 'One register: a SHA-384 digest.',
      certificate: 'The leaf certificate, whose key signed this document. It belongs to this enclave.',
      cabundle: 'The certificates above the leaf, the root first.',
      ca: 'A certificate of an authority.',
      public_key: 'A key of the enclave, to which secrets can be encrypted.',
      user_data: 'What the application wanted to have signed.',
      nonce: 'What the verifier sent: proof that the document was made after the question.',
      other: '',
    },
    offset: (from, to) => `bytes ${from} to ${to - 1}`,
    chain: 'Certificates',
    chainHint: 'Each is signed by the one before. Only the first has to be trusted.',
    links: { root: 'Root', authority: 'Authority', leaf: 'Enclave' },
    issuedBy: 'Signed by',
    valid: 'Valid',
    key: 'Key',
    usages: 'May',
    isAuthority: (pathLength) => `authority, path length ${pathLength}`,
    isLeaf: 'not an authority',
    noLimit: 'without a limit',
    verdict: 'Verdict',
    root: 'Trusted root',
    roots: {
      page: 'this page’s parent instance (simulated)',
      aws: 'AWS Nitro',
      huawei: 'Huawei QingTian',
      own: 'my own (PEM)',
    },
    pem: 'Root certificate in PEM',
    at: 'Judge it at',
    atHint: 'Empty: at its own time. Its certificates live for hours or days.',
    nonce: 'Nonce that was sent',
    nonceHint: 'Hexadecimal. Without one nobody knows whether the document is new.',
    pcr0: 'PCR0 that is expected',
    judge: 'Judge again',
  },
  {
    title: '证明文档',
    intro:
      '证明文档是关于一个飞地的声明，由它的管理程序签名。给出一份来自擎天、Nitro 或本页的文档，逐字节看它的含义。',
    input: '文档',
    paste: 'base64 或十六进制',
    pasteHint: '也可以把文件拖到页面任意位置。任何内容都不会离开这个标签页。',
    file: '文档文件',
    explain: '讲解',
    sample: '向本页的飞地要一份',
    nothing: '还没有文档。',
    size: (bytes, profile) => `${bytes} 字节，${profile} 的写法`,
    hex: '字节',
    hexHint: '指向字节，看看它们是什么。',
    structure: '结构与含义',
    roles: {
      envelope: '签名消息：受保护头、未保护头、载荷和签名（COSE_Sign1，RFC 9052）。',
      tag: '说明后面是一个 COSE_Sign1。',
      protected: '头部中同样被签名的部分。',
      algorithm: '签名算法：-35 是 ES384，即 P-384 上的 ECDSA 加 SHA-384。',
      unprotected: '头部中不被签名的部分：必须为空。',
      payload: '管理程序声明的内容，是一个字节串，所以被签名的正是这些字节。',
      signature: '用叶证书的密钥对受保护头和载荷所做的签名。',
      module_id: '这个飞地在其管理程序中的名称，每次启动都不同。',
      digest: 'PCR 所用的摘要算法。',
      timestamp: '签名时间，自 1970 年起的毫秒数。',
      pcrs: '度量值：启动了什么（0 到 15），以及应用添加了什么（16 到 31）。',
      pcr: '一个寄存器：SHA-384 摘要。',
      certificate: '叶证书，它的密钥签署了这份文档，属于这个飞地。',
      cabundle: '叶证书之上的各级证书，根证书在最前。',
      ca: '一张签发机构的证书。',
      public_key: '飞地的公钥，可以用它加密秘密。',
      user_data: '应用希望一并签名的数据。',
      nonce: '验证方发来的随机数：证明文档是在提问之后产生的。',
      other: '',
    },
    offset: (from, to) => `第 ${from} 到 ${to - 1} 字节`,
    chain: '证书链',
    chainHint: '每一张都由前一张签署。只需要信任第一张。',
    links: { root: '根', authority: '签发机构', leaf: '飞地' },
    issuedBy: '签发者',
    valid: '有效期',
    key: '密钥',
    usages: '用途',
    isAuthority: (pathLength) => `签发机构，路径长度 ${pathLength}`,
    isLeaf: '不是签发机构',
    noLimit: '不限',
    verdict: '结论',
    root: '信任的根',
    roots: {
      page: '本页的父实例（模拟）',
      aws: 'AWS Nitro',
      huawei: '华为擎天',
      own: '自己的（PEM）',
    },
    pem: 'PEM 格式的根证书',
    at: '验证时刻',
    atHint: '留空：按文档自己的时间。它的证书只有几小时或几天的有效期。',
    nonce: '发出的随机数',
    nonceHint: '十六进制。没有它，谁也不知道文档是不是新的。',
    pcr0: '期望的 PCR0',
    judge: '重新验证',
  },
)

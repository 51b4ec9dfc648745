/**
 * The reasons of a verdict's checks in Chinese. The verifier gives them in English, as `qt` prints them; each of its
 * sentences has its pattern here, with what varies.
 */
import { explainedZh } from '../errors/index.ts'
import { type Pattern, translated } from './pattern.ts'

/** What the reason `not reached: …` names. */
const BECAUSE: readonly Pattern[] = [
  ['an earlier check failed', '前面的检查没有通过'],
  ['the payload has no chain', '载荷中没有证书链'],
  ['a certificate is malformed', '有一张证书格式不对'],
  ["the document's own time cannot be read", '无法读取文档自己的时间'],
  [
    'the envelope is not ES384, or the leaf’s key is not on P-384',
    '封装不是 ES384，或者叶证书的密钥不在 P-384 上',
  ],
  ['the timestamp is missing', '没有时间戳'],
  ['the payload could not be parsed', '无法解析载荷'],
  ['the PCRs are missing', '没有 PCR'],
  ['the bytes could not be parsed', '无法解析这些字节'],
  ['the payload is not CBOR', '载荷不是 CBOR'],
  ['the envelope has no payload', '封装中没有载荷'],
  ['the payload has no digest', '载荷中没有摘要算法'],
  ['the payload has no PCRs', '载荷中没有 PCR'],
]

/** What is said of one certificate, which is named before it. */
const OF_CERTIFICATE: readonly Pattern[] = [
  ['is not self-issued', '不是自签发的'],
  ['is not issued by the one before it', '不是由前一张证书签发的'],
  ['has an authority key identifier that does not match its issuer', '的签发者密钥标识与其签发者不符'],
  ['has an unknown critical extension', '含有未知的关键扩展'],
  ['is not ECDSA on P-384 with SHA-384', '用的不是 P-384 上的 ECDSA 加 SHA-384'],
  ['is not signed by the key of (.+)', (issuer) => `不是由${certificate(issuer)}的密钥签署的`],
  ['is not valid yet', '尚未生效'],
  ['has expired', '已过期'],
  ['is an authority', '是签发机构'],
  ['is not an authority', '不是签发机构'],
  ['has too many authorities below it', '之下的签发机构过多'],
  ['may not sign documents', '不能用于签署文档'],
  ['may not sign certificates', '不能用于签署证书'],
]

const FIELDS: Readonly<Record<string, string>> = {
  nonce: '随机数',
  'public key': '公钥',
  'user data': '用户数据',
  'a certificate of cabundle': 'cabundle 中的一张证书',
}
const field = (name: string) => FIELDS[name] ?? `字段 ${name} `

const REASONS: readonly Pattern[] = [
  ['not reached: (.+)', (because) => `没有进行到这一步：${translated(BECAUSE, because) ?? because}`],
  ['(E_[A-Z0-9_]+): .+', (code) => sentencePart(explainedZh(code).what)],
  ['unexpected error: (.+)', (error) => `意外的错误：${error}`],
  // CBOR and COSE
  ['the envelope and the payload are one strict CBOR item each', '封装和载荷各是一个严格的 CBOR 数据项'],
  ['the bytes are one strict CBOR item', '这些字节是一个严格的 CBOR 数据项'],
  ['the document is too long', '文档过长'],
  [
    'COSE_Sign1 of (\\w+) with ES384 and an empty unprotected header',
    (cloud) => `${cloud} 的 COSE_Sign1，使用 ES384，未保护头为空`,
  ],
  ['the algorithm is not ES384', '算法不是 ES384'],
  [
    'this is a document of (\\w+), not of (\\w+): choose the profile \\w+',
    (found, wanted) => `这是 ${found} 的文档，不是 ${wanted} 的：请选择 ${found}`,
  ],
  ['the protected header is not written as (\\w+) writes it', (cloud) => `受保护头不是 ${cloud} 的写法`],
  ['the unprotected header, which is not signed, is not empty', '不被签名的未保护头不为空'],
  // Payload
  [
    'the fields are those of (\\w+), with valid types and sizes',
    (cloud) => `字段符合 ${cloud} 的规定，类型和长度有效`,
  ],
  ['the payload is too large', '载荷过大'],
  ['the payload is not a map', '载荷不是映射'],
  ['the payload has an unknown field', '载荷含有未知的字段'],
  [
    'this is a document of NitroTPM: of an EC2 instance, not of an enclave',
    '这是 NitroTPM 的文档：它来自 EC2 实例，不是来自 enclave',
  ],
  ['the payload has no (\\w+)', (name) => `载荷缺少字段 ${name}`],
  ['the payload map has an indefinite length', '载荷映射的长度不确定'],
  ['the fields are not in the order in which QingTian writes them', '字段的顺序与擎天所写的不同'],
  ['module_id is empty or too long', '字段 module_id 为空或过长'],
  ['cabundle is empty or too long', '字段 cabundle 为空或过长'],
  ['cabundle has an indefinite length', '字段 cabundle 的长度不确定'],
  ['timestamp is out of range or not an integer', '字段 timestamp 超出范围或不是整数'],
  ['timestamp does not have the width that QingTian uses', '字段 timestamp 的宽度与擎天所用的不同'],
  ['(\\w+|a certificate of cabundle) is not a text string', (name) => `${field(name)}不是文本串`],
  ['(\\w+|a certificate of cabundle) is not a byte string', (name) => `${field(name)}不是字节串`],
  ['(\\w+) is not an array', (name) => `${field(name)}不是数组`],
  ['(\\w+) is not a map', (name) => `${field(name)}不是映射`],
  ['(\\w+|a certificate of cabundle) has an invalid length', (name) => `${field(name)}的长度无效`],
  ['SHA384, the digest of ES384', 'SHA384，即 ES384 所用的摘要算法'],
  ['unknown digest', '未知的摘要算法'],
  ['(\\d+) PCRs of 48 bytes', (count) => `${count} 个 48 字节的 PCR`],
  ['the map of PCRs has an indefinite length', 'PCR 映射的长度不确定'],
  ['the number of PCRs is out of range', 'PCR 的数量超出范围'],
  ['invalid PCR index', 'PCR 的编号无效'],
  [
    'the index of PCR(\\d+) does not have the width that (\\w+) uses',
    (index, cloud) => `PCR${index} 编号的宽度与 ${cloud} 所用的不同`,
  ],
  [
    'PCR(-?\\d+) does not have the length of a SHA384 digest',
    (index) => `PCR${index} 的长度不是 SHA384 摘要的长度`,
  ],
  [
    'a PCR without a number does not have the length of a SHA384 digest',
    '有 PCR 没有编号，长度也不是 SHA384 摘要的长度',
  ],
  // Chain and signature
  ['(\\d+) certificates, each signed by the one before', (count) => `${count} 张证书，每张都由前一张签署`],
  ['every certificate is valid at (.+)', (time) => `在 ${time}，所有证书都在有效期内`],
  ['authorities are marked as CA, the leaf is not', '签发机构都标明为 CA，叶证书不是'],
  [
    'every authority’s path length allows the authorities below it',
    '每个签发机构的路径长度都允许其下的签发机构',
  ],
  ['every key is used as its key usage allows', '每个密钥都按其密钥用途使用'],
  ['the root is pinned, SHA-256 (\\w+)', (digest) => `这个根受到信任，SHA-256 ${digest}`],
  ['the root is not one of the pinned roots', '这个根不在所信任的根之中'],
  [
    'the root is the test root of webclave/testing: anybody can sign under it',
    '这是 webclave/testing 的测试根：任何人都能以它签发文档',
  ],
  ['signed by (.+)', (name) => `由${certificate(name)}签名`],
  ['not signed by the key of (.+)', (name) => `不是由${certificate(name)}的密钥签名的`],
  // What the verifier expects
  [
    '(-?\\d+) ms old, at most (\\d+) ms allowed',
    (age, most) => `文档生成于 ${age} 毫秒之前，最多允许 ${most} 毫秒`,
  ],
  ['the document is too old', '文档太旧'],
  ['the document is from the future', '文档的时间在未来'],
  [
    "judged at the document's own time, which says nothing of its age",
    '按文档自己的时间验证，因此不能说明它有多旧',
  ],
  ['not checked, as the caller requested: a replay would pass', '按要求没有检查：重放的文档也会通过'],
  ['not checked, as the caller requested', '按要求没有检查'],
  ['the (nonce|public key|user data) is the expected one', (name) => `${field(name)}与期望的一致`],
  ['the (nonce|public key|user data) is not the expected one', (name) => `${field(name)}与期望的不一致`],
  ['the caller expects no PCR values', '没有期望的 PCR 值'],
  ['(PCR[\\d, PCR]+) as in (.+)', (names) => `${names.replaceAll(', ', '、')} 与期望的一致`],
  ['(PCR\\d+ is \\S+, not .+)', (clauses) => differences(clauses)],
  ['PCR0 is missing, so the image is unknown', '没有 PCR0，不知道是什么镜像'],
  ['PCR0 is not zero: not in debug mode', 'PCR0 不为零：不在调试模式'],
  ['PCR0 is zero: in debug mode, which the caller allows', 'PCR0 为零：处于调试模式，而这是允许的'],
  [
    'PCR0 is zero: the enclave runs in debug mode, and its image is not measured',
    'PCR0 为零：飞地在调试模式下运行，镜像没有被度量',
  ],
]

const LABEL = '(the root|the leaf|certificate \\d+) \\((.*)\\)'

/** A certificate as reasons name it: its place in the chain, and its common name. */
function certificate(label: string): string {
  const [, place = label, name] = new RegExp(`^${LABEL}$`, 's').exec(label) ?? []
  const shown =
    place === 'the root' ? '根证书' : place === 'the leaf' ? '叶证书' : place.replace(/^certificate/, '证书')
  return name === undefined ? shown : `${shown}（${name}）`
}

function ofCertificate(words: string): string | undefined {
  const patterns = OF_CERTIFICATE.map(
    ([pattern, chinese]): Pattern => [
      `${LABEL} ${pattern}`,
      (place, name, ...parts) =>
        `${certificate(`${place} (${name})`)}${typeof chinese === 'string' ? chinese : chinese(...parts)}`,
    ],
  )
  return translated(patterns, words)
}

/** `PCR0 is 00…, not 12…; PCR8 is absent, not 34… (nearest: "label")` */
function differences(words: string): string {
  const [, clauses = words, nearest] = /^(.*?)(?: \(nearest: (.*)\))?$/s.exec(words) ?? []
  const shown = clauses
    .split('; ')
    .map((clause) =>
      clause.replace(/^(PCR\d+) is (\S+), not (\S+)$/, (_, name, found, expected) =>
        found === 'absent' ? `没有 ${name}，应为 ${expected}` : `${name} 是 ${found}，应为 ${expected}`,
      ),
    )
    .join('；')
  return nearest === undefined ? shown : `${shown}（最接近的一组：${nearest}）`
}

/** A sentence without its full stop, as the reasons are. */
const sentencePart = (sentence: string) => sentence.replace(/。$/, '')

/** A reason in Chinese; undefined if the verifier has a newer sentence than this. */
export function reasonZh(reason: string): string | undefined {
  return ofCertificate(reason) ?? translated(REASONS, reason)
}

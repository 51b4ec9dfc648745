/** Error codes of encodings, certificates and envelopes (CBOR, COSE, CMS, X.509), in Chinese. */
import type { ENCODING_ERRORS } from '../../../src/cli/errors/encoding.ts'
import type { ErrorDictionary } from './words.ts'

export const ENCODING_ZH: ErrorDictionary<typeof ENCODING_ERRORS> = {
  E_BASE64: {
    what: '文本不是有效的 base64。',
    hint: '请给出标准字母表或 URL 安全字母表的 base64（RFC 4648）。',
  },
  E_CBOR_DEPTH: {
    what: 'CBOR 嵌套过深。',
    hint: 'webclave 所知的管理程序和镜像构建工具都不会嵌套这么深：请不要信任这些字节。',
  },
  E_CBOR_DUPLICATE_KEY: {
    what: 'CBOR 映射中同一个键出现了两次。',
    hint: '请不要信任这些字节：两个读取者可能看到两个不同的值。',
  },
  E_CBOR_INDEFINITE: {
    what: 'CBOR 字符串的长度不确定，这里不允许。',
    hint: '请用确定的长度编码字符串。',
  },
  E_CBOR_KEY: {
    what: 'CBOR 映射的键既不是整数，也不是文本串或字节串。',
    hint: '请不要信任这些字节。',
  },
  E_CBOR_LENGTH: {
    what: 'CBOR 数据项声明的字节数或元素数多于实际内容。',
    hint: '请重新获取这些字节：它们不完整，或者是为耗尽内存而制造的。',
  },
  E_CBOR_RESERVED: {
    what: 'CBOR 数据项以保留字节开头。',
    hint: '请重新获取这些字节：它们不是 CBOR，或者已经损坏。',
  },
  E_CBOR_SIMPLE: {
    what: 'CBOR 值的类型是证明文档不使用的，例如浮点数。',
    hint: '请不要信任这些字节。',
  },
  E_CBOR_TAG: {
    what: '这个位置不允许出现 CBOR 标签。',
    hint: '请不要信任这些字节。',
  },
  E_CBOR_TRAILING: {
    what: 'CBOR 数据项之后还有多余的字节。',
    hint: '请只给出文档，后面不要有其他内容。',
  },
  E_CBOR_TRUNCATED: {
    what: '字节在 CBOR 数据项中间就结束了。',
    hint: '请获取完整的文档。',
  },
  E_CBOR_UTF8: {
    what: 'CBOR 文本串不是有效的 UTF-8。',
    hint: '请不要信任这些字节。',
  },
  E_CBOR_WIDTH: {
    what: '整数太大，无法按要求的宽度编码。',
    hint: '请使用较小的数字。',
  },
  E_CERTIFICATE_DER: {
    what: '证书不是有效的 DER。',
    hint: '请重新获取证书：它已经损坏，或者生成它的工具没有按 DER 编码。',
  },
  E_CERTIFICATE_EXTENSION: {
    what: '证书中同一个扩展出现了两次。',
    hint: '请不要信任这张证书。',
  },
  E_CERTIFICATE_KEY: {
    what: '不支持证书公钥的类型。',
    hint: '请使用 P-256、P-384 或 P-521 上的密钥。',
  },
  E_CERTIFICATE_NAME: {
    what: '这个名称不能用在证书里。',
    hint: '请使用 1 到 64 个可打印字符。',
  },
  E_CERTIFICATE_PEM: {
    what: '没有找到所需的 PEM 内容。',
    hint: '请给出带有 -----BEGIN 和 -----END 行的 PEM 文本。',
  },
  E_CERTIFICATE_ROOT: {
    what: '证明根无法使用：它的密钥或证书无效。',
    hint: '请删除保存根的文件。webclave 随后会创建新的根，验证方需要改为信任它。',
  },
  E_CERTIFICATE_ROOT_EXPIRED: {
    what: '证明根会早于它要签发的证书到期。',
    hint: '请创建新的根（qt attestation root --rotate），并把它交给验证方。',
  },
  E_CERTIFICATE_ROOT_SEALED: {
    what: '根的私钥在创建时设为不可导出，因此无法导出。',
    hint: '如果需要导出，请在创建根时设置 extractable: true。',
  },
  E_CERTIFICATE_SIGNATURE: {
    what: '证书中的签名格式不对。',
    hint: '请不要信任这张证书。',
  },
  E_CERTIFICATE_VERSION: {
    what: '证书不是 X.509 第 3 版证书。',
    hint: '请使用 X.509 第 3 版证书。',
  },
  E_CMS: {
    what: 'KMS 给飞地的应答（CiphertextForRecipient）不是所要求的 CMS 信封。',
    hint: '请检查 KMS 与飞地之间是否有什么改动了应答。',
  },
  E_CMS_DECRYPT: {
    what: '无法用飞地的密钥解密 KMS 的应答。',
    hint: '请用新的证明文档再次调用：这个应答是给另一个密钥的，或者被改动过。',
  },
  E_COSE_ALGORITHM: {
    what: '文档或镜像的签名算法未知。',
    hint: '请使用 ES256、ES384 或 ES512。',
  },
  E_COSE_HEADER: {
    what: 'COSE 签名的受保护头中除了算法还有别的内容。',
    hint: '请不要信任这份文档。',
  },
  E_COSE_KEY: {
    what: '用来签名或验证的密钥与算法不符。',
    hint: '请使用算法对应曲线上的密钥：P-256、P-384 或 P-521。',
  },
  E_COSE_SHAPE: {
    what: '这些字节不是 COSE_Sign1 结构。',
    hint: '请原样给出管理程序生成的证明文档。',
  },
  E_COSE_SIGNATURE_LENGTH: {
    what: '签名的长度与它的算法不符。',
    hint: '请不要信任这份文档。',
  },
  E_COSE_TAG: {
    what: '封装的 CBOR 标签不是 COSE_Sign1 的标签。',
    hint: '请给出一份证明文档。',
  },
  E_COSE_UNPROTECTED: {
    what: '签名算法写在了未保护头里。',
    hint: '请不要信任这份文档。',
  },
  E_HEX: {
    what: '文本不是有效的十六进制。',
    hint: '请给出偶数个十六进制数字，大小写均可。',
  },
}

/** Error codes of attestation documents and of the simulated attestation root, in Chinese. */
import type { ATTESTATION_ERRORS } from '../../../src/cli/errors/attestation.ts'
import type { ErrorDictionary } from './words.ts'

export const ATTESTATION_ZH: ErrorDictionary<typeof ATTESTATION_ERRORS> = {
  E_DOCUMENT_CBOR: {
    what: '证明文档不是所要求的 CBOR。',
    hint: '请重新获取文档，并以字节、十六进制或 base64 的形式给出。',
  },
  E_DOCUMENT_COSE: {
    what: '证明文档没有所属云类型的 COSE 封装。',
    hint: '请检查云类型：擎天和 Nitro 的文档并不相同。',
  },
  E_DOCUMENT_DIGEST: {
    what: '证明文档声明的摘要算法不是 SHA384。',
    hint: '请不要信任这份文档。',
  },
  E_DOCUMENT_FIELD: {
    what: '证明文档的一个字段过长或过短。',
    hint: '用户数据、随机数和公钥的长度请保持在错误信息给出的限度内。',
  },
  E_DOCUMENT_PCRS: {
    what: '证明文档中的 PCR 无效。',
    hint: '请不要信任这份文档。',
  },
  E_DOCUMENT_PROFILE: {
    what: '证明文档的云类型未知。',
    hint: '请使用 qingtian 或 nitro。',
  },
  E_DOCUMENT_SCHEMA: {
    what: '证明文档缺少一个字段，或者字段的类型不对。',
    hint: '请检查云类型：擎天和 Nitro 的文档并不相同。',
  },
  E_DOCUMENT_TEXT: {
    what: '输入的内容不是十六进制或 base64 的证明文档。',
    hint: '请原样给出收到的文档。',
  },
  E_POLICY_FORMAT: {
    what: '参考值文件的格式不对。',
    hint: '请写成 { "version": 1, "allowed": [{ "label": …, "pcrs": { … } }] }。',
  },
  E_POLICY_PCR: {
    what: '期望的 PCR 的编号或值无效。',
    hint: '编号为 0 到 31，值为 48 字节（96 位十六进制数字）。',
  },
  E_ROOT_DATABASE: {
    what: '浏览器没有可以存放证明根的 IndexedDB。',
    hint: '请允许本站点存储数据，或者传入自己的根。',
  },
  E_ROOT_FILE: {
    what: '保存证明根的文件无法使用。',
    hint: '请删除这个文件。webclave 随后会创建新的根，验证方需要改为信任它。',
  },
  E_ROOT_MODE: {
    what: '其他用户可以读取保存证明根的文件。',
    hint: '请删除这个文件，因为别人可能已经知道其中的密钥。webclave 随后会创建新的根，验证方需要改为信任它。',
  },
  E_ROOT_OWNER: {
    what: '保存证明根的文件属于另一个用户。',
    hint: '请把 XDG_STATE_HOME 设为您自己的目录。',
  },
  E_ROOT_TEXT: {
    what: '保存的证明根格式不对。',
    hint: '请删除这个文件。webclave 随后会创建新的根，验证方需要改为信任它。',
  },
  E_VERIFY_DOCUMENT: {
    what: '要验证的不是证明文档的字节。',
    hint: '请给出证明文档本身；十六进制或 base64 需要先解码。',
  },
  E_VERIFY_NONCE: {
    what: '没有给出随机数，因此旧文档可能被重放。',
    hint: '请给出您发送过的随机数或 maxAge，或者设置 freshness: false。',
  },
  E_VERIFY_OPTION: {
    what: '验证的一个选项无效。',
    hint: '请更正错误信息指出的选项。',
  },
  E_VERIFY_ROOTS: {
    what: '信任的根既不是证书，也不是 SHA-256 指纹。',
    hint: '请以 PEM、DER 或 64 位十六进制数字给出每个根。',
  },
  E_VERIFY_TEST_ROOT: {
    what: '信任的根是 webclave/testing 的测试父实例的根。它的私钥是公开的，任何人都能以它签发文档。',
    hint: '请信任您的云或父实例的根。在测试中可以传入 allowTestRoot: true。',
  },
}

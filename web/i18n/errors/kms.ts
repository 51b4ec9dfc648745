/** Error codes of the KMS, in Chinese. */
import type { KMS_ERRORS } from '../../../src/cli/errors/kms.ts'
import type { ErrorDictionary } from './words.ts'

export const KMS_ZH: ErrorDictionary<typeof KMS_ERRORS> = {
  E_KMS_ALIAS: {
    what: '别名无效。',
    hint: '别名以 alias/ 开头，只能使用字母、数字、/、_ 和 -。',
  },
  E_KMS_ANSWER: {
    what: '飞地无法解析 KMS 的应答。',
    hint: '请检查该端口上是否有 KMS 在监听，以及接口类型（aws 或 huawei）是否正确。',
  },
  E_KMS_CIPHERTEXT: {
    what: '无法解密密文：它被改动过，或者是用另一个密钥或另一个加密上下文加密的。',
    hint: '请原样给出收到的密文，并给出加密时使用的加密上下文。',
  },
  E_KMS_CONFIG: {
    what: 'KMS 的一个选项或 kms.json 中的一项设置无效。',
    hint: '请更正错误信息指出的设置。',
  },
  E_KMS_CONNECTION: {
    what: '父实例的 vsock 端口上没有 KMS 应答。',
    hint: '请在那里启动一个：在程序中用 serveKms，或者用 qt kms serve 加代理。',
  },
  E_KMS_CONTENT_TYPE: {
    what: '请求的 Content-Type 不是该云接口所用的类型。',
    hint: '向 AWS 接口请发送 application/x-amz-json-1.1，向华为云接口请发送 application/json。',
  },
  E_KMS_CREDENTIALS: {
    what: '请求没有签名，或者签名无效。',
    hint: '请检查访问密钥、私有访问密钥、区域和时钟。',
  },
  E_KMS_DENIED: {
    what: '没有策略语句允许这次调用，或者有语句拒绝了它。',
    hint: '请查看判定过程中的各条语句。',
  },
  E_KMS_DISABLED: {
    what: '密钥已禁用。',
    hint: '请启用密钥。',
  },
  E_KMS_DOCUMENT: {
    what: '调用所附的证明文档没有通过验证。',
    hint: '错误信息指出了未通过的检查；可以在“证明文档”视图中查看全部检查。',
  },
  E_KMS_DRY_RUN: {
    what: '这次调用本会成功，但设置了 DryRun。',
    hint: '请去掉 DryRun 再调用。',
  },
  E_KMS_EXISTS: {
    what: '已有这个名称的别名。',
    hint: '请换一个名称，或者更新这个别名。',
  },
  E_KMS_IDENTITY: {
    what: '应答不是由飞地所固定的 KMS 身份签名的。',
    hint: '请固定这个 KMS 的身份（其公钥的 SHA-256）。如果已经固定，父实例可能改动了应答。',
  },
  E_KMS_GRANT_TOKEN: {
    what: '授权令牌不属于任何授权，或者它的授权已经结束。',
    hint: '请不要提供授权令牌：这里的授权立即生效。',
  },
  E_KMS_INTERNAL: {
    what: 'KMS 出现故障，与这次调用本身无关。',
    hint: '请查看 KMS 的日志。',
  },
  E_KMS_LIMIT: {
    what: '达到上限：密钥的标签数或版本数，或者短时间内使用的随机数个数。',
    hint: '错误信息指出了是哪个上限。请删除标签、使用新密钥，或者稍后重试。',
  },
  E_KMS_MASTER_DATABASE: {
    what: '浏览器没有可以存放主密钥的 IndexedDB。',
    hint: '请允许本站点存储数据，或者传入自己的主密钥。',
  },
  E_KMS_MASTER_FILE: {
    what: '保存主密钥的文件无法使用。',
    hint: '请从备份恢复这个文件：没有它，用它封存的密钥无法找回。',
  },
  E_KMS_MASTER_MODE: {
    what: '其他用户可以读取保存主密钥的文件。',
    hint: '别人可能已经知道主密钥：请在新的主密钥下创建新密钥。',
  },
  E_KMS_MASTER_OWNER: {
    what: '保存主密钥的文件属于另一个用户。',
    hint: '请把 XDG_STATE_HOME 设为您自己的目录。',
  },
  E_KMS_MASTER_TEXT: {
    what: '保存的主密钥格式不对。',
    hint: '请从备份恢复这个文件：没有它，用它封存的密钥无法找回。',
  },
  E_KMS_MAC: {
    what: 'MAC 对这个密钥和消息无效。',
    hint: '请检查消息、密钥和算法。',
  },
  E_KMS_NOT_FOUND: {
    what: '密钥或别名不存在。',
    hint: '请检查密钥 ID、ARN 或别名，以及区域。',
  },
  E_KMS_OPERATION: {
    what: 'KMS 没有这个操作。',
    hint: '请检查操作的名称，以及调用的是 AWS 的接口还是华为云的接口。',
  },
  E_KMS_OPTIONS: {
    what: '飞地中 KMS 客户端的一个选项无效。',
    hint: '请更正错误信息指出的选项。',
  },
  E_KMS_ORIGIN: {
    what: '请求来自另一个来源的网页。',
    hint: '请从程序中调用 KMS，或者让网页与它同源。',
  },
  E_KMS_POLICY: {
    what: '策略格式不对，或者有一条永远不会匹配的语句。',
    hint: '请更正错误信息指出的位置。',
  },
  E_KMS_REFUSED: {
    what: 'KMS 拒绝了飞地的调用。',
    hint: '错误信息中有 KMS 自己的错误码和说明；判定过程逐条说明了原因。',
  },
  E_KMS_REQUEST: {
    what: '发给 KMS 的请求格式不对。',
    hint: '请像该云的 SDK 那样发送请求。',
  },
  E_KMS_SEALED: {
    what: 'KMS 保存的一条记录被改动过，或者是用另一个主密钥封存的。',
    hint: '请把存储和它的主密钥一起恢复。',
  },
  E_KMS_SIGNATURE: {
    what: '签名对这个密钥和消息无效。',
    hint: '请检查消息、消息类型和算法。',
  },
  E_KMS_STATE: {
    what: '密钥当前的状态不允许这个操作：它正在（或没有）等待删除。',
    hint: '请先取消删除，或者先计划删除。',
  },
  E_KMS_STORE: {
    what: '无法读写 KMS 的存储。',
    hint: '请检查磁盘剩余空间和文件权限，或者浏览器的存储。使用 PostgreSQL 时，错误信息会说明该怎么做；如果信息说不知道写入是否完成，请先查看再重试。',
  },
  E_KMS_TAG: {
    what: '标签无效。',
    hint: '每个标签键只能使用一次，并且不能以 aws: 开头。',
  },
  E_KMS_TYPE: {
    what: '参数的类型不对。',
    hint: '请使用错误信息指出的类型。',
  },
  E_KMS_UNSUPPORTED: {
    what: '云上的 KMS 支持这个参数或操作，但 webclave 不支持。',
    hint: '请不要使用它。',
  },
  E_KMS_USAGE: {
    what: '密钥的用途不符：加密、签名、MAC 或密钥协商。',
    hint: '请使用用途相符的密钥。',
  },
  E_KMS_VALIDATION: {
    what: '参数缺失、过长，或者不是允许的值。',
    hint: '请更正错误信息指出的参数。',
  },
  E_KMS_WRONG_KEY: {
    what: '密文是用另一个密钥加密的，而不是所指定的密钥。',
    hint: '请指定正确的密钥，或者不指定密钥 ID。',
  },
}

/** Error codes of shared secrets, in Chinese. */
import type { SHARED_ERRORS } from '../../../src/cli/errors/shared.ts'
import type { ErrorDictionary } from './words.ts'

export const SHARED_ZH: ErrorDictionary<typeof SHARED_ERRORS> = {
  E_SHARED_ANSWER: {
    what: '带有共享秘密的应答不是来自本飞地所信任的飞地，或者途中被改动。',
    hint: '请看信息中的原因。如果对方是另一个镜像，请在 `trust` 中给出它的 PCR0 或签名者；如果那不是您的飞地，就是其父实例在代替它应答。',
  },
  E_SHARED_DEBUG: {
    what: '调试模式的飞地不能共享秘密：其 PCR0 为零，什么都不能证明。',
    hint: '请不要以调试模式启动它。',
  },
  E_SHARED_FRAME: {
    what: '共享秘密的飞地之间，或其转发者之间的一条消息格式错误或被截断。',
    hint: '请检查 `sharedSecret` 与 `shareSecrets` 的端口上是什么程序在监听。飞地会自行再次请求。',
  },
  E_SHARED_OPTION: {
    what: 'shareSecrets 的一个参数或选项无效。',
    hint: '请按信息的要求给出。',
  },
  E_SHARED_REFUSED: {
    what: '持有共享秘密的飞地不把它交给本飞地。信息中有其理由，它经由父实例传来。',
    hint: '请构建持有秘密的镜像，使其信任本镜像：用为二者签名的证书的 PCR8。',
  },
  E_SHARED_REQUEST: {
    what: '对共享秘密的请求不是来自本飞地所信任的飞地，或者不是新的请求。',
    hint: '无需处理：对方得不到秘密，并会得知原因。',
  },
  E_SHARED_TIMEOUT: {
    what: '共享秘密没有及时得到：没有谁转发、创建或应答。',
    hint: '请对飞地的父实例调用 shareSecrets。有多台机器时，其中一台要有 `creates: true`，并且必须能连接到其他所有机器。',
  },
}

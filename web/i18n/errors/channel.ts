/** Error codes of attested channels, in Chinese. */
import type { CHANNEL_ERRORS } from '../../../src/cli/errors/channel.ts'
import type { ErrorDictionary } from './words.ts'

export const CHANNEL_ZH: ErrorDictionary<typeof CHANNEL_ERRORS> = {
  E_CHANNEL_ANSWER: {
    what: '往返飞地途中的一个应答不是 webclave/channel 能接受的。',
    hint: '父实例或其前面的代理代替飞地作了应答，或改动了应答：请检查 URL 以及那里运行的程序。请求可能已经生效。',
  },
  E_CHANNEL_ATTESTATION: {
    what: '飞地没有证明自己是在受信任的根证书之下、所固定的镜像之一。',
    hint: '请看信息中的原因。请固定那里运行的镜像的 PCR，否则就停下：应答的是另一个程序。没有向它发送任何请求。',
  },
  E_CHANNEL_KEY: {
    what: '飞地没有客户端可以使用的密钥：它的文档没有给出密钥或给出了别的密钥，缺少客户端要求的机制，或者拒绝了刚刚证明过的密钥。',
    hint: '请检查应用是否提供 attestedChannel；如果客户端要求 x-wing，还要有 xWing。若都没有问题，就是父实例在改动它转发的内容。',
  },
  E_CHANNEL_MESSAGE: {
    what: '证明通道中的一条消息格式错误或不完整：途中被截断、打乱或改动，或者发送者不是 webclave。',
    hint: '已经收到的部分不可使用。请求可能已经生效；只有在重复无害时才重试。',
  },
  E_CHANNEL_OPTION: {
    what: 'createAttestedClient 的一个选项或请求的 URL 无效。',
    hint: '请按信息的要求给出。客户端只向其 `url` 所在的源发送请求。',
  },
  E_CHANNEL_PACKAGE: {
    what: 'webclave/channel 需要的一个包没有安装：HPKE 不是 webclave 的一部分。',
    hint: '请安装信息中给出的包和版本。',
  },
  E_CHANNEL_REFUSED: {
    what: '请求以明文被拒绝：可能是父实例、代理，或者没有该密钥、或已收到过该请求的飞地。无法证明是谁。',
    hint: '如果请求可以生效两次，请再调用一次：客户端会先让飞地重新证明密钥。否则请向飞地询问发生了什么。',
  },
}

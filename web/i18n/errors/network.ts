/** Error codes of an enclave's network: hosts, TLS, HTTP, in Chinese. */
import type { NETWORK_ERRORS } from '../../../src/cli/errors/network.ts'
import type { ErrorDictionary } from './words.ts'

export const NETWORK_ZH: ErrorDictionary<typeof NETWORK_ERRORS> = {
  E_HTTP_BUSY: {
    what: '等待与飞地连接的请求已达上限。此请求没有开始。',
    hint: '请稍后重试，或应答 503，或允许更多连接。请读取每个应答的正文，或取消它。',
  },
  E_HTTP_CLOSED: {
    what: '飞地与其客户端之间的连接在应答完成之前结束。在飞地内，这是请求的 signal 中止的原因。',
    hint: '不改变任何内容的请求可以重发；其他请求可能已经执行。enclave.exited 说明飞地为何退出。',
  },
  E_HTTP_LIMIT: {
    what: '应答头部超过了所接受的长度；或者应答正文一段时间没有人读取，而连接需要用于另一个请求；或者发给飞地的请求正文超过了 serveHttp 的 maxBody。',
    hint: '请让服务器发送更少或更短的字段。请读取每个应答的正文，或取消它。若飞地的内存足够，可以提高 maxBody。',
  },
  E_HTTP_OPTION: {
    what: 'enclaveFetch 的参数或选项无效。',
    hint: '请改正原文所指出的内容。',
  },
  E_HTTP_REQUEST: {
    what: '发给飞地的请求正文不是有效的 HTTP/1.1，或被截断，或在应答完成之后才被读取。',
    hint: '请在应答结束之前读取正文。发送这种正文的客户端会得到 400。',
  },
  E_HTTP_RESPONSE: {
    what: '服务器对 fetch 的应答，或飞地对 enclaveFetch 的应答，不是有效的 HTTP/1.1，或被截断，或者可以有两种读法。',
    hint: '请查看服务器发送的内容。若没有使用 TLS，途中可能有人改动了它。',
  },
  E_HTTP_TIMEOUT: {
    what: '飞地没有及时应答 HTTP 请求，或在应答途中停止。在飞地内：处理函数没有及时给出应答。',
    hint: '请查明飞地在等待什么；如果它较慢，请提高超时时间或 handlerTimeout。',
  },
  E_NETWORK_CLOSED: {
    what: '与主机的连接提前关闭或丢失。',
    hint: '请重试；并查看服务器和代理的日志。',
  },
  E_NETWORK_CONNECT: {
    what: '代理无法连接到该主机，原文中有代理给出的原因。',
    hint: '请检查名称和端口，以及父实例能否访问该主机。',
  },
  E_NETWORK_PAGE: {
    what: '父实例是浏览器中的网页，没有 TCP。网页可以代飞地发出 HTTP 请求，但能读到其内容。',
    hint: '请使用 fetch。对于 https，镜像清单必须以 "pageFetch": true 允许这样做。',
  },
  E_NETWORK_PROXY: {
    what: '父实例上没有代理应答。',
    hint: '请启动代理：qt proxy，或 webclave/proxy 的 openProxy，且不指定目的地。默认端口是 8000。',
  },
  E_NETWORK_REFUSED: {
    what: '代理不允许该主机和端口，原文中有起决定作用的规则。',
    hint: '请把目的地加入代理的规则，以及镜像清单的 destinations。',
  },
  E_NETWORK_TIMEOUT: {
    what: '主机没有及时应答。',
    hint: '请检查该主机是否正常；如果它较慢，请增大超时时间。',
  },
  E_TLS_AGREEMENT: {
    what: '服务器与飞地没有共同的算法。',
    hint: '请让服务器提供 AES-GCM 或 ChaCha20-Poly1305，并使用 X25519、P-256 或 P-384 的临时密钥。',
  },
  E_TLS_ALERT: {
    what: '服务器用警报结束了会话，常常是因为它要求客户端证书。',
    hint: '请查看服务器的日志。',
  },
  E_TLS_CERTIFICATE: {
    what: '服务器的证书无法读取，或者不是服务器证书。',
    hint: '请给服务器换一张带有服务器认证扩展密钥用法的证书。',
  },
  E_TLS_EXPIRED: {
    what: '服务器的证书已过期，或尚未生效。',
    hint: '请更新证书。飞地的时间来自父实例，它必须是正确的。',
  },
  E_TLS_MEMORY: {
    what: '没有内存可用于新的 TLS 会话；一个飞地最多有 64 个。',
    hint: '请关闭不用的连接。',
  },
  E_TLS_NAME: {
    what: '服务器的证书属于另一个名称。只看备用名称，不看通用名称。',
    hint: '请使用证书中有的名称连接，或指明证书必须有的名称。',
  },
  E_TLS_RECORD: {
    what: '服务器发送的不是 TLS，或者途中被改动。',
    hint: '请检查该端口是否为 TLS 端口。',
  },
  E_TLS_ROOT: {
    what: '服务器的证书无法追溯到镜像中的根证书。',
    hint: '如果服务器正确，请把其机构的根证书放入镜像。',
  },
  E_TLS_ROOTS: {
    what: '镜像中没有根证书，因此无法信任任何服务器。',
    hint: '请用 qt enclave make-img --roots FILE.pem 构建镜像。',
  },
  E_TLS_TRUNCATED: {
    what: '连接在 TLS 会话结束之前关闭，可能缺少数据。',
    hint: '请重试。总是这样做的服务器是错误的。',
  },
  E_TLS_VERSION: {
    what: '服务器既不支持 TLS 1.3，也不支持 TLS 1.2。',
    hint: '请升级服务器。',
  },
  E_TLS_WEAK: {
    what: '服务器证书的密钥或签名太弱：RSA 少于 2,048 位，或使用 SHA-1。',
    hint: '请换用 2,048 位 RSA、P-256 或 P-384，并以 SHA-256 或更强的算法签名的证书。',
  },
}

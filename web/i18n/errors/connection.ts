/** Error codes of connections, services, the proxy, and cryptography in an enclave, in Chinese. */
import type { CONNECTION_ERRORS } from '../../../src/cli/errors/connection.ts'
import type { ErrorDictionary } from './words.ts'

export const CONNECTION_ZH: ErrorDictionary<typeof CONNECTION_ERRORS> = {
  E_ARGUMENT: {
    what: '传给函数的参数类型不对。',
    hint: '请传入错误信息要求的类型。',
  },
  E_CRYPTO_INPUT: {
    what: '传给 webclave/sdk 的参数长度或类型不对。',
    hint: '请传入错误信息要求的值。',
  },
  E_CRYPTO_KEY: {
    what: '飞地无法生成 RSA 密钥。',
    hint: '请为飞地分配更多内存。',
  },
  E_CRYPTO_MEMORY: {
    what: '飞地的内存不足以计算这个哈希。',
    hint: '请为飞地分配更多内存，或者使用较小的内存开销参数。',
  },
  E_DECRYPT: {
    what: '密文被改动过，或者是用另一个密钥加密的。',
    hint: '请检查密钥、随机数和附加数据。',
  },
  E_PROXY_ALLOWLIST: {
    what: '无法读取代理的允许列表。',
    hint: '请更正错误信息指出的位置。文件只有一个键 allowlist：由 address 和 port 组成的对象列表。',
  },
  E_PROXY_BUSY: {
    what: '代理的连接数已经达到上限。',
    hint: '请关闭不用的连接，或者提高代理的连接数上限。',
  },
  E_PROXY_CONFIG: {
    what: '无法读取代理的配置，或者配置自相矛盾。',
    hint: '请更正错误信息指出的那一行；qt proxy --help 有一个例子。',
  },
  E_PROXY_CONNECT: {
    what: '代理无法连接到目标。',
    hint: '请检查服务器是否在运行，以及这台机器能否访问它。',
  },
  E_PROXY_DESTINATION: {
    what: '代理的目标不是有效的主机和端口。',
    hint: '请给出主机名或 IP 地址，以及 1 到 65535 的端口。',
  },
  E_PROXY_LISTEN: {
    what: '代理无法在一个端口上监听。',
    hint: '请停止在那里监听的程序，或者选择另一个端口。',
  },
  E_PROXY_NAME: {
    what: '目标的名称无法解析为地址。',
    hint: '请检查这个名称，以及这台机器或代理配置中的域名服务器。',
  },
  E_PROXY_NOT_ALLOWED: {
    what: '代理的规则不允许这个目标，或者不允许它的名称解析出的地址。',
    hint: '如果允许飞地访问它，请为它添加规则。非公网地址必须单独列出。',
  },
  E_PROXY_OPTIONS: {
    what: '代理的一个选项无效。',
    hint: '请更正错误信息指出的选项。',
  },
  E_PROXY_REQUEST: {
    what: '飞地发给代理的请求既不是 CONNECT 也不是 SOCKS5。',
    hint: '请检查飞地中的客户端：HTTP CONNECT，或者不带认证的 SOCKS5。',
  },
  E_PROXY_RULE: {
    what: '无法读取代理的一条规则。',
    hint: '请写成 主机:端口，例如 kms.example.com:443、*.example.com:443 或 10.0.0.0/8:*。',
  },
  E_SERVICE_BUSY: {
    what: '这个服务连接上正在进行的调用太多，本次调用没有开始。',
    hint: '请等其他调用结束后再调用，或者再建立一个连接。',
  },
  E_SERVICE_CANCELLED: {
    what: '调用方取消了对服务函数的调用，或者它的数据流失败了。',
    hint: '服务本身没有问题：请停止函数正在做的事。',
  },
  E_SERVICE_CLOSED: {
    what: '与飞地服务的连接已关闭。',
    hint: '请重新连接；如果飞地已经结束，它的状态会说明原因。',
  },
  E_SERVICE_DEADLINE: {
    what: '服务没有在期限内应答。调用已被取消，但可能已经生效。',
    hint: '请放宽期限，或者查明函数在等待什么。',
  },
  E_SERVICE_FAILED: {
    what: '飞地服务的函数抛出了没有错误码的错误。',
    hint: '请在调试模式下查看飞地的控制台。',
  },
  E_SERVICE_FRAME: {
    what: '服务连接的另一端发来了不符合协议的消息。',
    hint: '请检查该端口上监听的是不是用 serve 创建的服务。',
  },
  E_SERVICE_METHOD: {
    what: '飞地的服务没有这个名称的函数。',
    hint: '请调用应用传给 serve 的函数。',
  },
  E_SERVICE_OPTION: {
    what: '服务客户端或一次调用的选项无效。',
    hint: '请更正错误信息指出的选项。',
  },
  E_SERVICE_VALUE: {
    what: '这个值不能发送给服务，或者不能由服务返回。',
    hint: '请使用数字、64 位 bigint、字符串、布尔值、null、日期、字节、数组和普通对象。',
  },
  E_VSOCK_CHUNK: {
    what: '写入套接字的不是字节。',
    hint: '请写入 Uint8Array。',
  },
  E_VSOCK_CLOSED: {
    what: '连接已关闭，或者飞地已经退出。',
    hint: '请重新连接；如果飞地已经结束，它的状态会说明原因。',
  },
  E_VSOCK_PORT: {
    what: '这个数字不是 vsock 端口。',
    hint: '请使用 0 到 4294967294。',
  },
  E_VSOCK_PORT_TAKEN: {
    what: '父实例的这个端口已有监听者。',
    hint: '请换一个端口，或者关闭另一个监听者。',
  },
  E_VSOCK_REFUSED: {
    what: '飞地的这个端口没有监听者，或者飞地还没有运行。',
    hint: '请核对应用监听的端口，并在启动完成之后再连接。',
  },
  E_VSOCK_RESET: {
    what: '另一端重置了连接。',
    hint: '应用立即关闭了它，或者连接过多；应用的控制台可能会说明原因。',
  },
  E_VSOCK_RING: {
    what: '飞地在与管理程序共享的内存中写入了无效数据。',
    hint: '飞地已被终止。请不要信任它发送的任何内容。',
  },
  E_VSOCK_TIMED_OUT: {
    what: '另一端没有及时应答。',
    hint: '应用可能正忙：只有在等待时（await、poll）它才处理连接。',
  },
  E_VSOCK_TOO_MANY: {
    what: '飞地的连接数已达上限。',
    hint: '请关闭不用的连接。',
  },
}

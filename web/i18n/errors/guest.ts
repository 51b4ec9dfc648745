/**
 * The errors of an enclave's own interfaces (`wit/qtsm.wit`, `wit/vsock.wit`), in Chinese: an application's service passes
 * them on. Those that both have mean the same.
 */
import type { ErrorWords } from './words.ts'

export const GUEST_ZH: Readonly<Record<string, ErrorWords>> = {
  'invalid-index': {
    what: '安全模块没有这个编号的 PCR。',
    hint: '请使用 0 到 31；应用自己的 PCR 是 16 到 31。',
  },
  'invalid-response': {
    what: '安全模块无法生成应答，或者应答无法读取。',
    hint: '请重试；如果再次发生，请重新启动飞地。',
  },
  'invalid-argument': {
    what: '飞地接口的一个参数格式不对、缺失或超出范围。',
    hint: '请在应用中更正这次调用的参数。',
  },
  'read-only-index': {
    what: '这个 PCR 已锁定，不能再改变。',
    hint: 'PCR0 到 PCR15 在飞地运行前就已锁定；应用自己锁定的 PCR 在下次启动前也不能再扩展。',
  },
  'invalid-operation': {
    what: '安全模块不认识这个请求，或者现在还不能执行它。',
    hint: '请在应用运行之后再调用安全模块。',
  },
  'buffer-too-small': {
    what: '调用者的缓冲区太小，放不下安全模块的应答。',
    hint: '请在应用中使用更大的缓冲区。',
  },
  'input-too-large': {
    what: '传给安全模块的参数超过了长度限制。',
    hint: '扩展 PCR 的数据最多 4000 字节，随机数和用户数据最多 512 字节，公钥最多 1024 字节。',
  },
  'internal-error': {
    what: '安全模块内部出错。',
    hint: '请重试；如果再次发生，请重新启动飞地。',
  },
  'invalid-qtsm-cert': {
    what: '安全模块自己的证书无效。',
    hint: '请重新启动飞地，它会得到新的证书。',
  },
  refused: {
    what: '飞地的连接被拒绝：那里没有监听者，或者等待的连接过多。',
    hint: '请检查父实例是否在这个端口上监听。',
  },
  reset: {
    what: '对方突然关闭了飞地的连接。',
    hint: '请重新连接。',
  },
  'timed-out': {
    what: '对方没有及时应答飞地。',
    hint: '请稍后重试。',
  },
  unreachable: {
    what: '飞地无法到达这个地址：它只能到达父实例（CID 3）。',
    hint: '请让应用连接 CID 3。',
  },
  'address-in-use': {
    what: '飞地的这个端口已被占用。',
    hint: '请让应用换一个端口。',
  },
  'would-block': {
    what: '这个操作现在需要等待。',
    hint: '请让应用等待之后再试。',
  },
  'not-connected': {
    what: '飞地的连接尚未建立，或者已经断开。',
    hint: '请重新连接。',
  },
  'too-many-sockets': {
    what: '飞地的套接字数已达上限。',
    hint: '请让应用关闭不用的套接字。',
  },
}

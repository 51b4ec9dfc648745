/** Error codes of the parent instance and of the lifecycle of an enclave, in Chinese. */
import type { PARENT_ERRORS } from '../../../src/cli/errors/parent.ts'
import type { ErrorDictionary } from './words.ts'

export const PARENT_ZH: ErrorDictionary<typeof PARENT_ERRORS> = {
  E_CHANNEL_FRAME: {
    what: '飞地的进程发送了不符合协议的消息。',
    hint: '飞地已被终止。请不要信任它发送的任何内容。',
  },
  E_CID_RANGE: {
    what: 'CID 不能用于飞地。',
    hint: '请选择 4 到 4294967294 的 CID。',
  },
  E_CID_TAKEN: {
    what: '另一个飞地正在使用这个 CID。',
    hint: '请换一个 CID，或者留空，以使用最小的空闲 CID。',
  },
  E_CLOUD_ENCLAVES: {
    what: '父实例运行的飞地数已达上限。',
    hint: '请停止一个飞地，或者在配置资源池的文件中提高 max_enclaves。',
  },
  E_CLOUD_MEMORY: {
    what: '分配给飞地的内存少于真实的云所要求的。',
    hint: '请为飞地分配至少四倍于镜像大小的内存，并且不少于该云的最小值。',
  },
  E_ENCLAVE_BOOT: {
    what: '飞地在应用运行之前就退出了。',
    hint: '请以调试模式启动它并查看控制台；错误信息说明了它是怎样退出的。',
  },
  E_ENCLAVE_END: {
    what: '飞地的内核报告了无效的退出原因。',
    hint: '飞地已被终止，因为它的内核被篡改过。请不要信任它发送的任何内容。',
  },
  E_ENCLAVE_HEARTBEAT: {
    what: '飞地的内核发送了格式不对的心跳。',
    hint: '飞地已被终止，因为它的内核被篡改过。请不要信任它发送的任何内容。',
  },
  E_ISOLATION: {
    what: '请求了进程隔离，但在这里无法实现：浏览器标签页、Bun 和 Deno 都不支持。',
    hint: "在这些环境中请使用 isolation: 'worker'。",
  },
  E_PARENT_CLOSED: {
    what: '父实例已关闭。',
    hint: '请用 createParent 另建一个；在本页上请重新加载页面。',
  },
  E_PARENT_OPTION: {
    what: '创建父实例、启动飞地或建立连接的一个选项无效。',
    hint: '请更正错误信息指出的选项。',
  },
  E_PARENT_ROOT: {
    what: '根证书还没有加载就被读取。',
    hint: '请使用 createParent，它会先加载根证书。',
  },
  E_POOL_BUSY: {
    what: '飞地池中的飞地都在忙，等待的调用也已达到上限，本次调用没有开始。',
    hint: '请稍后再试，或者增大飞地池、并发数或队列。',
  },
  E_POOL_CLOSED: {
    what: '飞地池已经关闭，本次调用没有开始。',
    hint: '请创建另一个飞地池。',
  },
  E_POOL_FAILED: {
    what: '飞地池中的飞地连续几次无法启动，或者在应答之前就结束了，本次调用没有开始。',
    hint: '请阅读错误信息中的原因，修正应用，然后重新创建飞地池。',
  },
  E_POOL_LOST: {
    what: '飞地在调用期间结束了，调用可能已经生效。',
    hint: '只有在重复执行没有害处时才再次尝试。',
  },
  E_POOL_MEMORY: {
    what: '父实例剩余的内存不足以启动这个飞地。',
    hint: '请停止一个飞地，或者减少申请的内存。',
  },
  E_POOL_OPTION: {
    what: '飞地池的一个选项无效，或者父实例的资源少于飞地池的需要；或者调用了没有服务的应用的池。',
    hint: '请更正错误信息指出的选项。',
  },
  E_POOL_VCPUS: {
    what: '父实例剩余的 vCPU 不足以启动这个飞地。',
    hint: '请停止一个飞地，或者减少申请的 vCPU。',
  },
  E_QTSM_MAILBOX: {
    what: '飞地发给安全模块（QTSM 或 NSM）的请求长度无效。',
    hint: '飞地已被终止。请不要信任它发送的任何内容。',
  },
  E_TAB_ISOLATION: {
    what: '页面没有跨源隔离，或者浏览器没有 SharedArrayBuffer，因此不能与飞地共享内存。',
    hint: '请调用 webclave/browser 的 isolateTab()，或者由服务器发送 COOP 和 COEP 响应头。如果浏览器没有 SharedArrayBuffer，请使用 Chromium 或 Firefox。',
  },
  E_TAB_SERVICE_WORKER: {
    what: 'webclave 的 Service Worker 没有控制本页，因此无法让飞地与网络隔绝。',
    hint: '请重新加载本页；如果仍然不行，请确认浏览器允许本站点使用 Service Worker。',
  },
  E_TRACE_OFF: {
    what: '没有记录这个飞地的数据包。',
    hint: '启动时请设置 trace: { packets: 1000 }。',
  },
  E_TRACE_OPTION: {
    what: '记录数据包的一个选项过大，或者不是整数。',
    hint: '请更正错误信息指出的选项。',
  },
  E_WORKER_SCRIPT: {
    what: 'Service Worker 没有提供飞地 Worker 的脚本。',
    hint: '请重新加载本页；可能仍由旧的 Service Worker 控制。',
  },
}

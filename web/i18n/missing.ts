/** Texts of what the browser or the web server lacks. */
import type { Missing } from '../app/environment.ts'
import { both, type Texts } from './language.ts'

export const missing: Texts<{
  title: string
  reason: (count: number) => string
  stillWorks: string
  item: (what: string) => string
  parts: Readonly<Record<Missing, { readonly what: string; readonly how: string }>>
}> = both(
  {
    title: 'Enclaves cannot run here yet',
    reason: (count) =>
      `${count === 1 ? 'One thing is' : `${count} things are`} missing, so nothing was started.`,
    stillWorks: 'Documents, measurements and the KMS work all the same.',
    item: (what) => `✗ Missing: ${what}.`,
    parts: {
      secureContext: {
        what: 'a secure context, which browsers require for cryptography',
        how: 'Open the page over https, or from this machine: 127.0.0.1 or localhost.',
      },
      serviceWorker: {
        what: 'service workers, which block the network for enclaves',
        how: 'Some browsers have none in private windows, or if sites may not store data: open an ordinary window.',
      },
      isolation: {
        what: 'cross-origin isolation, which is required to share memory with an enclave',
        how: 'The service worker of this page requests it. If that does not help, the web server must send two headers: “Cross-Origin-Opener-Policy: same-origin” and “Cross-Origin-Embedder-Policy: require-corp”.',
      },
      sharedMemory: {
        what: 'shared memory (SharedArrayBuffer), which is how the parent instance and an enclave are connected',
        how: 'WebKit on Linux has none: use Chromium or Firefox.',
      },
      isolationInFrame: {
        what: 'cross-origin isolation, which is required to share memory with an enclave',
        how: 'The page that embeds this one must be isolated itself, and its iframe needs allow="cross-origin-isolated". Or open this page in its own tab.',
      },
      webAssembly: {
        what: 'WebAssembly',
        how: 'Some browsers disable it in a stricter security mode: allow it for this page.',
      },
      waitAsync: {
        what: 'Atomics.waitAsync, with which the parent instance waits for an enclave',
        how: 'Use a newer browser: Chrome or Edge 87, Safari 16.4, Firefox 145, or later.',
      },
    },
  },
  {
    title: '这里还不能运行飞地',
    reason: (count) => `缺少 ${count} 项条件，所以没有启动任何飞地。`,
    stillWorks: '证明文档、度量和 KMS 仍然可以使用。',
    item: (what) => `✗ 缺少：${what}。`,
    parts: {
      secureContext: {
        what: '安全上下文，浏览器只在其中提供密码学功能',
        how: '请通过 https 打开本页，或者从本机打开：127.0.0.1 或 localhost。',
      },
      serviceWorker: {
        what: 'Service Worker，它为飞地切断网络',
        how: '有些浏览器在隐私窗口里或禁止网站存储数据时没有它：请打开普通窗口。',
      },
      isolation: {
        what: '跨源隔离，与飞地共享内存需要它',
        how: '本页的 Service Worker 会请求它。如果仍然不行，网页服务器必须发送两个响应头：“Cross-Origin-Opener-Policy: same-origin” 和 “Cross-Origin-Embedder-Policy: require-corp”。',
      },
      sharedMemory: {
        what: '共享内存（SharedArrayBuffer），父实例与飞地就靠它相连',
        how: 'Linux 上的 WebKit 没有它：请用 Chromium 或 Firefox。',
      },
      isolationInFrame: {
        what: '跨源隔离，与飞地共享内存需要它',
        how: '嵌入本页的页面自身必须已隔离，并且它的 iframe 需要 allow="cross-origin-isolated"。也可以在单独的标签页中打开本页。',
      },
      webAssembly: {
        what: 'WebAssembly',
        how: '有些浏览器在更严格的安全模式下会禁用它：请为本页允许它。',
      },
      waitAsync: {
        what: 'Atomics.waitAsync，父实例靠它等待飞地',
        how: '请使用更新的浏览器：Chrome 或 Edge 87、Safari 16.4、Firefox 145 或更高版本。',
      },
    },
  },
)

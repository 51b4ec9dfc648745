/** Texts of the attack on the vsock. */
import type { AttackWords } from '../attacks/attack-kind.ts'
import { both, type Texts } from './language.ts'

export type FloodTrial = 'attack' | 'control'

export const flood: Texts<AttackWords<FloodTrial>> = both(
  {
    title: 'Flood the vsock',
    attacker:
      'A hostile program in an enclave. It writes without end to a listener that never reads, and opens connections until it gets no more, so that its parent instance runs out of memory or time.',
    trials: {
      attack: {
        title: 'Write and connect without end',
        text: 'The enclave “flooder” does both, while another enclave is asked to greet again and again.',
        button: 'Flood',
        stopped:
          'The writer had to wait after a bounded number of bytes, connections were refused, and the other enclave answered all the while.',
        succeeded: 'The flood was taken in without a bound, or the other enclave was not served.',
      },
      control: {
        title: 'An ordinary Worker and its messages',
        text: 'A Worker sends 32 MiB by postMessage, while its owner reads nothing. More would be taken as well.',
        button: 'Flood a message port',
        stopped: 'The messages were not kept.',
        succeeded: 'All of it waits in the memory of the owner: nothing holds the sender back.',
      },
    },
    why: 'vsock has credits: each side may send only as much as the other has announced room for, and what an enclave may make its parent keep is part of that enclave’s own memory. Connections are counted, and the links of all enclaves take turns.',
  },
  {
    title: '淹没 vsock',
    attacker:
      '飞地里的恶意程序。它不停地写给一个从不读取的监听者，并不断建立连接直到再也得不到，想让父实例耗尽内存或时间。',
    trials: {
      attack: {
        title: '无休止地写入和连接',
        text: '飞地“flooder”同时做这两件事，期间不断请另一个飞地打招呼。',
        button: '开始淹没',
        stopped: '写入方在有限的字节之后只能等待，连接被拒绝，另一个飞地始终在回答。',
        succeeded: '洪水被无限制地收下，或者另一个飞地得不到服务。',
      },
      control: {
        title: '普通的 Worker 和它的消息',
        text: 'Worker 用 postMessage 发送 32 MiB，它的所有者一点也不读。再多也会被收下。',
        button: '淹没消息端口',
        stopped: '消息没有被保留。',
        succeeded: '全部堆积在所有者的内存里：没有什么能让发送者停下。',
      },
    },
    why: 'vsock 有额度：每一方只能发送对方宣布有空间容纳的量，而飞地能让父实例保存的内容算在该飞地自己的内存里。连接数受限，所有飞地的链路轮流处理。',
  },
)

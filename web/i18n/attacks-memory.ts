/** Texts of the attack on an enclave's memory. */
import type { AttackWords } from '../attacks/attack-kind.ts'
import { both, type Texts } from './language.ts'

export type MemoryTrial = 'attack' | 'control'

export const memory: Texts<AttackWords<MemoryTrial>> = both(
  {
    title: 'Read the enclave’s memory',
    attacker:
      'A program of the parent instance. It keeps everything that it sends to the enclave or shares with it, and searches it for a secret that the enclave has computed inside.',
    trials: {
      attack: {
        title: 'Search everything that crosses the wall',
        text: 'An enclave computes a secret and tells only its SHA-256. The attacker tries the console, then copies the shared memory, all that was posted at the start, and all packets. Then the enclave tells the secret, so that one can search for it: in the copy, and as a check of the search in the same places afterwards.',
        button: 'Start, copy, search',
        stopped:
          'The secret was nowhere before it was told, and is found afterwards: the search works, and the memory of the enclave was never in reach.',
        succeeded: 'The secret was found in what the attacker holds.',
      },
      control: {
        title: 'A Worker that shares its memory',
        text: 'An ordinary Worker keeps a secret in shared WebAssembly memory, as programs with threads do, and tells only its SHA-256. Its owner reads that memory.',
        button: 'Read the Worker’s memory',
        stopped: 'What was read is not the secret.',
        succeeded: 'The owner has the secret, and the Worker has not noticed.',
      },
    },
    why: 'The linear memory of an enclave is not shared: it exists only in its own Worker. Shared with the parent instance are two rings for packets and a mailbox, and both ends distrust them. The random bytes from which the secret was computed come from the security module, which is part of this page: against its owner, only hardware helps, as the last attack shows.',
  },
  {
    title: '读取飞地的内存',
    attacker: '父实例上的一个程序。它保存发给飞地或与飞地共享的一切，并在其中搜索飞地在内部算出的一个秘密。',
    trials: {
      attack: {
        title: '搜索穿过墙的一切',
        text: '飞地算出一个秘密，只说出它的 SHA-256。攻击者先尝试读控制台，然后复制共享内存、启动时发送的全部内容和所有数据包。之后飞地说出秘密，这样才能搜索：先在副本里搜，再在同样的地方搜一次，以检验搜索本身是否有效。',
        button: '启动、复制、搜索',
        stopped: '说出之前到处都没有这个秘密，说出之后就能找到：搜索是有效的，而飞地的内存始终够不着。',
        succeeded: '在攻击者持有的内容里找到了秘密。',
      },
      control: {
        title: '共享内存的 Worker',
        text: '一个普通的 Worker 把秘密放在共享的 WebAssembly 内存里（使用线程的程序就是这样），只说出它的 SHA-256。它的所有者去读这块内存。',
        button: '读取 Worker 的内存',
        stopped: '读到的不是秘密。',
        succeeded: '所有者得到了秘密，Worker 毫无察觉。',
      },
    },
    why: '飞地的线性内存不共享，只存在于它自己的 Worker 里。与父实例共享的只有两个数据包环和一个信箱，双方都不信任其中的内容。计算秘密所用的随机字节来自安全模块，而安全模块是本页的一部分：要防住它的主人，只有硬件才行，最后一个攻击会演示这一点。',
  },
)

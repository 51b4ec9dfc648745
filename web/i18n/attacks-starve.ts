/** Texts of the attack on the host's memory and processor. */
import type { AttackWords } from '../attacks/attack-kind.ts'
import { both, type Texts } from './language.ts'

export type StarveTrial = 'attack' | 'control'

export const starve: Texts<AttackWords<StarveTrial>> = both(
  {
    title: 'Starve the host',
    attacker:
      'A hostile program in an enclave. It takes all the memory that it can get, and then computes in an endless loop, so that nothing else gets a turn and nobody can stop it.',
    trials: {
      attack: {
        title: 'Take all memory, and never return',
        text: 'The enclave “glutton” allocates until it gets no more, then loops forever. Meanwhile another enclave is asked to greet, and this page measures how long it had to wait for a turn. Then the glutton is stopped.',
        button: 'Starve',
        stopped:
          'It got no more than its share of memory, others were served, and it ended when it was told to.',
        succeeded: 'It got more than its share, or nobody else was served.',
      },
      control: {
        title: 'The same loop in the page itself',
        text: 'The page runs a loop in its own thread, for one second only. A loop without end would make this tab hang for good.',
        button: 'Freeze the page for a second',
        stopped: 'The page got its turns.',
        succeeded: 'For a whole second nothing in this page ran: no click, no drawing, no Stop button.',
      },
    },
    why: 'An enclave has its own thread, so it can block only itself, and stopping it ends that thread from outside. Its memories are limited before it is compiled. It can keep one processor core busy while it runs; a CPU limit of the start bounds that too.',
  },
  {
    title: '饿死宿主',
    attacker:
      '飞地里的恶意程序。它占用能得到的全部内存，然后陷入死循环，想让别的什么都得不到执行，也没有人能停止它。',
    trials: {
      attack: {
        title: '占满内存，永不返回',
        text: '飞地“glutton”不断分配内存直到再也得不到，然后无限循环。期间请另一个飞地打招呼，本页测量自己要等多久才能执行。最后停止 glutton。',
        button: '开始',
        stopped: '它得到的内存没有超过它的份额，其他飞地照常得到服务，要它结束时它就结束了。',
        succeeded: '它得到的超过了份额，或者其他飞地得不到服务。',
      },
      control: {
        title: '在页面里运行同样的循环',
        text: '页面在自己的线程里运行一个循环，只持续一秒。没有尽头的循环会让这个标签页永远卡住。',
        button: '让页面冻结一秒',
        stopped: '页面照常得到执行。',
        succeeded: '整整一秒，页面里什么都没有运行：不能点击，不能绘制，也没有停止按钮。',
      },
    },
    why: '飞地有自己的线程，所以只能堵住它自己，停止它就是从外部结束这个线程。它的内存在编译之前就受到限制。它运行时可以占满一个处理器核心；启动时的 CPU 限额也能约束这一点。',
  },
)

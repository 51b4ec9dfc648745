/** Texts of the lesson about what an enclave is. */
import type { LessonWords } from '../lessons/lesson-kind.ts'
import { both, type Texts } from './language.ts'

export type EnclaveStep = 'start' | 'greet' | 'remember' | 'look' | 'stop' | 'forget'

export const enclave: Texts<LessonWords<EnclaveStep>> = both(
  {
    title: 'What an enclave is',
    aim: 'Start an enclave, talk to it, and find out what its parent instance cannot do with it.',
    steps: {
      start: {
        title: 'Start an enclave',
        text: 'On the left of the wall is the parent instance, an ordinary machine. It gives vCPUs and memory to an enclave, starts a program there from an image, and from then on has no way in.',
        button: 'Start the enclave',
        done: 'An enclave runs. The panel beside shows it.',
      },
      greet: {
        title: 'Talk to it',
        text: 'The only connection is vsock: a socket between the two. Call the program’s function “greet” through it, and watch the packets pass the wall.',
        button: 'Greet',
        field: 'Your name',
        done: 'The program inside has answered.',
      },
      remember: {
        title: 'It remembers',
        text: 'The program counts its visitors in its own memory. Greet it again.',
        button: 'Greet again',
        done: 'It counted on: its state is inside, and only what it says comes out.',
      },
      look: {
        title: 'Look over the wall',
        text: 'The parent instance started the enclave. Surely it can at least read what the program prints?',
        button: 'Read the console',
        done: 'Refused. Only an enclave in debug mode lets its console be read (lesson 7).',
      },
      stop: {
        title: 'Stop it',
        text: 'One power the parent instance keeps: it decides whether an enclave runs.',
        button: 'Stop the enclave',
        done: 'The enclave has ended, and its memory is gone.',
      },
      forget: {
        title: 'Start it again',
        text: 'Nothing of an enclave outlives it: it has no disk. Start the same image and greet it.',
        button: 'Start and greet',
        done: 'Visitor 1 again: a new enclave knows nothing of the old one.',
      },
    },
    end: 'An enclave is a program with its own memory and processors, without disk, network or login. Its parent instance can start it, stop it and carry its messages, and nothing else.',
    notes: [
      'Ask before “Read the console”: who owns the enclave, and what should that allow?',
      'Point at the picture while greeting: REQUEST, RESPONSE, then RW with the data. Lesson 3 comes back to it.',
      'If somebody objects that the tab’s owner can read everything: right, and the last attack under “Attacks” shows it. Hardware makes the difference.',
    ],
  },
  {
    title: '什么是飞地',
    aim: '启动一个飞地，与它对话，并弄清父实例不能对它做什么。',
    steps: {
      start: {
        title: '启动飞地',
        text: '墙的左边是父实例，一台普通的机器。它把 vCPU 和内存分给飞地，从镜像启动其中的程序，此后就再也没有办法进去。',
        button: '启动飞地',
        done: '飞地已在运行，旁边的面板里可以看到它。',
      },
      greet: {
        title: '与它对话',
        text: '唯一的连接是 vsock：两边之间的套接字。请通过它调用程序的函数“greet”，并观察数据包穿过墙。',
        button: '打招呼',
        field: '您的名字',
        done: '里面的程序回答了。',
      },
      remember: {
        title: '它记得',
        text: '程序在自己的内存里数访客。请再打一次招呼。',
        button: '再打一次招呼',
        done: '它接着数了下去：状态在里面，只有它说的话会出来。',
      },
      look: {
        title: '往墙里看',
        text: '飞地是父实例启动的。那么它总可以读到程序打印的内容吧？',
        button: '读取控制台',
        done: '被拒绝了。只有调试模式下的飞地才允许读取控制台（第 7 课）。',
      },
      stop: {
        title: '停止它',
        text: '父实例保留着一项权力：它决定飞地是否运行。',
        button: '停止飞地',
        done: '飞地已经结束，它的内存也没有了。',
      },
      forget: {
        title: '再次启动',
        text: '飞地没有磁盘，结束之后什么都不会留下。请启动同一个镜像并打招呼。',
        button: '启动并打招呼',
        done: '又是 1 号访客：新的飞地对旧的一无所知。',
      },
    },
    end: '飞地是一个拥有自己的内存和处理器的程序，没有磁盘、没有网络、不能登录。父实例可以启动它、停止它、传递它的消息，除此之外什么也做不了。',
    notes: [
      '在“读取控制台”之前先问：飞地归谁所有？这应当允许他做什么？',
      '打招呼时请指着图讲：REQUEST、RESPONSE，然后是带数据的 RW。第 3 课还会讲到。',
      '如果有人说标签页的主人什么都能读到：没错，“攻击”里的最后一个就演示了这一点。区别在于硬件。',
    ],
  },
)

/** Texts of the lesson about the only door. */
import type { LessonWords } from '../lessons/lesson-kind.ts'
import { both, type Texts } from './language.ts'

export type DoorStep = 'start' | 'look' | 'fetch' | 'visit' | 'knock' | 'open'

export const door: Texts<LessonWords<DoorStep>> = both(
  {
    title: 'The only door',
    aim: 'Try every way out of an enclave, and find the only one that exists.',
    steps: {
      start: {
        title: 'Start a program that wants out',
        text: 'This program tries ways out of its enclave when it is told to. It hides nothing: what it finds, it reports.',
        button: 'Start the enclave',
        done: 'It runs.',
      },
      look: {
        title: 'Look around',
        text: 'A web page has XMLHttpRequest, WebSocket, Worker, storage and shared memory. Which of them does the program find?',
        button: 'Look for ways out',
        done: 'None of them exists there.',
      },
      fetch: {
        title: 'Fetch from the network',
        text: 'There is a function fetch. It asks a proxy of the parent instance, and nothing else. Let the program fetch from any host.',
        button: 'Fetch',
        field: 'Host',
        done: 'Nothing answers it there, and nothing left the tab.',
      },
      visit: {
        title: 'Visit another enclave',
        text: 'A second enclave starts beside it. Both have a CID, an address for vsock. Let the first one connect to the second.',
        button: 'Start a second one and connect',
        done: 'Unreachable: an enclave can only reach its parent instance, CID 3.',
      },
      knock: {
        title: 'Knock at the door',
        text: 'Connecting to CID 3 is allowed, if somebody listens. Nobody listens on port 7001 of the parent instance.',
        button: 'Connect to port 7001',
        done: 'The request passed the wall, and the parent instance answered RST: refused.',
      },
      open: {
        title: 'Open the door',
        text: 'Now the parent instance listens on port 7000. What will it say?',
        button: 'Listen, and connect again',
        field: 'The answer of the parent instance',
        done: 'RESPONSE: connected. The program heard the answer.',
      },
    },
    end: 'vsock is the only door, and both sides must open it. Everything else that an enclave gets from the world, such as a network or a KMS, its parent instance carries through this door, and can read or change unless it is protected.',
    notes: [
      'Let the group name ways out before “Look around”, and compare with the list.',
      'In “Knock at the door”, choose the packet REQUEST in the list and read its header together: source CID, destination CID 3, ports.',
      'A good question at the end: if the parent instance carries everything, how can an enclave get a secret through it? Lesson 5 answers it.',
    ],
  },
  {
    title: '唯一的门',
    aim: '尝试从飞地出去的每一条路，找到唯一存在的那一条。',
    steps: {
      start: {
        title: '启动一个想出去的程序',
        text: '这个程序会按照吩咐尝试各种离开飞地的办法。它毫不隐瞒：找到什么就报告什么。',
        button: '启动飞地',
        done: '它在运行。',
      },
      look: {
        title: '四处看看',
        text: '网页有 XMLHttpRequest、WebSocket、Worker、存储和共享内存。程序能找到其中哪些？',
        button: '寻找出路',
        done: '那里一样也没有。',
      },
      fetch: {
        title: '访问网络',
        text: '那里有 fetch 函数。它只向父实例的代理提出请求。请让程序访问任意主机。',
        button: '访问',
        field: '主机',
        done: '那里没有代理应答，没有任何东西离开标签页。',
      },
      visit: {
        title: '拜访另一个飞地',
        text: '旁边再启动一个飞地。两者都有 CID，也就是 vsock 的地址。请让第一个连接第二个。',
        button: '启动第二个并连接',
        done: '无法到达：飞地只能到达它的父实例，即 CID 3。',
      },
      knock: {
        title: '敲门',
        text: '可以连接 CID 3，前提是有人在监听。父实例的 7001 端口无人监听。',
        button: '连接 7001 端口',
        done: '请求穿过了墙，父实例回答 RST：拒绝。',
      },
      open: {
        title: '开门',
        text: '现在父实例在 7000 端口监听。它会说什么？',
        button: '监听，并再次连接',
        field: '父实例的回答',
        done: 'RESPONSE：已连接。程序听到了回答。',
      },
    },
    end: 'vsock 是唯一的门，而且要两边都打开才行。飞地从外界得到的其他一切，例如网络或 KMS，都由父实例通过这扇门传递；没有保护的内容，它都能读取和改动。',
    notes: [
      '在“四处看看”之前，请大家先说出可能的出路，再与列表对照。',
      '在“敲门”这一步，请在列表里选中 REQUEST 数据包，一起读它的头部：源 CID、目的 CID 3、端口。',
      '最后可以问：既然一切都由父实例传递，飞地怎样通过它得到秘密？第 5 课给出答案。',
    ],
  },
)

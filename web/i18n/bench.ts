/** Texts of the bench. */
import { both, type Texts } from './language.ts'

export const bench: Texts<{
  title: string
  intro: string
  guest: string
  example: string
  file: string
  fileHint: string
  ownFile: string
  reading: string
  building: string
  upToDate: string
  notBuilt: string
  source: string
  editorLoading: string
  editorKeys: string
  reset: string
  download: string
  share: string
  save: string
  fromOthers: string
  linkCopied: string
  linkTooLong: string
  measured: string
  measuredHint: string
  sections: Readonly<Record<string, string>>
  notMeasured: string
  bytes: (count: string) => string
  start: string
  parentFacts: (id: string, profile: string, vcpus: number, memory: number) => string
  parentCreating: string
  root: string
  profile: string
  vcpus: string
  memory: string
  cid: string
  cidAny: string
  debug: string
  debugHint: string
  restart: string
  startButton: string
  tampered: string
  tamperedHint: string
  ready: string
  startBar: string
  waiting: Readonly<Record<'reading' | 'building' | 'failed' | 'ready', string>>
  starting: string
  runs: (number: number) => string
  enclaves: string
  none: string
  noneHint: string
  wall: string
}> = both(
  {
    title: 'Bench',
    intro:
      'An enclave is a program that even the machine around it must not be able to read. It is measured before it runs, it can be reached only over vsock, and it can prove what it is. Choose a program and start it: it runs in this tab.',
    guest: 'The program',
    example: 'Example',
    file: 'Image file (.eif), component (.wasm) or saved program (.json)',
    fileHint: 'Files stay in this tab.',
    ownFile: 'your file',
    reading: 'Reading the file…',
    building: 'Building…',
    upToDate: 'It belongs to the program as it is now.',
    notBuilt: 'Not measured again: the program could not be built.',
    source: 'Source of the program',
    editorLoading: 'The editor is loading…',
    editorKeys: 'Tab indents; Escape and then Tab leaves the editor.',
    reset: 'Back to the example',
    download: 'Download the image',
    share: 'Copy a link to this',
    save: 'Save as a file',
    fromOthers: 'This program came with a link or a file. Nothing of it runs until you press Start.',
    linkCopied: 'The link is copied. It carries the source and the options, and is sent nowhere.',
    linkTooLong: 'The program is too long for a link: download it as a file instead.',
    measured: 'Its measurement, PCR0',
    measuredHint:
      'SHA-384 of 48 zero bytes and the SHA-384 of these parts of the image, in this order. Change one byte in any of them, and PCR0 is another one.',
    sections: {
      kernel: 'kernel',
      cmdline: 'arguments',
      'ramdisk 0': 'JavaScript engine',
      'ramdisk 1': 'your program',
      metadata: 'metadata',
      signature: 'signature',
    },
    notMeasured: 'not measured',
    bytes: (count) => `${count} bytes`,
    start: 'Start an enclave',
    parentFacts: (id, profile, vcpus, memory) =>
      `Parent instance ${id}, profile ${profile}, has ${vcpus} vCPUs and ${memory} MiB to give.`,
    parentCreating: 'The parent instance is being created…',
    root: 'Root certificate of its attestation documents',
    profile: 'Cloud',
    vcpus: 'vCPUs',
    memory: 'Memory in MiB',
    cid: 'CID',
    cidAny: 'any',
    debug: 'Debug mode',
    debugHint: 'The console can be read, but the PCRs are zero and prove nothing.',
    restart: 'Restart when the program changes',
    startButton: 'Start',
    tampered: 'Start a tampered copy',
    tamperedHint:
      'A tampered copy is the image with one byte of the program changed and the checksum corrected, as an attacker would do.',
    ready: 'Ready to start.',
    startBar: 'Start',
    waiting: {
      reading: 'Reading the program…',
      building: 'Building the program…',
      failed: 'There is nothing to start: see the error at the program.',
      ready: 'The parent instance is being created…',
    },
    starting: 'Starting…',
    runs: (number) => `Enclave ${number} runs.`,
    enclaves: 'Enclaves',
    none: 'No enclave has been started yet.',
    noneHint:
      'Press Start. Here, behind the wall, you see what was measured, talk with the enclave over vsock, and let it prove what it is.',
    wall: 'The wall: only vsock passes',
  },
  {
    title: '实验台',
    intro:
      '飞地是一种程序，连它所在的机器也不应该能够读取。它在运行之前先被度量，只能通过 vsock 访问，并且能证明自己是什么。选一个程序启动它：它就在这个标签页里运行。',
    guest: '程序',
    example: '示例',
    file: '镜像文件（.eif）、组件（.wasm）或保存的程序（.json）',
    fileHint: '文件不会离开这个标签页。',
    ownFile: '您的文件',
    reading: '正在读取文件…',
    building: '正在构建…',
    upToDate: '这是当前程序的度量值。',
    notBuilt: '没有新的度量值：程序无法构建。',
    source: '程序源代码',
    editorLoading: '正在加载编辑器…',
    editorKeys: 'Tab 键缩进；先按 Esc 再按 Tab 可离开编辑器。',
    reset: '恢复示例',
    download: '下载镜像',
    share: '复制分享链接',
    save: '保存为文件',
    fromOthers: '这个程序来自一个链接或文件。在您按下“启动”之前，它不会运行。',
    linkCopied: '链接已复制。它自带源代码和选项，不会发送到任何地方。',
    linkTooLong: '程序太长，放不进链接：请改为下载文件。',
    measured: '它的度量值 PCR0',
    measuredHint:
      '对 48 个零字节和镜像中下列各部分的 SHA-384 再取 SHA-384，按此顺序。其中任何一个字节改变，PCR0 就会不同。',
    sections: {
      kernel: '内核',
      cmdline: '参数',
      'ramdisk 0': 'JavaScript 引擎',
      'ramdisk 1': '您的程序',
      metadata: '元数据',
      signature: '签名',
    },
    notMeasured: '不参与度量',
    bytes: (count) => `${count} 字节`,
    start: '启动飞地',
    parentFacts: (id, profile, vcpus, memory) =>
      `父实例 ${id}，类型 ${profile}，可以分配 ${vcpus} 个 vCPU 和 ${memory} MiB 内存。`,
    parentCreating: '正在创建父实例…',
    root: '其证明文档的根证书',
    profile: '云',
    vcpus: 'vCPU 数',
    memory: '内存（MiB）',
    cid: 'CID',
    cidAny: '任意',
    debug: '调试模式',
    debugHint: '可以读取控制台，但 PCR 全为零，什么也证明不了。',
    restart: '程序改变时重新启动',
    startButton: '启动',
    tampered: '启动一个被篡改的副本',
    tamperedHint: '被篡改的副本就是把镜像中程序的一个字节改动，再改正校验和，就像攻击者会做的那样。',
    ready: '可以启动。',
    startBar: '启动',
    waiting: {
      reading: '正在读取程序…',
      building: '正在构建程序…',
      failed: '没有可以启动的程序：请看程序处的错误。',
      ready: '正在创建父实例…',
    },
    starting: '正在启动…',
    runs: (number) => `飞地 ${number} 正在运行。`,
    enclaves: '飞地',
    none: '还没有启动任何飞地。',
    noneHint: '按“启动”。在墙的这一边，您会看到度量值，通过 vsock 与飞地对话，并让它证明自己是什么。',
    wall: '这堵墙只让 vsock 通过',
  },
)

/** Texts of the lesson about PCRs of one’s own. */
import type { LessonWords } from '../lessons/lesson-kind.ts'
import { both, type Texts } from './language.ts'

export type RegistersStep = 'start' | 'extend' | 'compute' | 'again' | 'lock' | 'refuse' | 'attest'

export const registers: Texts<LessonWords<RegistersStep>> = both(
  {
    title: 'PCRs of your own',
    aim: 'Let an enclave measure what it got while running, so that others can verify that too.',
    steps: {
      start: {
        title: 'Start the program',
        text: 'PCR0 to PCR15 say what was started, and are locked. PCR16 to PCR31 belong to the program: it can record what it was given later, such as its configuration.',
        button: 'Build and start',
        done: 'It runs. PCR16 is zero and open.',
      },
      extend: {
        title: 'Extend PCR16',
        text: 'A PCR cannot be set, only extended: its new value is the SHA-384 of the old value together with the data.',
        button: 'Extend PCR16 by this text',
        field: 'Text',
        done: 'The security module has a new value in PCR16.',
      },
      compute: {
        title: 'Compute it yourself',
        text: 'This page computes SHA-384 of 48 zero bytes and your text.',
        button: 'Compute',
        done: 'The same value: everybody who knows the data can compute what the PCR must be.',
      },
      again: {
        title: 'Extend it again',
        text: 'The second value contains the first. To get an earlier value back, one would have to invert SHA-384.',
        button: 'Extend PCR16 again',
        field: 'Text',
        done: 'Another value: it depends on both texts and on their order.',
      },
      lock: {
        title: 'Lock it',
        text: 'A locked PCR never changes again, and only locked PCRs are in documents.',
        button: 'Lock PCR16',
        done: 'PCR16 is locked.',
      },
      refuse: {
        title: 'Change it anyway',
        text: 'The program itself, or an attacker who has taken it over, tries to extend PCR16 once more.',
        button: 'Extend the locked PCR16',
        done: 'Refused by the security module: the record is final.',
      },
      attest: {
        title: 'Find it in the document',
        text: 'Ask for a document. PCR16 is now part of what is proved.',
        button: 'Ask and verify',
        done: 'The document has the value of the second extension.',
      },
    },
    end: 'PCRs of your own are a record that can only grow and, once locked, stays. With them, a verifier can require not only a program but also what it was configured with.',
    notes: [
      'Let somebody compute the first value on a command line: 48 zero bytes and the text, through sha384sum.',
      'Ask why order matters: extending by A and then B differs from B and then A.',
      'A program should lock its PCRs before it reads anything from an untrusted side.',
    ],
  },
  {
    title: '自己的 PCR',
    aim: '让飞地度量它在运行中得到的内容，使别人也能验证这些内容。',
    steps: {
      start: {
        title: '启动程序',
        text: 'PCR0 到 PCR15 说明启动了什么，并且已锁定。PCR16 到 PCR31 归程序使用：它可以记录之后得到的内容，例如配置。',
        button: '构建并启动',
        done: '它在运行。PCR16 为零，尚未锁定。',
      },
      extend: {
        title: '扩展 PCR16',
        text: 'PCR 不能设置，只能扩展：新值是旧值与数据连在一起的 SHA-384。',
        button: '用这段文本扩展 PCR16',
        field: '文本',
        done: '安全模块的 PCR16 有了新值。',
      },
      compute: {
        title: '自己计算',
        text: '本页计算 48 个零字节加上您的文本的 SHA-384。',
        button: '计算',
        done: '值相同：知道数据的人就能算出 PCR 应该是什么。',
      },
      again: {
        title: '再扩展一次',
        text: '第二个值包含了第一个值。要回到先前的值，就得对 SHA-384 求逆。',
        button: '再次扩展 PCR16',
        field: '文本',
        done: '值又变了：它取决于两段文本及其先后顺序。',
      },
      lock: {
        title: '锁定它',
        text: '锁定的 PCR 永远不再改变，也只有锁定的 PCR 才会出现在文档里。',
        button: '锁定 PCR16',
        done: 'PCR16 已锁定。',
      },
      refuse: {
        title: '还想改它',
        text: '程序自己，或者控制了程序的攻击者，再次尝试扩展 PCR16。',
        button: '扩展已锁定的 PCR16',
        done: '被安全模块拒绝：记录已成定局。',
      },
      attest: {
        title: '在文档里找到它',
        text: '请索取一份文档。PCR16 现在也是被证明的内容。',
        button: '索取并验证',
        done: '文档里有第二次扩展后的值。',
      },
    },
    end: '自己的 PCR 是一份只能增长、锁定后不再改变的记录。有了它，验证者不仅可以要求是哪个程序，还可以要求它使用什么配置。',
    notes: [
      '请一位同学在命令行上计算第一个值：48 个零字节加上文本，用 sha384sum。',
      '问一问为什么顺序重要：先扩展 A 再扩展 B，与先 B 后 A 不同。',
      '程序应当在读取任何来自不可信一方的内容之前锁定自己的 PCR。',
    ],
  },
)

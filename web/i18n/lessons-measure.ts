/** Texts of the lesson about measuring. */
import type { LessonWords } from '../lessons/lesson-kind.ts'
import { both, type Texts } from './language.ts'

export type MeasureStep = 'measure' | 'start' | 'change' | 'run' | 'judge' | 'repeat'

export const measure: Texts<LessonWords<MeasureStep>> = both(
  {
    title: 'Measure it, change one byte',
    aim: 'See that PCR0 names every byte of an image, and that nobody who runs a changed copy can hide it.',
    steps: {
      measure: {
        title: 'Measure the image',
        text: 'PCR0 is the SHA-384 of everything that will run: the kernel, its command line, the engine and the application. This page builds the image of the program “Hello” and measures it, before anything runs.',
        button: 'Build and measure',
        done: 'The image has a PCR0.',
      },
      start: {
        title: 'Start it',
        text: 'The parent instance starts the image and measures it again. Nothing else decides the PCR0 of the enclave.',
        button: 'Start the enclave',
        done: 'The enclave’s PCR0 is the one that you measured.',
      },
      change: {
        title: 'Change one byte',
        text: 'Now be dishonest: a space replaces the line break at the very end of the application, which changes nothing in what it does, and the checksum of the file is corrected. Guess first: how many of the 384 bits of PCR0 will change?',
        button: 'Change one byte and measure',
        done: 'About half of all bits differ: one byte changes everything.',
      },
      run: {
        title: 'Run the changed copy',
        text: 'The copy is a valid image, and its program works. Nothing that it says gives it away.',
        button: 'Start the copy and greet it',
        done: 'The copy runs and answers, with another PCR0.',
      },
      judge: {
        title: 'Ask for proof',
        text: 'A verifier that knows the PCR0 of the honest image asks the copy for an attestation document. The copy cannot choose what is in it.',
        button: 'Attest the copy',
        done: 'The verifier rejects the copy, by its PCR policy alone.',
      },
      repeat: {
        title: 'Build it again',
        text: 'A reference value is useful only if everybody gets it from the same source. Build the image once more.',
        button: 'Build and measure again',
        done: 'The same files give the same PCR0.',
      },
    },
    end: 'A measurement says what runs, not that it is good. Anybody who reads the source, builds it and gets the same PCR0 knows what an enclave with this PCR0 does.',
    notes: [
      'Let the group guess before “Change one byte”. Most say one bit, or eight.',
      'Ask why the checksum in the file did not help. Anybody can compute it; it is against accidents, not against attackers.',
      'If somebody asks about the signature of an image: it is PCR8, and says who signed, not what was signed.',
    ],
  },
  {
    title: '度量镜像，再改一个字节',
    aim: '看到 PCR0 代表镜像的每一个字节，运行改动过的副本的人无法隐瞒这一点。',
    steps: {
      measure: {
        title: '度量镜像',
        text: 'PCR0 是将要运行的一切的 SHA-384：内核、命令行、引擎和应用。本页先构建程序“Hello”的镜像并度量它，此时还什么都没有运行。',
        button: '构建并度量',
        done: '镜像有了 PCR0。',
      },
      start: {
        title: '启动它',
        text: '父实例启动镜像并再次度量。飞地的 PCR0 不由其他任何东西决定。',
        button: '启动飞地',
        done: '飞地的 PCR0 就是您度量到的值。',
      },
      change: {
        title: '改动一个字节',
        text: '现在来作弊：把应用最末尾的换行符换成空格，程序的行为完全不变，文件的校验和也一并改正。先猜一猜：PCR0 的 384 位里会有多少位改变？',
        button: '改动一个字节并度量',
        done: '大约一半的位不同：一个字节改变了一切。',
      },
      run: {
        title: '运行改动过的副本',
        text: '副本是有效的镜像，程序也能工作。单凭它说的话看不出任何破绽。',
        button: '启动副本并打招呼',
        done: '副本能运行、能回答，但 PCR0 不同。',
      },
      judge: {
        title: '要求证明',
        text: '验证者知道真镜像的 PCR0，向副本索取证明文档。文档里写什么，副本说了不算。',
        button: '让副本出具证明',
        done: '验证者拒绝了副本，原因只有一个：PCR 策略。',
      },
      repeat: {
        title: '再构建一次',
        text: '只有每个人都能从同样的源代码得到它，参考值才有用。请再构建一次镜像。',
        button: '再次构建并度量',
        done: '同样的文件得到同样的 PCR0。',
      },
    },
    end: '度量值说明运行的是什么，而不说明它是好的。谁读过源代码、自己构建并得到同样的 PCR0，谁就知道具有这个 PCR0 的飞地会做什么。',
    notes: [
      '在“改动一个字节”之前让大家先猜。多数人会说一位，或者八位。',
      '问一问：文件里的校验和为什么没有用？任何人都能计算它；它防的是意外，不是攻击者。',
      '如果有人问起镜像签名：那是 PCR8，它说明谁签了名，而不是签了什么。',
    ],
  },
)

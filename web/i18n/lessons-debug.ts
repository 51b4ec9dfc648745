/** Texts of the lesson about debug mode. */
import type { LessonWords } from '../lessons/lesson-kind.ts'
import { both, type Texts } from './language.ts'

export type DebugStep = 'normal' | 'debug' | 'console' | 'judge' | 'careless' | 'impostor'

export const debug: Texts<LessonWords<DebugStep>> = both(
  {
    title: 'Why debug mode proves nothing',
    aim: 'See what debug mode gives you, what it takes, and how one careless policy is enough to lose everything.',
    steps: {
      normal: {
        title: 'First, without debug mode',
        text: 'Start the image normally and verify its document.',
        button: 'Start and verify',
        done: 'Verified: this image runs.',
      },
      debug: {
        title: 'The same image in debug mode',
        text: 'Debug mode is an option of the start, not of the image.',
        button: 'Start in debug mode',
        done: 'PCR0 is zero. Nothing says any more which image it is.',
      },
      console: {
        title: 'Read its console',
        text: 'This is what debug mode is for: the parent instance can read what the program prints, and on real machines more than that.',
        button: 'Greet, and read the console',
        done: 'The wall has a window now.',
      },
      judge: {
        title: 'Verify it',
        text: 'A careful verifier gets a document of the enclave in debug mode.',
        button: 'Ask and verify',
        done: 'Rejected twice: PCR0 is not the expected one, and zero means debug mode.',
      },
      careless: {
        title: 'Make the error go away',
        text: 'It is late, the test must pass, and zeros are easy to type. This verifier expects a PCR0 of zeros and allows debug mode.',
        button: 'Verify against zeros',
        done: 'Verified. It looks as if all were well.',
      },
      impostor: {
        title: 'Who else has zeros?',
        text: 'A changed copy of the image starts in debug mode, and shows its document to the same verifier.',
        button: 'Start a changed copy and verify',
        done: 'Verified as well. This verifier accepts any program in the world.',
      },
    },
    end: 'In debug mode all PCRs that describe the image are zero, for every image. A policy that accepts zeros accepts everybody. Debug with secrets that are worth nothing.',
    notes: [
      'The careless verifier is not invented: zeros in production policies are a known mistake.',
      'Ask who can start an enclave in debug mode: everybody who can start it at all.',
      'The KMS of this project rejects such documents even if a policy asks for zeros.',
    ],
  },
  {
    title: '为什么调试模式什么也证明不了',
    aim: '看看调试模式给了您什么、拿走了什么，以及一条粗心的策略怎样就足以失去一切。',
    steps: {
      normal: {
        title: '先不用调试模式',
        text: '正常启动镜像，并验证它的文档。',
        button: '启动并验证',
        done: '验证通过：运行的就是这个镜像。',
      },
      debug: {
        title: '同一个镜像，调试模式',
        text: '调试模式是启动时的选项，与镜像无关。',
        button: '以调试模式启动',
        done: 'PCR0 为零。再也没有什么能说明这是哪个镜像。',
      },
      console: {
        title: '读取控制台',
        text: '这正是调试模式的用途：父实例可以读到程序打印的内容，在真实机器上还不止这些。',
        button: '打招呼，并读取控制台',
        done: '墙上现在有了一扇窗。',
      },
      judge: {
        title: '验证它',
        text: '一位细心的验证者收到调试模式下飞地的文档。',
        button: '索取并验证',
        done: '两次被拒：PCR0 不是期望的值，而且零意味着调试模式。',
      },
      careless: {
        title: '让错误消失',
        text: '天色已晚，测试必须通过，零又很好输入。这位验证者期望 PCR0 全为零，并允许调试模式。',
        button: '按全零来验证',
        done: '验证通过。看上去一切正常。',
      },
      impostor: {
        title: '还有谁是零？',
        text: '镜像的一个改动过的副本以调试模式启动，把文档出示给同一位验证者。',
        button: '启动改动过的副本并验证',
        done: '同样通过。这位验证者接受世界上的任何程序。',
      },
    },
    end: '在调试模式下，描述镜像的 PCR 对任何镜像都是零。接受零的策略就是接受所有人。调试时请使用毫无价值的秘密。',
    notes: [
      '粗心的验证者并非虚构：生产策略里写零是已知的错误。',
      '问一问谁能以调试模式启动飞地：凡是能启动它的人都能。',
      '本项目的 KMS 会拒绝这样的文档，即使策略要求的是零。',
    ],
  },
)

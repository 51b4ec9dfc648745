/** Texts around the lessons; each lesson has its own in lessons-NAME.ts. */
import { both, type Texts } from './language.ts'

/** The texts of one step. */
export interface StepWords {
  readonly title: string
  readonly text: string
  readonly button: string
  /** The label of its field. */
  readonly field?: string
  /** What has happened when it is done. */
  readonly done: string
}

export const lessons: Texts<{
  title: string
  intro: string
  number: (number: number) => string
  minutes: (minutes: number) => string
  progress: (done: number, all: number) => string
  all: string
  steps: string
  step: (number: number, all: number) => string
  working: string
  notYet: string
  checked: string
  nothing: string
  notDone: string
  resumeTitle: string
  resume: (done: number) => string
  resumeButton: string
  afresh: string
  live: string
  noEnclave: string
  details: string
  end: string
  next: string
  teacher: string
  teacherHint: string
  timings: string
  link: string
  linkCopied: string
  unknown: string
}> = both(
  {
    title: 'Lessons',
    intro:
      'Each lesson takes at most ten minutes. Its steps run in this tab, on real enclaves, and a step is checked off by what really happened.',
    number: (number) => `Lesson ${number}`,
    minutes: (minutes) => `${minutes} minutes`,
    progress: (done, all) => `${done} of ${all} steps done`,
    all: 'All lessons',
    steps: 'Steps',
    step: (number, all) => `Step ${number} of ${all}`,
    working: 'Working…',
    notYet: 'Not yet: do the steps before it first.',
    checked: '✓ Done',
    nothing: '○ To do',
    notDone: 'It ran, but what this step is about has not happened. Look at the result, and try again.',
    resumeTitle: 'This lesson was begun before',
    resume: (done) =>
      `${done} ${done === 1 ? 'step was' : 'steps were'} done. Enclaves end with their tab, so to continue, these steps run again, with what was entered.`,
    resumeButton: 'Continue',
    afresh: 'Begin afresh',
    live: 'The live system',
    noEnclave: 'The enclaves that you start appear here.',
    details: 'Measurements, talk and console',
    end: 'To remember',
    next: 'Next lesson',
    teacher: 'For teachers',
    teacherHint:
      'The link opens this lesson at this step, with what was entered. Nothing runs until Continue is pressed.',
    timings: 'Timings',
    link: 'Copy a link to this state',
    linkCopied: 'The link is copied, and in the address.',
    unknown: 'This lesson does not exist. These are all:',
  },
  {
    title: '课程',
    intro: '每节课最多十分钟。所有步骤都在本标签页里的真实飞地上运行；一步是否完成，由实际发生的事情来判定。',
    number: (number) => `第 ${number} 课`,
    minutes: (minutes) => `${minutes} 分钟`,
    progress: (done, all) => `已完成 ${done} / ${all} 步`,
    all: '全部课程',
    steps: '步骤',
    step: (number, all) => `第 ${number} 步，共 ${all} 步`,
    working: '正在进行…',
    notYet: '还不能做：请先完成前面的步骤。',
    checked: '✓ 已完成',
    nothing: '○ 待完成',
    notDone: '已经运行，但这一步要看到的事情没有发生。请查看结果后再试一次。',
    resumeTitle: '这节课之前已经开始过',
    resume: (done) =>
      `已完成 ${done} 步。飞地随标签页一起结束，所以继续时会用当时输入的内容把这些步骤重新运行一遍。`,
    resumeButton: '继续',
    afresh: '重新开始',
    live: '实时系统',
    noEnclave: '您启动的飞地会出现在这里。',
    details: '度量值、对话与控制台',
    end: '要点',
    next: '下一课',
    teacher: '教师参考',
    teacherHint: '该链接会打开本课的这一步，并带上已输入的内容。在按下“继续”之前不会运行任何东西。',
    timings: '时间安排',
    link: '复制当前状态的链接',
    linkCopied: '链接已复制，地址栏中也有。',
    unknown: '没有这一课。全部课程如下：',
  },
)

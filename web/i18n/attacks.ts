/** Texts around the attacks; each attack has its own in attacks-NAME.ts. */
import type { Role } from '../attacks/attack-kind.ts'
import { both, type Texts } from './language.ts'

export const attacks: Texts<{
  title: string
  intro: string
  all: string
  unknown: string
  attacker: string
  roles: Readonly<Record<Role, string>>
  working: string
  notYet: string
  unclear: string
  outcomes: Readonly<Record<'stopped' | 'succeeded', string>>
  why: string
}> = both(
  {
    title: 'Be the attacker',
    intro:
      'Seven attacks that enclaves withstand, each with its control: the same without the defence. Everything runs for real in this tab. The eighth, by the owner of the machine, succeeds.',
    all: 'All attacks',
    unknown: 'This attack does not exist. These are all:',
    attacker: 'The attacker',
    roles: {
      attack: 'Attack',
      control: 'Control: without the defence',
      comparison: 'For comparison',
    },
    working: 'Working…',
    notYet: '○ Not tried yet',
    unclear: 'It ran, but the result shows neither success nor failure. Try again.',
    outcomes: { stopped: '■ The attack failed.', succeeded: '▲ The attack succeeded.' },
    why: 'Why',
  },
  {
    title: '扮演攻击者',
    intro:
      '飞地能抵挡其中七种攻击，每种都有对照：去掉防御后再做一遍。一切都在本标签页里真实运行。第八种由机器的主人发起，它会成功。',
    all: '全部攻击',
    unknown: '没有这种攻击。全部攻击如下：',
    attacker: '攻击者',
    roles: { attack: '攻击', control: '对照：没有防御', comparison: '用作比较' },
    working: '正在进行…',
    notYet: '○ 还没有尝试',
    unclear: '已经运行，但结果既不说明成功也不说明失败。请再试一次。',
    outcomes: { stopped: '■ 攻击失败。', succeeded: '▲ 攻击成功。' },
    why: '原因',
  },
)

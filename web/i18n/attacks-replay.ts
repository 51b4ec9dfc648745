/** Texts of the attack with an old document. */
import type { AttackWords } from '../attacks/attack-kind.ts'
import { both, type Texts } from './language.ts'

export type ReplayTrial = 'attack' | 'control'

export const replay: Texts<AttackWords<ReplayTrial>> = both(
  {
    title: 'Replay a document',
    attacker:
      'The parent instance, which carries every message. It has recorded a genuine attestation document. The enclave has ended since, and the attacker answers in its place.',
    trials: {
      attack: {
        title: 'Show the old document',
        text: 'An honest enclave proves itself and is stopped. Then a verifier asks with a nonce of its own, and gets the recorded document.',
        button: 'Record, stop, replay',
        stopped:
          'Everything in the document is genuine but the nonce, which is that of somebody else’s question.',
        succeeded: 'The verifier accepted an old document.',
      },
      control: {
        title: 'A verifier without a nonce',
        text: 'The same again, with a verifier that asks for freshness neither by a nonce nor by the document’s age.',
        button: 'Replay without a nonce',
        stopped: 'The verifier rejected the document.',
        succeeded: 'Accepted, for an enclave that no longer exists.',
      },
    },
    why: 'A document can be copied like any other bytes. Only something that the verifier has just made up, and that the document contains, shows that it was made for this question. Our verifier refuses to run without a nonce unless one says explicitly that a replay does no harm.',
  },
  {
    title: '重放文档',
    attacker: '传递每一条消息的父实例。它记录过一份真的证明文档。飞地后来已经结束，由攻击者冒充它来回答。',
    trials: {
      attack: {
        title: '出示旧文档',
        text: '一个诚实的飞地证明了自己，然后被停止。接着有验证者用自己的随机数来询问，收到的却是记录下来的文档。',
        button: '记录、停止、重放',
        stopped: '文档里的一切都是真的，只有随机数不对：它属于别人提的问题。',
        succeeded: '验证者接受了旧文档。',
      },
      control: {
        title: '不用随机数的验证者',
        text: '再做一遍，但这位验证者既不用随机数，也不看文档的时间来判断是否新鲜。',
        button: '不用随机数来重放',
        stopped: '验证者拒绝了文档。',
        succeeded: '被接受了，而那个飞地已经不存在。',
      },
    },
    why: '文档与任何字节一样可以复制。只有验证者刚刚想出来、并且包含在文档里的东西，才能说明文档是为这个问题而生成的。我们的验证器没有随机数就拒绝运行，除非明确说明重放无害。',
  },
)

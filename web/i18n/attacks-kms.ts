/** Texts of the attack that answers as the KMS. */
import type { AttackWords } from '../attacks/attack-kind.ts'
import { both, type Texts } from './language.ts'

export type KmsTrial = 'attack' | 'control'

export const kms: Texts<AttackWords<KmsTrial>> = both(
  {
    title: 'Answer as the KMS',
    attacker:
      'The parent instance, which decides where the enclave’s requests go. It runs a KMS of its own with a key of its own, and wants the enclave to work with a secret that the attacker chose.',
    trials: {
      attack: {
        title: 'Answer with a secret of one’s own',
        text: 'The enclave wants to decrypt, and pins the public key of the real KMS. The attacker’s KMS answers: correct in every detail, encrypted for the enclave, signed with its own key.',
        button: 'Answer in its place',
        stopped: 'The enclave refuses the answer: it is not signed by the KMS that it pins.',
        succeeded: 'The enclave works with the attacker’s text.',
      },
      control: {
        title: 'An enclave that believes anybody',
        text: 'The same enclave, told not to verify who answers (identity “unverified”).',
        button: 'Answer an enclave that does not verify',
        stopped: 'The enclave refused the answer.',
        succeeded: 'The enclave believes it, and works with the attacker’s text.',
      },
    },
    why: 'There is no TLS in this enclave, and it would not help by itself: somebody has to say whose certificate is right. The image pins the KMS’s key, PCR0 covers the image, and every answer is signed together with the question, so that an old answer does not fit either.',
  },
  {
    title: '冒充 KMS 回答',
    attacker:
      '决定飞地的请求送往何处的父实例。它运行自己的 KMS，用自己的密钥，想让飞地使用攻击者选定的秘密。',
    trials: {
      attack: {
        title: '用自己的秘密来回答',
        text: '飞地要解密，并且固定了真 KMS 的公钥。攻击者的 KMS 来回答：每个细节都正确，为飞地加密，但用自己的密钥签名。',
        button: '冒充它回答',
        stopped: '飞地拒绝了回答：签名者不是它固定的那个 KMS。',
        succeeded: '飞地使用了攻击者的文本。',
      },
      control: {
        title: '相信任何人的飞地',
        text: '同一个飞地，但被要求不验证回答者是谁（identity 为“unverified”）。',
        button: '回答一个不验证的飞地',
        stopped: '飞地拒绝了回答。',
        succeeded: '飞地相信了，并使用攻击者的文本。',
      },
    },
    why: '这个飞地里没有 TLS，而且光有 TLS 也不够：总得有人说明哪个证书才对。镜像固定了 KMS 的公钥，PCR0 涵盖镜像，每个回答都与问题一起签名，所以旧的回答也对不上。',
  },
)

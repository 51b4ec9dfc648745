/** Texts of the attack on the key in a document. */
import type { AttackWords } from '../attacks/attack-kind.ts'
import { both, type Texts } from './language.ts'

export type KeyTrial = 'attack' | 'control'

export const key: Texts<AttackWords<KeyTrial>> = both(
  {
    title: 'Swap the key',
    attacker:
      'The parent instance. A secret will be encrypted for the public key in the enclave’s document. The attacker puts a key of its own in its place, at the very same bytes.',
    trials: {
      attack: {
        title: 'Put another key into the document',
        text: 'First the honest way: the document is verified, a secret is encrypted for its key, and the enclave decrypts it. Then the same document comes with the attacker’s key.',
        button: 'Swap the key',
        stopped: 'The signature covers the key: the document is rejected, and nothing is encrypted for it.',
        succeeded: 'A document with the attacker’s key was accepted.',
      },
      control: {
        title: 'A sender who only reads the document',
        text: 'The sender decodes the document, takes the key from it, and forgets to verify it.',
        button: 'Encrypt without verifying',
        stopped: 'The attacker could not decrypt what was sent.',
        succeeded: 'The secret was encrypted for the attacker, who has decrypted it.',
      },
    },
    why: 'A public key is worth what vouches for it. Inside a verified document it belongs to a program with these PCRs. Beside it, or in a document that nobody verified, it belongs to the one who carried it.',
  },
  {
    title: '调换公钥',
    attacker: '父实例。有一个秘密将用飞地文档中的公钥加密。攻击者在完全相同的字节位置换上自己的公钥。',
    trials: {
      attack: {
        title: '把另一个公钥放进文档',
        text: '先走诚实的流程：验证文档，用其中的公钥加密秘密，飞地解密。然后同一份文档带着攻击者的公钥到来。',
        button: '调换公钥',
        stopped: '签名涵盖公钥：文档被拒绝，没有任何内容用它加密。',
        succeeded: '带有攻击者公钥的文档被接受了。',
      },
      control: {
        title: '只读文档的发送者',
        text: '发送者解码文档，取出公钥，却忘了验证。',
        button: '不验证就加密',
        stopped: '攻击者无法解密所发送的内容。',
        succeeded: '秘密是为攻击者加密的，他已经解开了。',
      },
    },
    why: '公钥的价值取决于由谁担保。在验证过的文档里，它属于具有这些 PCR 的程序；在文档之外，或在没人验证过的文档里，它属于传递它的人。',
  },
)

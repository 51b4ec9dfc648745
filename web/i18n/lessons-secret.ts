/** Texts of the lesson about a secret that is released on proof. */
import type { LessonWords } from '../lessons/lesson-kind.ts'
import { both, type Texts } from './language.ts'

export type SecretStep = 'start' | 'key' | 'encrypt' | 'outside' | 'open' | 'changed'

export const secret: Texts<LessonWords<SecretStep>> = both(
  {
    title: 'A secret released on proof',
    aim: 'Give a secret to one image, through a parent instance that must not learn it.',
    steps: {
      start: {
        title: 'Start the program',
        text: 'An image contains no secrets, because everybody may read it. This program will ask a KMS, a key management service, for one.',
        button: 'Build and start',
        done: 'It runs, without any secret.',
      },
      key: {
        title: 'Create a key for this image',
        text: 'The KMS of this tab creates a key. Its policy allows decryption only to an enclave whose attestation document has this image’s PCR0.',
        button: 'Create the key',
        done: 'The policy names the PCR0 of the image.',
      },
      encrypt: {
        title: 'Encrypt a secret',
        text: 'You own the key, so you may encrypt. The ciphertext can be stored anywhere, also with the parent instance.',
        button: 'Encrypt',
        field: 'The secret',
        done: 'The ciphertext, and the secret’s SHA-256 to compare later.',
      },
      outside: {
        title: 'Decrypt without an enclave',
        text: 'The parent instance has the ciphertext and the access key of the enclave’s caller. It asks the KMS itself.',
        button: 'Ask from outside',
        done: 'Denied: it is the right caller, but there is no attestation document.',
      },
      open: {
        title: 'Decrypt in the enclave',
        text: 'Now the enclave asks. It makes a key pair inside, puts the public key into an attestation document, and the KMS encrypts its answer for that key. Watch the packets on port 8000.',
        button: 'Ask from inside',
        done: 'The same SHA-256: the secret arrived, and what passed the wall was encrypted.',
      },
      changed: {
        title: 'Change one byte of the program',
        text: 'A changed copy starts, and asks for the same secret in the same way.',
        button: 'Start the copy and ask',
        done: 'Denied: the condition on PCR0 does not hold.',
      },
    },
    end: 'The KMS releases a secret to a measurement, not to a machine, a password or a network address. The parent instance carries every message and never has the secret.',
    notes: [
      'Creating the key pair in the enclave takes a moment; use it to explain why the parent instance cannot read the answer.',
      'In “Decrypt without an enclave”, read the trace: which condition, what was expected, what was found.',
      'Ask what happens when the program is updated: a new PCR0, so a new policy. That is why many policies use PCR8, the signer.',
    ],
  },
  {
    title: '凭证明取得秘密',
    aim: '通过一个不该知道秘密的父实例，把秘密交给某一个镜像。',
    steps: {
      start: {
        title: '启动程序',
        text: '镜像里没有秘密，因为谁都可能读到它。这个程序会向 KMS（密钥管理服务）索取秘密。',
        button: '构建并启动',
        done: '它在运行，但没有任何秘密。',
      },
      key: {
        title: '为这个镜像创建密钥',
        text: '本标签页的 KMS 创建一个密钥。它的策略只允许证明文档中带有该镜像 PCR0 的飞地解密。',
        button: '创建密钥',
        done: '策略里写着这个镜像的 PCR0。',
      },
      encrypt: {
        title: '加密一个秘密',
        text: '密钥是您的，所以您可以加密。密文可以放在任何地方，包括父实例。',
        button: '加密',
        field: '秘密',
        done: '得到了密文，以及秘密的 SHA-256，供稍后比对。',
      },
      outside: {
        title: '不用飞地来解密',
        text: '父实例有密文，也有飞地调用者的访问密钥。它自己去问 KMS。',
        button: '从外面请求',
        done: '被拒绝：调用者没错，但没有证明文档。',
      },
      open: {
        title: '在飞地里解密',
        text: '现在由飞地请求。它在里面生成密钥对，把公钥放进证明文档，KMS 用这个公钥加密回答。请观察 8000 端口的数据包。',
        button: '从里面请求',
        done: 'SHA-256 相同：秘密到了，而穿过墙的内容是加密的。',
      },
      changed: {
        title: '改动程序的一个字节',
        text: '启动一个改动过的副本，用同样的方式索取同一个秘密。',
        button: '启动副本并请求',
        done: '被拒绝：关于 PCR0 的条件不成立。',
      },
    },
    end: 'KMS 把秘密交给某个度量值，而不是某台机器、某个密码或某个网络地址。父实例传递每一条消息，却从未拥有秘密。',
    notes: [
      '飞地生成密钥对要花一点时间，可以趁此解释父实例为什么读不了回答。',
      '在“不用飞地来解密”中请读判定过程：哪个条件、期望什么、实际是什么。',
      '问一问：程序升级时会怎样？PCR0 变了，策略也要变。所以很多策略使用 PCR8，即签名者。',
    ],
  },
)

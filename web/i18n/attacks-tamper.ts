/** Texts of the attack on an image. */
import type { AttackWords } from '../attacks/attack-kind.ts'
import { both, type Texts } from './language.ts'

export type TamperTrial = 'attack' | 'control'

export const tamper: Texts<AttackWords<TamperTrial>> = both(
  {
    title: 'Tamper with the image',
    attacker:
      'Somebody who stores or carries the image file. They change one byte of the application, correct the file’s checksum, start the copy, and hope that a verifier takes it for the original.',
    trials: {
      attack: {
        title: 'Pass the copy off as the original',
        text: 'The changed copy starts and works. Then a verifier, who has the original’s PCR0 from building it, asks it for an attestation document.',
        button: 'Change a byte, start it, attest',
        stopped:
          'The document is genuine, and says honestly that another image runs: the PCR policy rejects it.',
        succeeded: 'The verifier took the copy for the original.',
      },
      control: {
        title: 'A verifier that expects no PCR0',
        text: 'The same copy and the same document, but a verifier that checks only the signature and the certificates.',
        button: 'Verify without a reference value',
        stopped: 'The verifier rejected the copy.',
        succeeded: 'Every signature is genuine, so the changed image is accepted.',
      },
    },
    why: 'The parent instance measures what it starts, and signs the measurement. Changing the image changes PCR0, and changing PCR0 in the document breaks its signature. But a measurement protects only those who compare it.',
  },
  {
    title: '篡改镜像',
    attacker:
      '保存或传递镜像文件的人。他改动应用的一个字节，改正文件的校验和，启动副本，希望验证者把它当成原件。',
    trials: {
      attack: {
        title: '用副本冒充原件',
        text: '改动过的副本能启动、能工作。随后，验证者向它索取证明文档；原件的 PCR0 是验证者自己构建得来的。',
        button: '改一个字节，启动，出具证明',
        stopped: '文档是真的，它如实说明运行的是另一个镜像：PCR 策略拒绝了它。',
        succeeded: '验证者把副本当成了原件。',
      },
      control: {
        title: '不要求 PCR0 的验证者',
        text: '同一个副本，同一份文档，但验证者只检查签名和证书。',
        button: '不用参考值来验证',
        stopped: '验证者拒绝了副本。',
        succeeded: '所有签名都是真的，所以改动过的镜像被接受了。',
      },
    },
    why: '父实例度量它所启动的内容，并对度量值签名。改动镜像就会改变 PCR0，改动文档里的 PCR0 又会破坏签名。但是，度量值只能保护去比对它的人。',
  },
)

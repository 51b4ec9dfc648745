/** Texts of the attack by the machine's owner. */
import type { AttackWords } from '../attacks/attack-kind.ts'
import { both, type Texts } from './language.ts'

export type OwnerTrial = 'control' | 'attack'

export const owner: Texts<AttackWords<OwnerTrial>> = both(
  {
    title: 'Be the owner of the machine',
    attacker:
      'Everybody who controls this tab: its user, the browser, and the host that serves the page. They can change the code of the page itself. A careful relying party verifies every document, and its KMS releases a secret only to the image’s PCR0.',
    trials: {
      control: {
        title: 'As any other attacker',
        text: 'The parent instance runs the unchanged image. The document is verified, the KMS releases the secret to the enclave, and the program tells only the secret’s length and SHA-256.',
        button: 'Run it unchanged',
        stopped: 'Nothing but the length and the SHA-256 came out.',
        succeeded: 'The secret came out.',
      },
      attack: {
        title: 'As the owner',
        text: 'The same image is measured. But between measuring it and starting it, the page exchanges one line of the program, so that it also tells the secret. Then the same careful relying party verifies it.',
        button: 'Exchange a line after measuring',
        stopped: 'The secret did not come out.',
        succeeded:
          'PCR0 is right, every check passed, the KMS released the secret, and the owner reads it. Nothing in the document could have shown it.',
      },
    },
    why: 'A measurement is worth as much as the one who measures can be trusted. Here the code of this page measures, and the owner of the machine can change that code, and has the attestation root as well. Software cannot mend this. A real enclave is measured and kept apart by a hypervisor and processor that its owner cannot change, and its documents are signed under the cloud’s root. That is why this project is for developing and testing enclaves, and why its root says that it is simulated.',
  },
  {
    title: '做机器的主人',
    attacker:
      '控制这个标签页的人：它的用户、浏览器，或提供页面的人。他们可以改动页面本身的代码。依赖方很细心，每份文档都验证，它的 KMS 只把秘密交给该镜像的 PCR0。',
    trials: {
      control: {
        title: '像其他攻击者一样',
        text: '父实例运行未经改动的镜像。文档通过验证，KMS 把秘密交给飞地，程序只说出秘密的长度和 SHA-256。',
        button: '原样运行',
        stopped: '出来的只有长度和 SHA-256。',
        succeeded: '秘密出来了。',
      },
      attack: {
        title: '作为主人',
        text: '度量的是同一个镜像。但在度量之后、启动之前，页面换掉了程序的一行，让它把秘密也说出来。然后由同一个细心的依赖方来验证。',
        button: '度量之后换掉一行',
        stopped: '秘密没有出来。',
        succeeded:
          'PCR0 正确，所有检查都通过，KMS 交出了秘密，主人读到了它。文档里没有任何东西能显示这一点。',
      },
    },
    why: '度量值的价值取决于度量者有多可信。这里的度量者是本页的代码，运行在主人的机器上，而且证明的根也在主人手里。这在软件里无法弥补。真正的飞地由其主人无法改动的虚拟机监控器和处理器来度量和隔离，文档由云的根签名。所以本项目用于开发和测试飞地，它的根证书也写明了是模拟的。',
  },
)

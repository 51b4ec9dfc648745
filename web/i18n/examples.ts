/** Texts of the examples. */
import type { ExampleName } from '../examples/examples.ts'
import { both, type Texts } from './language.ts'

/** An example's name and what it shows. */
interface About {
  readonly title: string
  readonly about: string
}

export const examples: Texts<Readonly<Record<ExampleName, About>>> = both(
  {
    hello: { title: 'Hello', about: 'A service: call its functions by name.' },
    echo: { title: 'Echo', about: 'Lines over vsock, and attestation on request.' },
    registers: { title: 'Registers', about: 'PCRs of its own: extend them and lock them.' },
    secret: { title: 'Secret', about: 'Opens what the KMS releases only to this image.' },
    tokenizer: { title: 'Tokenizer', about: 'Card numbers become tokens that are worthless outside.' },
    vault: { title: 'Password vault', about: 'Checks passwords with a secret that nobody outside has.' },
    signer: { title: 'Signer', about: 'Signs with a key that exists only inside.' },
  },
  {
    hello: { title: '问候', about: '一个服务：按名称调用它的函数。' },
    echo: { title: '回声', about: '通过 vsock 收发文本行，并按请求出具证明。' },
    registers: { title: '寄存器', about: '应用自己的 PCR：扩展它们，锁定它们。' },
    secret: { title: '秘密', about: '打开 KMS 只放给这个镜像的秘密。' },
    tokenizer: { title: '令牌化', about: '把卡号变成在外面毫无价值的令牌。' },
    vault: { title: '口令库', about: '用外面没有的秘密来校验口令。' },
    signer: { title: '签名器', about: '用只存在于飞地里的密钥签名。' },
  },
)

/** Texts of the lesson about attestation. */
import type { LessonWords } from '../lessons/lesson-kind.ts'
import { both, type Texts } from './language.ts'

export type ProveStep = 'start' | 'ask' | 'replay' | 'other' | 'root' | 'flip'

export const prove: Texts<LessonWords<ProveStep>> = both(
  {
    title: 'Prove it: attestation',
    aim: 'Get an attestation document, verify it, and break each thing that it rests on.',
    steps: {
      start: {
        title: 'Start an enclave',
        text: 'You built this image, so you know its PCR0. Is it really this image that answers you?',
        button: 'Build and start',
        done: 'It runs, and you have a reference value.',
      },
      ask: {
        title: 'Ask for a document',
        text: 'You choose a random nonce. The enclave passes it to its security module, which signs a document with the nonce and the PCRs. You verify it: sixteen checks.',
        button: 'Ask and verify',
        done: 'All checks passed: this image answered this question, now.',
      },
      replay: {
        title: 'Use it a second time',
        text: 'Somebody recorded the document and shows it again, to a verifier with a nonce of its own.',
        button: 'Verify it with a new nonce',
        done: 'Only the nonce is wrong, and that is enough: the document is old.',
      },
      other: {
        title: 'Expect another image',
        text: 'A verifier that waits for the program “Echo” gets this document.',
        button: 'Verify it against another PCR0',
        done: 'Only the PCR policy fails: a genuine document, of another image.',
      },
      root: {
        title: 'Trust another root',
        text: 'Anybody can make certificates. This verifier trusts only the root of another parent instance.',
        button: 'Verify it with another root',
        done: 'The chain ends at a root that this verifier does not trust.',
      },
      flip: {
        title: 'Change one bit',
        text: 'Choose a byte of the document. One bit of it is flipped, and the document is verified again. Try several: which check notices it?',
        button: 'Flip and verify',
        field: 'Byte of the document, from 0',
        done: 'Rejected. Whatever part you change, some check fails.',
      },
    },
    end: 'A document proves something only to somebody who brings three things: a nonce of their own, the PCRs that they expect, and a root that they trust for a reason.',
    notes: [
      'The three things in the end are the lesson. Let the group say which attack each of them prevents.',
      'In “Change one bit”, byte 0 breaks the CBOR, a byte in the middle a certificate or the payload, the last byte the signature.',
      'The root here is simulated. A real one is published by the cloud, and verifiers pin it.',
    ],
  },
  {
    title: '证明：远程证明',
    aim: '取得证明文档，验证它，再逐一破坏它所依靠的东西。',
    steps: {
      start: {
        title: '启动飞地',
        text: '这个镜像是您构建的，所以您知道它的 PCR0。回答您的真的是这个镜像吗？',
        button: '构建并启动',
        done: '它在运行，您也有了参考值。',
      },
      ask: {
        title: '索取文档',
        text: '您选一个随机数（nonce）。飞地把它交给安全模块，安全模块对包含该随机数和各 PCR 的文档签名。您来验证：共十六项检查。',
        button: '索取并验证',
        done: '全部检查通过：回答这个问题的正是这个镜像，而且就在刚才。',
      },
      replay: {
        title: '再用一次',
        text: '有人记录了这份文档，再次出示给一位使用自己随机数的验证者。',
        button: '用新的随机数验证',
        done: '只有随机数不对，这就够了：文档是旧的。',
      },
      other: {
        title: '期望另一个镜像',
        text: '一位等待程序“Echo”的验证者收到了这份文档。',
        button: '用另一个 PCR0 验证',
        done: '只有 PCR 策略未通过：文档是真的，但属于另一个镜像。',
      },
      root: {
        title: '信任另一个根',
        text: '任何人都能制作证书。这位验证者只信任另一个父实例的根证书。',
        button: '用另一个根验证',
        done: '证书链的终点是一个该验证者不信任的根。',
      },
      flip: {
        title: '改动一位',
        text: '请选文档的一个字节。它的一位会被翻转，然后重新验证。多试几个：哪项检查会发现？',
        button: '翻转并验证',
        field: '文档的字节，从 0 数起',
        done: '被拒绝了。无论改动哪里，总有一项检查不通过。',
      },
    },
    end: '文档只能向带来三样东西的人证明什么：自己的随机数、自己期望的 PCR，以及有理由信任的根。',
    notes: [
      '最后的三样东西就是这节课的内容。请大家说出每一样分别防住了哪种攻击。',
      '在“改动一位”中：第 0 字节破坏 CBOR，中间的字节破坏证书或载荷，最后一个字节破坏签名。',
      '这里的根是模拟的。真正的根由云厂商公布，验证者把它固定下来。',
    ],
  },
)

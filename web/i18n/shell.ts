/** Texts of the page around its views. */
import { both, type Texts } from './language.ts'

export const shell: Texts<{
  tagline: string
  views: Readonly<Record<'bench' | 'document' | 'key' | 'lessons' | 'attacks', string>>
  navigation: string
  skip: string
  language: string
  theme: string
  themes: Readonly<Record<'auto' | 'light' | 'dark', string>>
  parent: string
  enclave: string
  honest: string
  honestTitle: string
  nothingLeaves: string
  offline: string
  notKept: string
  loading: string
  error: string
  expected: string
  got: string
  hint: string
  original: string
  originalHint: string
  linkInAddress: string
  chooseFile: string
  orDrop: string
  dropRefused: string
}> = both(
  {
    tagline: 'Enclaves as WebAssembly, in this tab',
    views: { bench: 'Bench', document: 'Document', key: 'Key', lessons: 'Lessons', attacks: 'Attacks' },
    navigation: 'Views',
    skip: 'Skip to the content',
    language: 'Language',
    theme: 'Colours',
    themes: { auto: 'system', light: 'light', dark: 'dark' },
    parent: 'Parent instance',
    enclave: 'Enclave',
    honestTitle: 'What this does not protect.',
    honest:
      'The browser isolates the enclave, but not from the owner of this machine, and the attestation root is simulated. Real enclaves use hardware for both.',
    nothingLeaves: 'Nothing that you enter or drop here leaves this tab.',
    offline: 'A copy is kept: the page works without a network now.',
    notKept:
      'No copy could be kept, so the page needs its host: the storage may be full, or the host cannot be reached.',
    loading: 'Loading…',
    error: 'Error',
    expected: 'Expected',
    got: 'Got',
    hint: 'Hint',
    original: 'Original text',
    originalHint: 'Original hint',
    linkInAddress: 'The link could not be copied: it is in the address of this page.',
    chooseFile: 'Choose a file',
    orDrop: 'or drop it on this page',
    dropRefused:
      'This view takes no files. Drop images and programs on the bench, and documents in Document.',
  },
  {
    tagline: '用 WebAssembly 实现的飞地，就在这个标签页里',
    views: { bench: '实验台', document: '证明文档', key: '密钥', lessons: '课程', attacks: '攻击' },
    navigation: '视图',
    skip: '跳到正文',
    language: '语言',
    theme: '颜色',
    themes: { auto: '跟随系统', light: '浅色', dark: '深色' },
    parent: '父实例',
    enclave: '飞地',
    honestTitle: '它不能保护什么。',
    honest: '浏览器隔离飞地，但不能防住这台机器的主人；证明的根证书也是模拟的。真正的飞地两者都靠硬件。',
    nothingLeaves: '您在这里输入或拖入的内容都不会离开这个标签页。',
    offline: '已保存副本：现在没有网络也能使用本页。',
    notKept: '无法保存副本，本页仍需要它的服务器：可能是存储空间已满，或者无法连接服务器。',
    loading: '正在加载…',
    error: '错误',
    expected: '期望',
    got: '实际',
    hint: '提示',
    original: '英文原文',
    originalHint: '英文提示',
    linkInAddress: '无法复制链接：请从地址栏复制。',
    chooseFile: '选择文件',
    orDrop: '或者拖到本页',
    dropRefused: '这个视图不接收文件。镜像和程序请拖到“实验台”，文档请拖到“证明文档”。',
  },
)

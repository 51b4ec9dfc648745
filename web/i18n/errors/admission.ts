/** Error codes of admission, in Chinese. */
import type { ADMISSION_ERRORS } from '../../../src/cli/errors/admission.ts'
import type { ErrorDictionary } from './words.ts'

export const ADMISSION_ZH: ErrorDictionary<typeof ADMISSION_ERRORS> = {
  E_ADMISSION_EXPORT: {
    what: '组件没有导出飞地启动时要运行的 wasi:cli/run。',
    hint: '请把它构建为命令，而不是库。',
  },
  E_ADMISSION_FEATURE: {
    what: '组件使用了飞地不支持的 WebAssembly 特性，例如线程或垃圾回收。',
    hint: '请在构建组件时关闭错误信息中指出的特性。',
  },
  E_ADMISSION_IMPORT: {
    what: '组件导入了飞地不提供的接口。',
    hint: '请去掉这个导入。飞地提供 qingtian:enclave，以及不含宿主文件和网络的 WASI 0.2。',
  },
  E_ADMISSION_LIMIT: {
    what: '组件超出了准入检查的一项限制。',
    hint: '请缩小组件；错误信息指出了是哪一项限制。',
  },
  E_ADMISSION_MALFORMED: {
    what: '组件不是有效的 WebAssembly。',
    hint: '请用能生成 WASI 0.2 组件的工具重新构建。',
  },
  E_ADMISSION_MEMORY: {
    what: '组件需要的内存多于分配给飞地的内存。',
    hint: '请为飞地分配更多内存，或者减小组件中内存和表的大小与数量。',
  },
  E_ADMISSION_NAME: {
    what: '组件中的一个名称含有不允许的字符。',
    hint: '名称只能使用字母、数字和 WIT 允许的标点。',
  },
  E_ADMISSION_NOT_COMPONENT: {
    what: '要运行的文件不是 WebAssembly 组件。',
    hint: '请用 make-img 构建镜像，它会把核心模块转换为组件。',
  },
  E_ADMISSION_START: {
    what: '组件带有核心模块的 start 函数，它会在启动时限之外运行。',
    hint: '请去掉 start 函数，把其中的代码放到 wasi:cli/run 里运行。',
  },
  E_COMPONENT_LINK: {
    what: '组件通过了准入检查，但无法与它的导入链接。',
    hint: '请针对 WASI 0.2 和 qingtian:enclave 构建；错误信息中有链接器的报错。',
  },
}

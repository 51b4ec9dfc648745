/** Error codes of applications and images, in Chinese. */
import type { IMAGE_ERRORS } from '../../../src/cli/errors/image.ts'
import type { ErrorDictionary } from './words.ts'

export const IMAGE_ZH: ErrorDictionary<typeof IMAGE_ERRORS> = {
  E_APP_COMPONENT: {
    what: '组件不是 WebAssembly，或者不完整。',
    hint: '请给出组件、核心模块，或者应用的路径。',
  },
  E_APP_CORE_MODULE: {
    what: '这个核心模块无法转换为飞地的组件。',
    hint: '请导出 run，并且只导入 qingtian:enclave、WASI 0.2 或不含网络的 WASI preview 1。',
  },
  E_APP_EMPTY: {
    what: '应用启动后什么也不会做：它没有默认导出，也没有会执行的语句。',
    hint: '请写上 export default async function main() { … }，飞地启动时会调用它。',
  },
  E_APP_FILE: {
    what: '放入镜像的文件不可接受：它在应用的文件夹之外，路径无效，或者文件太多、太大。',
    hint: '请把文件放进应用的文件夹，并遵守错误信息给出的限度。',
  },
  E_APP_IMPORT: {
    what: '应用导入的模块不存在，或者导入的文件无法打包。',
    hint: '请更正或去掉这个导入。标签页里没有 npm 包：需要它们时，请用 qt enclave make-img 构建应用。',
  },
  E_APP_INPUT: {
    what: '给 buildImage 的应用形式不对。',
    hint: '请传入 { source: 文本 }、{ component: Uint8Array } 或 { path: 文本 }。',
  },
  E_APP_NOT_FOUND: {
    what: '这个路径下没有应用。',
    hint: '请给出含有 index.ts 或带 main 的 package.json 的文件夹，或者以 .ts、.js 或 .wasm 结尾的文件。',
  },
  E_APP_SYNTAX: {
    what: '应用的源代码、package.json 或 tsconfig.json 有语法错误。',
    hint: '请更正错误信息指出的那一行。',
  },
  E_APP_TYPES: {
    what: '应用有类型错误，或者项目中没有用来检查类型的 TypeScript 或 tsconfig.json。',
    hint: '请更正它们，或者不带 --check 构建。',
  },
  E_ARCHIVE: {
    what: '镜像中的一个 ramdisk 不是有效的归档。',
    hint: '请重新构建镜像。',
  },
  E_ARCHIVE_NAME: {
    what: '镜像中一个文件的名称不允许使用。',
    hint: '请使用相对路径，文件夹之间用 / 分隔，不含 . 和 ..，最多 1023 字节。',
  },
  E_ARTEFACT: {
    what: '本页或 webclave 软件包的一个文件缺失、损坏或无法加载。',
    hint: '请重新加载本页；如果仍然不行，请检查网络和提供本页的服务器。',
  },
  E_IMAGE_CERTIFICATE: {
    what: '用来签署镜像的证书无法读取，或者现在不在有效期内。',
    hint: '请使用现在有效、并且与私钥对应的 PEM 证书。',
  },
  E_IMAGE_CONTENT: {
    what: '镜像一个段的内容无效。',
    hint: '请更正错误信息指出的清单或选项，然后重新构建镜像。',
  },
  E_IMAGE_CRC: {
    what: '镜像的校验和不对：文件已损坏。',
    hint: '请重新复制或重新构建镜像。',
  },
  E_IMAGE_DEBUG: {
    what: '镜像的清单禁止调试模式。',
    hint: '请不用调试模式启动，或者用允许调试模式的清单重新构建镜像。',
  },
  E_IMAGE_FOREIGN: {
    what: '镜像中是真实云的内核，而不是 webclave 的内核。',
    hint: '请用 make-img 构建您的应用：这个镜像在这里可以查看、度量和签名，但不能启动。',
  },
  E_IMAGE_INPUT: {
    what: '作为镜像给出的值既不是字节，也不能读取，例如是一个路径。',
    hint: '请传入 readFile 的结果，或者 buildImage 结果中的 eif。',
  },
  E_IMAGE_KERNEL: {
    what: '镜像由另一个版本的 webclave 构建，内核不同。',
    hint: '请用错误信息指出的版本启动它，或者用本版本重新构建，这会改变它的 PCR0。',
  },
  E_IMAGE_KEY: {
    what: '私钥不能用来签署镜像，或者与证书不符。',
    hint: '请使用 P-256、P-384 或 P-521 上的 PEM 私钥及其证书。',
  },
  E_IMAGE_MAGIC: {
    what: '文件不是飞地镜像：它不是以 EIF 的标识开头。',
    hint: '请给出 .eif 文件。',
  },
  E_IMAGE_MEMORY: {
    what: '镜像清单要求的内存多于分配给飞地的内存。',
    hint: '请至少为飞地分配清单所要求的内存。',
  },
  E_IMAGE_METADATA: {
    what: '镜像的元数据段，或者新镜像的元数据无效。',
    hint: '请更正错误信息指出的 JSON；元数据必须是一个对象。',
  },
  E_IMAGE_SECTION: {
    what: '镜像的段表自相矛盾，或者放不下更多的段。',
    hint: '请重新构建镜像。',
  },
  E_IMAGE_SIGNATURE: {
    what: '镜像的签名无效。',
    hint: '请用现在有效的证书重新签署镜像。',
  },
  E_IMAGE_SIZE: {
    what: '镜像大于分配给飞地的内存。',
    hint: '请为飞地分配比镜像更多的内存。',
  },
  E_IMAGE_TRUNCATED: {
    what: '镜像文件不完整。',
    hint: '请重新复制或重新构建镜像。',
  },
  E_IMAGE_VERSION: {
    what: '不支持镜像的 EIF 版本。',
    hint: '请用本版本重新构建镜像。',
  },
  E_PCR_INDEX: {
    what: 'PCR 不存在，或者不在给出的 PCR 之中。',
    hint: '请使用错误信息给出的范围内的 PCR 编号。',
  },
  E_PCR_VALUE: {
    what: 'PCR 的值不是 48 字节。',
    hint: '请给出 96 位十六进制数字。',
  },
}

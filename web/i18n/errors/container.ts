/** Error codes of container images, in Chinese. */
import type { CONTAINER_ERRORS } from '../../../src/cli/errors/container.ts'
import type { ErrorDictionary } from './words.ts'

export const CONTAINER_ZH: ErrorDictionary<typeof CONTAINER_ERRORS> = {
  E_OCI_DIGEST: {
    what: '容器镜像的某个部分与镜像自身所记录的大小或摘要不符。',
    hint: '它已损坏或被改动：请重新保存或复制。',
  },
  E_OCI_DOCUMENT: {
    what: '容器镜像中的某个 JSON 文档格式不正确，或者它所指的内容缺失。',
    hint: '请用 docker save 或 skopeo copy 重新保存该镜像。',
  },
  E_OCI_ENTRY: {
    what: '容器镜像运行的程序无法在 webclave 的飞地中运行。',
    hint: '请让 ENTRYPOINT 或 CMD 指向 WASI 的 WebAssembly 模块或组件，或者 node 加一个 JavaScript 文件。其他镜像只能在真正的擎天或 Nitro 飞地中运行。',
  },
  E_OCI_LAYER: {
    what: '容器镜像的某一层无法解压，或者不是文件系统。',
    hint: '请用 skopeo copy --dest-compress-format gzip 复制该镜像，或重新保存。',
  },
  E_OCI_LIMIT: {
    what: '容器镜像中的文件太多、太大或嵌套太深；或者某一层解压后远大于其大小。',
    hint: '请构建更小的镜像：从 scratch 或 slim 镜像开始，只放入程序所需的文件。',
  },
  E_OCI_LINK: {
    what: '容器镜像中的某个链接没有尽头，或者某个硬链接没有目标。',
    hint: '请去掉该链接，重新构建镜像。',
  },
  E_OCI_PLATFORM: {
    what: '容器镜像没有可用的平台，或者有多个平台而无法选定。',
    hint: '请只保存一个平台：docker save --platform，或 skopeo copy 的 --override-os 和 --override-arch。',
  },
  E_OCI_REFERENCE: {
    what: '本机的这个位置没有容器镜像，或者有多个。',
    hint: 'webclave 没有 Docker 引擎，也不会下载镜像。请用 docker save -o 或 skopeo copy 生成文件并指定它；如果其中有多个镜像，请加上 :TAG。',
  },
  E_OCI_TAR: {
    what: '容器镜像中的某个 tar 归档不完整或格式不正确，或者含有指向归档之外的名称或稀疏文件。',
    hint: '请重新构建或保存该镜像。',
  },
}

/** Error codes of commands, files and the list of running enclaves, in Chinese. */
import type { COMMAND_ERRORS } from '../../../src/cli/errors/command.ts'
import type { ErrorDictionary } from './words.ts'

export const COMMAND_ZH: ErrorDictionary<typeof COMMAND_ERRORS> = {
  E_BUILD_COPY: {
    what: '应用在它自己的文件夹里可以构建，换到另一个文件夹的副本里却不行。',
    hint: '应用导入的所有内容都应放在它的文件夹或它的 node_modules 里。',
  },
  E_BUILD_DIFFERS: {
    what: '同样的源代码两次构建得到不同的字节，谁也无法核对镜像的 PCR0。',
    hint: '错误信息列出了差异。请去掉一切依赖于文件夹、时间或随机数的内容。',
  },
  E_CC_COMPILER: {
    what: '没有能为 WASI 编译 C 的 clang，或者缺少它的链接器或 C 库。',
    hint: '请安装错误信息中列出的软件包（Debian 上为 clang lld wasi-libc libclang-rt-dev-wasm32），或用 CLANG 指定另一个 clang。',
  },
  E_CONSOLE_MODE: {
    what: '只有在调试模式下才能读取飞地的控制台。',
    hint: '请以调试模式启动飞地：此时它的 PCR0 到 PCR15 全为零。',
  },
  E_CPU_LIST: {
    what: '申请的 vCPU 编号不在资源池中，或者正被另一个飞地使用。',
    hint: '请选择空闲的 vCPU：qt env show 会列出它们。',
  },
  E_CPU_TWICE: {
    what: '同一个 vCPU 编号被申请了两次。',
    hint: '每个 vCPU 请只写一次。',
  },
  E_ENCLAVE_NAME: {
    what: '已有飞地使用了这个名称。',
    hint: '请换一个名称。',
  },
  E_ENCLAVE_UNKNOWN: {
    what: '没有正在运行的飞地使用这个 ID 或名称。',
    hint: '请运行 qt enclave query 列出飞地。这个飞地可能已经退出。',
  },
  E_ENV_FILE: {
    what: '无法读取配置 vCPU 和内存资源池的文件。',
    hint: '请检查文件的权限；qt env show 会显示它的路径。',
  },
  E_ENV_MISSING: {
    what: '配置资源池的文件缺少一项必需的设置。',
    hint: '请在文件中加入 memory_mib，以及 cpu_count 或 cpu_list（Nitro 为 cpu_pool）。',
  },
  E_ENV_SETTING: {
    what: '配置资源池的文件中有一行无效。',
    hint: '请更正错误信息指出的那一行；qt env show 会显示使用的是哪个文件。',
  },
  E_FILE: {
    what: '无法读取或写入文件。',
    hint: '请检查文件是否存在、是否可读，或者它所在的目录是否可写。',
  },
  E_KEEPER_GONE: {
    what: '运行飞地的守护进程已经退出，或者没有响应。',
    hint: '它被终止了，或者卡住了。请运行 qt enclave query 查看正在运行的飞地，用 qt enclave stop 结束卡住的飞地。',
  },
  E_KEEPER_REQUEST: {
    what: '有程序向飞地的控制套接字发送了无效的请求。',
    hint: '请使用 qt enclave stop 和 qt enclave console；控制套接字只供它们使用。',
  },
  E_NEW_FOLDER: {
    what: '新项目的文件夹已经存在且不为空，或者那里不是文件夹。',
    hint: '请换一个名称，或清空该文件夹。没有写入任何内容。',
  },
  E_NEW_NAME: {
    what: '新项目的名称是一个路径，或者 npm 不允许这个名称，或者它是 Node 模块或项目依赖的名称。',
    hint: '请使用由小写字母、数字和 - 组成的名称；文件夹会建在当前目录中。',
  },
  E_START_FAILED: {
    what: '新飞地的进程在飞地运行之前失败了。',
    hint: '错误信息中有其错误输出的第一行；qt doctor 会检查这台机器。',
  },
  E_STATE_BUSY: {
    what: '其他命令不断修改飞地列表，本命令放弃了。',
    hint: '请重试。',
  },
  E_STATE_FILE: {
    what: 'webclave 状态目录中的一个路径不是它所期望的文件或目录。',
    hint: '请查看错误信息指出的路径，并把它移走。',
  },
  E_STATE_MODE: {
    what: '其他用户可以读写 webclave 保存状态的目录或文件。',
    hint: '请查明谁可能用过它，然后对该目录运行 chmod 700。',
  },
  E_STATE_OWNER: {
    what: 'webclave 保存状态的目录属于另一个用户。',
    hint: '请把 XDG_RUNTIME_DIR 和 XDG_STATE_HOME 设为您自己的目录。',
  },
  E_USAGE: {
    what: '命令的参数或选项未知，或者值无效。',
    hint: '请更正错误信息指出的参数；--help 有示例。',
  },
  E_USAGE_CONFLICT: {
    what: '给出了两个互相排斥的选项。',
    hint: '请只给出其中一个。',
  },
  E_USAGE_MISSING: {
    what: '命令缺少一个必需的参数。',
    hint: '请补上错误信息指出的参数；--help 有示例。',
  },
}

/** Error codes of fleets, in Chinese. */
import type { FLEET_ERRORS } from '../../../src/cli/errors/fleet.ts'
import type { ErrorDictionary } from './words.ts'

export const FLEET_ZH: ErrorDictionary<typeof FLEET_ERRORS> = {
  E_FLEET_BUSY: {
    what: '集群的所有飞地都在忙，并且其客户端的等待队列已满。调用没有开始。',
    hint: '请稍后重试，增加成员，或者增大客户端的 maxQueue。',
  },
  E_FLEET_CLOSED: {
    what: '集群的客户端已经关闭，或者一个成员因其飞地无法再启动而离开。',
    hint: '客户端：调用没有开始，请创建新的客户端。成员：请解决飞地结束的原因，然后重新加入。',
  },
  E_FLEET_LOST: {
    what: '调用期间失去了集群的一个成员：成员或其飞地已经结束，或者总线丢失了一条消息。',
    hint: '调用可能已经生效：只有在重复无害时才重试。',
  },
  E_FLEET_MESSAGE: {
    what: '总线上的一条消息不属于客户端与集群成员之间的交换。',
    hint: '有别的程序在使用该集群的主题，或者总线改动了消息。调用可能已经生效；已经收到的应答不可使用。',
  },
  E_FLEET_OPTION: {
    what: 'joinFleet 或 createFleetClient 的一个选项无效。',
    hint: '请按信息的要求给出。',
  },
  E_FLEET_PACKAGE: {
    what: 'webclave/fleet 需要的一个包没有安装：NATS 的客户端不是 webclave 的一部分。',
    hint: '请安装信息中给出的包，或者给出一个已打开的连接。',
  },
  E_FLEET_PERMISSION: {
    what: 'NATS 服务器不允许该用户发布或订阅集群需要的一个主题；信息中说明是哪一个。',
    hint: '请在服务器的配置中给该用户集群的主题、NAME.*、$SRV.> 和 _INBOX.> 的权限。信息中说明是否已经开始。',
  },
  E_FLEET_UNREACHED: {
    what: '无法连接总线，或者集群中没有飞地接受该调用：没有成员，或者成员正在离开。',
    hint: '就总线和成员所言，调用没有开始：请稍后重试，或者增加成员。',
  },
}

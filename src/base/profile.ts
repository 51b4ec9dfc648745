/** The two clouds whose formats and rules webclave implements. */

/** Which cloud's documents, PCRs and limits apply: QingTian's or Nitro's. */
export type ProfileName = 'qingtian' | 'nitro'

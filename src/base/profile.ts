/** The two clouds whose formats and rules webclave has. */

/** Whose documents, PCRs and limits: QingTian's or Nitro's. */
export type ProfileName = 'qingtian' | 'nitro'

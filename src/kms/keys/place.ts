/** Whose keys these are: the names that both clouds give to a key, made of a region, an account and its id. */

/** Where a KMS says that it is. */
export interface Place {
  /** @default 'local-1' */
  readonly region: string
  /** 12 digits, as AWS numbers accounts. @default '000000000000' */
  readonly account: string
  /** Huawei's domain of the same. @default 32 zeros */
  readonly domain: string
}

/** The key's ARN, which policies of AWS's dialect name it by. */
export function keyArn({ region, account }: Place, id: string): string {
  return `arn:aws:kms:${region}:${account}:key/${id}`
}

/** The alias's ARN. `alias` is without `alias/`. */
export function aliasArn({ region, account }: Place, alias: string): string {
  return `arn:aws:kms:${region}:${account}:alias/${alias}`
}

/** The key's URN, which policies of Huawei's dialect name it by. */
export function keyUrn({ region, domain }: Place, id: string): string {
  return `kms:${region}:${domain}:KeyId:${id}`
}

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

/** The place of a KMS that was told none, or a part of one. */
export function placeOf(told: Partial<Place> = {}): Place {
  return { region: 'local-1', account: '000000000000', domain: '0'.repeat(32), ...told }
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

/** The two names of a key, which a policy may name it by. */
export type KeyNames = readonly string[]

/** See above. */
export function keyNames(place: Place, id: string): KeyNames {
  return [keyArn(place, id), keyUrn(place, id)]
}

/** The ARN and URN of a key, made of a region, an account or domain, and the key ID. */

/** The region and account in the names of keys. */
export interface Place {
  /** @default 'local-1' */
  readonly region: string
  /** The AWS account ID, 12 digits. @default '000000000000' */
  readonly account: string
  /** The Huawei domain ID of the same account. @default 32 zeros */
  readonly domain: string
}

/** The place, with defaults for what `told` omits. */
export function placeOf(told: Partial<Place> = {}): Place {
  return { region: 'local-1', account: '000000000000', domain: '0'.repeat(32), ...told }
}

/** The key's ARN, for policies in AWS's dialect. */
export function keyArn({ region, account }: Place, id: string): string {
  return `arn:aws:kms:${region}:${account}:key/${id}`
}

/** The alias's ARN. `alias` is without `alias/`. */
export function aliasArn({ region, account }: Place, alias: string): string {
  return `arn:aws:kms:${region}:${account}:alias/${alias}`
}

/** The key's URN, for policies in Huawei's dialect. */
export function keyUrn({ region, domain }: Place, id: string): string {
  return `kms:${region}:${domain}:KeyId:${id}`
}

/** The two names of a key in policies: ARN and URN. */
export type KeyNames = readonly string[]

/** The ARN and the URN of a key. */
export function keyNames(place: Place, id: string): KeyNames {
  return [keyArn(place, id), keyUrn(place, id)]
}

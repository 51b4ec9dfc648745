/** Conditions, the types of their values, variables and wildcards. */
import { pcr0, ROLE } from '../../support.ts'
import { ALL, allowWhen, type Case, DENY, type LanguageElement, when } from './element.ts'

export const CONDITION_ELEMENTS: readonly LanguageElement[] = [
  {
    element: 'Condition',
    aws: 'operators with keys, each with one value or a list: all operators and keys must match, one value of a list is enough',
    huawei: 'the same',
    here: 'the same; an operator without keys is refused',
    cases: [
      {
        allow: allowWhen({ StringEquals: { 'kms:KeySpec': ['A', 'B'] } }),
        values: { 'kms:KeySpec': 'B' },
        outcome: 'allowed',
      },
      {
        allow: allowWhen({ StringEquals: { 'kms:KeySpec': 'A', 'kms:KeyUsage': 'U' } }),
        values: { 'kms:KeySpec': 'A', 'kms:KeyUsage': 'V' },
        outcome: 'denied',
      },
      {
        allow: allowWhen({ StringEquals: { 'kms:KeySpec': 'A' }, StringLike: { 'kms:KeyUsage': 'U*' } }),
        values: { 'kms:KeySpec': 'A', 'kms:KeyUsage': 'V' },
        outcome: 'denied',
      },
      { allow: allowWhen({ StringEquals: {} }), outcome: /at least one condition key/ },
      { allow: allowWhen({ StringEquals: { 'kms:KeySpec': [] } }), outcome: /at least one value/ },
      { allow: allowWhen({ StringEqual: { 'kms:KeySpec': 'A' } }), outcome: /StringEqual/ },
      { deny: when({ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }), outcome: /IpAddress/ },
    ],
  },
  {
    element: 'Condition keys',
    aws: 'global ones and those of the service; case ignored; a key that a call does not have is absent',
    huawei: 'g: and kms: ones',
    here: 'those of condition-keys.ts; any other is always absent, so it is refused if that would grant access: in a Deny that requires it, in an Allow that also applies without it; lint warns of the rest',
    cases: [
      { allow: allowWhen({ Bool: { 'kms:GrantIsForAWSResource': 'true' } }), outcome: 'denied' },
      {
        deny: when({ Bool: { 'aws:SecureTransport': 'false' } }),
        outcome: /aws:SecureTransport.*never applies/,
      },
      { deny: when({ StringEquals: { 'kms:KeySpecs': 'A' } }), outcome: /kms:KeySpecs/ },
      { deny: when({ Null: { 'kms:KeySpecs': 'false' } }), outcome: /kms:KeySpecs/ },
      { deny: when({ Null: { 'kms:KeySpecs': 'true' } }), outcome: 'denied' },
      { deny: when({ StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } }), outcome: 'denied' },
      { allow: allowWhen({ StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } }), outcome: /always applies/ },
      { allow: allowWhen({ StringEqualsIfExists: { 'kms:ViaService': 's3' } }), outcome: /kms:ViaService/ },
      {
        allow: allowWhen({ 'ForAllValues:StringEquals': { 'kms:ViaServices': 's3' } }),
        outcome: /kms:ViaServices/,
      },
      {
        deny: when({ StringEquals: { 'kms:SigningAlgorithm': 'A' } }),
        outcome: /that these actions support/,
      },
      { deny: when({ StringEquals: { 'kms:RecipientAttestation:PCR32': pcr0(1) } }), outcome: /PCR32/ },
      { deny: when({ StringEquals: { 'kms:RecipientAttestation:PCR31': pcr0(1) } }), outcome: 'allowed' },
      { deny: when({ StringEquals: { KeySpec: 'A' } }), outcome: /a condition key such as/ },
      {
        deny: when({ StringEquals: { 'KMS:encryptioncontext:TENANT': 'a' } }),
        values: { 'kms:EncryptionContext:tenant': 'a' },
        outcome: 'denied',
      },
      {
        deny: when({ StringEquals: { 'aws:ResourceTag/team': 'a' } }),
        values: { 'aws:ResourceTag/Team': 'a', 'aws:ResourceTag/team': 'b' },
        outcome: 'denied',
      },
      {
        deny: when({ StringEquals: { 'kms:RecipientAttestation:PCR0': 'ab' } }),
        outcome: /96 hexadecimal digits/,
      },
      {
        deny: when({ StringEquals: { 'kms:RecipientAttestation:PCR0': 'AB'.repeat(48) } }),
        outcome: /96 hexadecimal digits/,
      },
      {
        allow: allowWhen({ StringNotEquals: { 'kms:RecipientAttestation:PCR0': 'AB'.repeat(48) } }),
        outcome: /96 hexadecimal digits/,
      },
      {
        deny: when({ StringEqualsIgnoreCase: { 'kms:RecipientAttestation:PCR0': 'AB'.repeat(48) } }),
        outcome: 'allowed',
      },
    ],
  },
  {
    element: 'Names that differ by case only',
    aws: 'encryption contexts and tags may have them, but "to avoid confusion, do not use" them: case is ignored in a condition key’s name, but not in values, aws:TagKeys and kms:EncryptionContextKeys',
    huawei: 'not documented',
    here: 'refused in new tags and in contexts for encryption. An older ciphertext or key that has them still works, and a condition on such a name is evaluated for each value: a Deny applies if any matches, an Allow only if all match',
    cases: [
      ...(['kms:EncryptionContext:t', 'aws:ResourceTag/t'] as const).flatMap((key): Case[] => {
        const values = { [key]: 'B', [key.replace(/t$/, 'T')]: 'A' }
        const operators = ['StringNotEquals', 'ForAllValues:StringNotEquals', 'ForAnyValue:StringNotEquals']
        return [
          ...operators.map(
            (name): Case => ({ deny: when({ [name]: { [key]: 'A' } }), values, outcome: 'denied' }),
          ),
          { deny: when({ StringEquals: { [key]: 'A' } }), values, outcome: 'denied' },
          { deny: when({ StringNotLike: { [key]: 'A*' } }), values, outcome: 'denied' },
          { deny: when({ StringNotEquals: { [key]: ['A', 'B'] } }), values, outcome: 'allowed' },
          { deny: when({ StringEquals: { [key]: 'C' } }), values, outcome: 'allowed' },
          { deny: when({ StringNotEquals: { [key]: 'A' } }), values: { [key]: 'A' }, outcome: 'allowed' },
          { allow: allowWhen({ StringEquals: { [key]: 'A' } }), values, outcome: 'denied' },
          { allow: allowWhen({ 'ForAnyValue:StringEquals': { [key]: 'A' } }), values, outcome: 'denied' },
          { allow: allowWhen({ StringNotEquals: { [key]: 'A' } }), values, outcome: 'denied' },
          { allow: allowWhen({ StringEquals: { [key]: ['A', 'B'] } }), values, outcome: 'allowed' },
          { allow: allowWhen({ StringEquals: { [key]: 'A' } }), values: { [key]: 'A' }, outcome: 'allowed' },
          { allow: allowWhen({ Null: { [key]: 'false' } }), values, outcome: 'allowed' },
          { allow: allowWhen({ Bool: { [key]: 'true' } }), values, outcome: /an operator for the type text/ },
        ]
      }),
      {
        deny: when({ StringNotEquals: { 'kms:EncryptionContextKeys': 'a' } }),
        values: { 'kms:EncryptionContextKeys': ['a', 'b'] },
        outcome: 'allowed',
      },
    ],
  },
  {
    element: 'Types of values',
    aws: 'each key has one, and an operator of another never matches it (Access Analyzer: "type mismatch")',
    huawei: 'the same',
    here: 'such an operator is refused; string operators are accepted for every key',
    cases: [
      {
        deny: when({ ArnLike: { 'kms:EncryptionContext:x': 'arn:aws:s3:::b/*' } }),
        outcome: /an operator for the type text/,
      },
      { deny: when({ NumericEquals: { 'kms:KeySpec': '1' } }), outcome: /an operator for the type text/ },
      { deny: when({ Bool: { 'kms:KeySpec': 'true' } }), outcome: /an operator for the type text/ },
      {
        deny: when({ DateLessThan: { 'aws:PrincipalArn': '2026-01-01' } }),
        outcome: /an operator for the type arn/,
      },
      { deny: when({ BinaryEquals: { 'kms:KeySpec': 'AQI=' } }), outcome: /an operator for the type text/ },
      {
        deny: when({ NumericGreaterThan: { 'aws:CurrentTime': '1' } }),
        outcome: /an operator for the type time/,
      },
      {
        deny: when({ NumericGreaterThan: { 'aws:EpochTime': '1' } }),
        values: { 'aws:EpochTime': '2' },
        outcome: 'denied',
      },
      {
        deny: when({ StringLike: { 'aws:PrincipalArn': '*enclave' } }),
        values: { 'aws:PrincipalArn': ROLE },
        outcome: 'denied',
      },
      {
        deny: when({ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/*' } }),
        values: { 'aws:PrincipalArn': ROLE },
        outcome: 'denied',
      },
      { deny: when({ ArnLike: { 'aws:PrincipalArn': '*' } }), outcome: /an ARN with six parts/ },
      { deny: when({ ArnEquals: { 'aws:PrincipalArn': 'role/enclave' } }), outcome: /an ARN with six parts/ },
      {
        deny: when({ ArnEquals: { 'aws:PrincipalArn': 'am:aws:iam::1:role/a' } }),
        outcome: /an ARN with six parts/,
      },
    ],
  },
  {
    element: 'Policy variables',
    aws: 'names in braces after a $, in resources and condition values, with version 2012-10-17',
    huawei: 'the same (5.0)',
    here: 'refused: they are not evaluated, and as literal text they would match nothing',
    cases: [
      {
        deny: when({ StringEquals: { 'aws:PrincipalArn': `$${'{aws:username}'}` } }),
        outcome: /no policy variables/,
      },
      {
        deny: { ...DENY, Resource: `arn:aws:kms:*:*:key/$${'{aws:username}'}` },
        outcome: /no policy variables/,
      },
      { allow: { ...ALL, Resource: `$${'{*}'}` }, outcome: /no policy variables/ },
      {
        deny: when({ StringEquals: { 'kms:EncryptionContext:x': '$5' } }),
        values: { 'kms:EncryptionContext:x': '$5' },
        outcome: 'denied',
      },
    ],
  },
  {
    element: 'Wildcards',
    aws: '* any characters, ? any single one, in actions, resources and operators with Like',
    huawei: 'the same',
    here: 'the same; ? is one code point; at most 128 characters between two * if they contain ?, and 256 patterns per policy (glob.test.ts)',
    cases: [
      {
        deny: when({ StringLike: { 'kms:EncryptionContext:x': 'a?c*' } }),
        values: { 'kms:EncryptionContext:x': 'a😀cd' },
        outcome: 'denied',
      },
      {
        deny: when({ StringEquals: { 'kms:EncryptionContext:x': 'a*' } }),
        values: { 'kms:EncryptionContext:x': 'ab' },
        outcome: 'allowed',
      },
      { deny: when({ StringLike: { 'kms:KeySpec': `*${'a'.repeat(127)}?*` } }), outcome: 'allowed' },
      {
        deny: when({ StringLike: { 'kms:KeySpec': `*${'a'.repeat(128)}?*` } }),
        outcome: /at most 128 characters/,
      },
      {
        deny: when({ StringLike: { 'kms:KeySpec': `${'a'.repeat(128)}?*${'a'.repeat(128)}?` } }),
        outcome: 'allowed',
      },
      { deny: { ...DENY, Resource: `*${'?'.repeat(129)}*` }, outcome: /at most 128 characters/ },
    ],
  },
]

/** The commands of `qt`. */
import { type CommandLine, QT_PROGRAM } from './program.ts'

/** The commands that QingTian documents (ecs_03_1419), and webclave's own. */
export const QT: CommandLine = {
  ...QT_PROGRAM,
  commands: {
    'enclave make-img': async () => (await import('../commands/make-img.ts')).makeImg,
    'enclave cc': async () => (await import('../commands/cc.ts')).cc,
    'enclave sign-eif': async () => (await import('../commands/sign-eif.ts')).signEif,
    'enclave query-eif': async () => (await import('../commands/query-eif.ts')).queryEif,
    'enclave diff-eif': async () => (await import('../commands/diff-eif.ts')).diffEif,
    'enclave start': async () => (await import('../commands/start.ts')).start,
    'enclave query': async () => (await import('../commands/query.ts')).query,
    'enclave stop': async () => (await import('../commands/stop.ts')).stop,
    'enclave console': async () => (await import('../commands/console.ts')).console,
    'enclave connect': async () => (await import('../commands/connect.ts')).connect,
    'enclave dev': async () => (await import('../commands/dev.ts')).dev,
    'env show': async () => (await import('../commands/env-show.ts')).envShow,
    'attestation show': async () => (await import('../commands/attestation-show.ts')).attestationShow,
    'attestation verify': async () => (await import('../commands/attestation-verify.ts')).attestationVerify,
    'attestation root': async () => (await import('../commands/attestation-root.ts')).attestationRoot,
    'kms serve': async () => (await import('../commands/kms-serve.ts')).kmsServe,
    'kms schema': async () => (await import('../commands/kms-schema.ts')).kmsSchema,
    'kms create-key': async () => (await import('../commands/kms-create-key.ts')).kmsCreateKey,
    'kms identity': async () => (await import('../commands/kms-identity.ts')).kmsIdentity,
    'kms put-policy': async () => (await import('../commands/kms-put-policy.ts')).kmsPutPolicy,
    'kms lint': async () => (await import('../commands/kms-lint.ts')).kmsLint,
    proxy: async () => (await import('../commands/proxy.ts')).proxy,
    'qproxy host': async () => (await import('../commands/qproxy.ts')).qproxyHost,
    'qproxy enclave': async () => (await import('../commands/qproxy.ts')).qproxyEnclave,
    'qproxy check-config': async () => (await import('../commands/qproxy.ts')).qproxyCheckConfig,
    new: async () => (await import('../commands/new.ts')).newProject,
    explain: async () => (await import('../commands/explain.ts')).explain,
    doctor: async () => (await import('../commands/doctor.ts')).doctor,
    completion: async () => (await import('../commands/completion.ts')).completionOf(QT),
    demo: async () => (await import('../commands/demo.ts')).demo,
  },
}

/** Members of a module that Node has and an enclave does not: they can be imported, and fail when they are called. */
export const absentMembers = (module, names, advice = '') =>
  Object.fromEntries(
    names.map((name) => [
      name,
      function absent() {
        const message = `${module} ${name} is not available in an enclave${advice}`
        throw Object.assign(new Error(message), { code: 'ERR_METHOD_NOT_IMPLEMENTED' })
      },
    ]),
  )

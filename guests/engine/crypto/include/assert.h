/* Assertions are disabled, as in libsodium's own releases. */
#define assert(condition) ((void)0)

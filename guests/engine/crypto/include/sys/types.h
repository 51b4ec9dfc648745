/* Included by libsodium, and not used here. */

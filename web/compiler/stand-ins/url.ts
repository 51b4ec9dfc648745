/** Stands for `node:url` in the compiler's Worker. */

export const fileURLToPath = ({ pathname }: URL): string => decodeURIComponent(pathname)

#!/usr/bin/env bash
# clang 14.0.6 with wasm-ld and wasi-libc of Debian 12, binaryen 130.0.0 (npm); needs node, npm, and
# `apt-get install clang lld wasi-libc libclang-rt-dev-wasm32`.
#
# A compiler with the same arguments and the same sources should make the same bytes, whatever else is installed. When
# clang links for WebAssembly with an option -O, it runs a program `wasm-opt` if it finds one on the PATH. In a script of
# npm the PATH begins with node_modules/.bin, where binaryen is in the tree of many packages (AssemblyScript's for one):
# so `npm run build` and the same command by hand make different programs, and that says nobody.
#
# Seen: two programs of different length and digest from the same command, with and without binaryen on the PATH; with
# -B and a folder that has a wasm-opt that does nothing, the bytes are those without it.
set -euo pipefail
command -v clang >/dev/null || { echo 'clang is missing: apt-get install clang lld wasi-libc libclang-rt-dev-wasm32'; exit 2; }
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error binaryen@130.0.0 >/dev/null

cat > app.c <<'C'
#include <stdio.h>
int main(int count, char **words) {
  for (int at = 0; at < count; at++) printf("%d %s\n", at, words[at]);
  return 0;
}
C
mkdir nothing
printf '#!/bin/sh\n' > nothing/wasm-opt
chmod +x nothing/wasm-opt
build() { PATH=$1 clang --target=wasm32-wasi -O2 "${@:3}" app.c -o "$2"; }
build /usr/bin:/bin plain.wasm
build "$here/node_modules/.bin:$PATH" found.wasm
build "$here/node_modules/.bin:$PATH" prevented.wasm -B nothing
for each in plain found prevented; do
  echo "$each: $(wc -c < $each.wasm) bytes, $(sha256sum < $each.wasm | cut -c1-16)"
done
if cmp -s plain.wasm prevented.wasm && ! cmp -s plain.wasm found.wasm; then echo 'as described'; else echo 'it has changed'; exit 1; fi

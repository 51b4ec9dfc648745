#!/usr/bin/env bash
# @types/node 22.20.7, 24.19.4 and 26.6.6, TypeScript 7.0.2 (npm); needs node and npm.
#
# Since Node 20 `crypto` and `CryptoKey` are globals, and @types/node declares the global `crypto` with all its methods. So
# one writes `CryptoKey` in a declaration. Without the DOM's library that compiles with the types of Node 26 only: those of
# 22 have no such name, and those of 24 have only the value. The type of what importKey returns works in all of them.
#
# Seen: 22 TS2304, 24 TS2749, 26 no error; the other spelling no error.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error typescript@7.0.2 types22@npm:@types/node@22.20.7 \
  types24@npm:@types/node@24.19.4 types26@npm:@types/node@26.6.6 >/dev/null

echo 'export declare const key: CryptoKey' > named.ts
echo 'export declare const key: Awaited<ReturnType<typeof crypto.subtle.importKey>>' > derived.ts
seen=
for version in 22 24 26; do
  mkdir -p roots$version
  ln -s ../node_modules/types$version roots$version/node
  for file in named derived; do
    said=$(npx tsc --noEmit --strict --module nodenext --lib es2024 --typeRoots roots$version --types node $file.ts || true)
    seen="$seen $(sed -n 's/.*error \(TS[0-9]*\).*/\1/p' <<< "$said" | sort -u)/"
  done
done
echo "named and derived, 22, 24, 26:$seen"
if [ "$seen" = ' TS2304/ / TS2749/ / / /' ]; then echo 'as described'; else echo 'it has changed'; exit 1; fi

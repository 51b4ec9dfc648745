#!/usr/bin/env bash
# certifi 14.5.15 (npm, its newest version), any Node; needs node and npm.
#
# On PyPI, certifi is renewed several times a year, and its version is the date of Mozilla's list. The npm package of the same
# name, which one finds when looking for Mozilla's root certificates, is versioned likewise: 14.5.15 is 2014-05-15, although
# npm shows a later date of publication. Its newest root is of 2013, more than a third of its roots have expired, and those
# that most servers chain to today are missing (Let's Encrypt's ISRG Root X1 of 2015, among others). The roots that Node itself
# carries (`tls.rootCertificates`) have them.
#
# Seen: 152 roots, the newest of 2013-03-05, 61 expired, no ISRG Root X1; Node's have it.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
echo '{ "private": true }' > package.json
npm install --no-audit --no-fund --loglevel=error certifi@14.5.15 >/dev/null

cat > look.cjs <<'JS'
const { X509Certificate } = require('node:crypto')
const { readFileSync } = require('node:fs')
const { rootCertificates } = require('node:tls')
const blocks = readFileSync('node_modules/certifi/cacert.pem', 'utf8').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)
const roots = blocks.map((pem) => new X509Certificate(pem))
const newest = new Date(Math.max(...roots.map(({ validFrom }) => Date.parse(validFrom)))).toISOString().slice(0, 10)
const expired = roots.filter(({ validTo }) => Date.parse(validTo) < Date.now()).length
const hasIsrg = (list) => list.some(({ subject }) => subject.includes('ISRG Root X1'))
const [own, nodes] = [hasIsrg(roots), hasIsrg(rootCertificates.map((pem) => new X509Certificate(pem)))]
console.log(`${roots.length} roots, the newest of ${newest}, ${expired} expired; ISRG Root X1: ${own} in certifi, ${nodes} in Node`)
const holds = newest < '2014-05-15' && expired >= 61 && !own && nodes
console.log(holds ? 'as described' : 'it has changed')
process.exit(holds ? 0 : 1)
JS
node look.cjs

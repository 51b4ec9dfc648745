#!/usr/bin/env bash
# @huaweicloud/huaweicloud-sdk-core 3.1.211 (npm), Linux x64; needs node and npm.
#
# Huawei's guide to signing requests (SDK-HMAC-SHA256) says that the path is signed with each part percent-encoded. A
# verifier that encodes what the path means accepts Huawei's own client for most names of tags, also for `env:prod`, which
# the client sends as it is and signs as `env%3Aprod`. A name with a space is sent as `a%20b` and signed as `a%2520b`: the
# client encodes the path of the URL, which is encoded already. A verifier must try both, or it refuses a valid client.
#
# Seen: the text that is signed is what was sent, encoded once more, for `plain`, `env:prod` and `a b`; it is what the path
# means, encoded once, for the first two only.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error @huaweicloud/huaweicloud-sdk-core@3.1.211 >/dev/null

cat > sign.cjs <<'JS'
const { createHash, createHmac } = require('node:crypto')
const { createServer } = require('node:http')
const { BasicCredentials } = require('@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials.js')
const { HcClient } = require('@huaweicloud/huaweicloud-sdk-core/HcClient.js')
const { DefaultHttpClient } = require('@huaweicloud/huaweicloud-sdk-core/http/DefaultHttpClient.js')

const sha256 = (text) => createHash('sha256').update(text).digest('hex')
const seen = []
const server = createServer((request, response) => {
  const { method, url, headers } = request
  const [, names, signature] = /SignedHeaders=([^,]+), Signature=(\w+)/.exec(headers.authorization)
  const lines = names.split(';').map((name) => `${name}:${headers[name]}\n`)
  const isSigned = (change) => {
    const path = url.split('/').map(change).join('/')
    const canonical = [method, `${path}/`, '', lines.join(''), names, sha256('')].join('\n')
    const toSign = ['SDK-HMAC-SHA256', headers['x-sdk-date'], sha256(canonical)].join('\n')
    return createHmac('sha256', 'secret').update(toSign).digest('hex') === signature
  }
  seen.push({
    sent: url,
    meaning: isSigned((part) => encodeURIComponent(decodeURIComponent(part))),
    again: isSigned(encodeURIComponent),
  })
  response.setHeader('content-type', 'application/json').end('{}')
})
server.listen(0, '127.0.0.1', async () => {
  const endpoint = `http://127.0.0.1:${server.address().port}`
  const credential = new BasicCredentials().withAk('key').withSk('secret').withProjectId('project')
  const http = new DefaultHttpClient({ logger: { debug() {}, info() {}, error() {} } }, [endpoint])
  const client = new HcClient(http).withEndpoints([endpoint]).withCredential(credential)
  for (const key of ['plain', 'env:prod', 'a b']) {
    const [url, pathParams] = ['/v1.0/tags/{key}', { key }]
    const common = { contentType: 'application/json', queryParams: {}, headers: {} }
    await client.sendRequest({ url, method: 'DELETE', pathParams, ...common })
  }
  server.close()
  for (const row of seen) console.log(JSON.stringify(row))
  const found = JSON.stringify(seen.map(({ meaning, again }) => [meaning, again]))
  const holds = found === '[[true,true],[true,true],[false,true]]'
  console.log(holds ? 'as described' : 'it has changed')
  process.exit(holds ? 0 : 1)
})
JS
node sign.cjs

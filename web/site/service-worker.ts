/** The page's service worker as one script: first what changes `fetch`, then webclave's own, which uses it. */
import './offline-worker.ts'
import '../../src/platform/service-worker.ts'

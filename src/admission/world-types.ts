/** Made by `npm run build:world-types` from wit/ and guests/engine/engine.wit: what each interface has. */
import type { Interface } from './types.ts'

export const INTERFACES: Readonly<Record<string, Interface>> = {
  'qingtian:enclave/qtsm': {
    functions: {
      'describe-pcr':
        'func<u16,>-><result<record<locked:bool,value:list<u8,>,>,enum<invalid-index:_,invalid-response:_,invalid-argument:_,read-only-index:_,invalid-operation:_,buffer-too-small:_,input-too-large:_,internal-error:_,invalid-qtsm-cert:_,>,>,>',
      'extend-pcr':
        'func<u16,list<u8,>,>-><result<list<u8,>,enum<invalid-index:_,invalid-response:_,invalid-argument:_,read-only-index:_,invalid-operation:_,buffer-too-small:_,input-too-large:_,internal-error:_,invalid-qtsm-cert:_,>,>,>',
      'lock-pcr':
        'func<u16,>-><result<_,enum<invalid-index:_,invalid-response:_,invalid-argument:_,read-only-index:_,invalid-operation:_,buffer-too-small:_,input-too-large:_,internal-error:_,invalid-qtsm-cert:_,>,>,>',
      'lock-pcrs':
        'func<list<u16,>,>-><result<_,enum<invalid-index:_,invalid-response:_,invalid-argument:_,read-only-index:_,invalid-operation:_,buffer-too-small:_,input-too-large:_,internal-error:_,invalid-qtsm-cert:_,>,>,>',
      'get-describe':
        'func<>-><result<record<version-major:u16,version-minor:u16,version-patch:u16,module-id:string,max-pcrs:u16,locked-pcrs:list<u16,>,digest:enum<sha256:_,sha384:_,sha512:_,>,>,enum<invalid-index:_,invalid-response:_,invalid-argument:_,read-only-index:_,invalid-operation:_,buffer-too-small:_,input-too-large:_,internal-error:_,invalid-qtsm-cert:_,>,>,>',
      'get-attestation':
        'func<option<list<u8,>,>,option<list<u8,>,>,option<list<u8,>,>,>-><result<list<u8,>,enum<invalid-index:_,invalid-response:_,invalid-argument:_,read-only-index:_,invalid-operation:_,buffer-too-small:_,input-too-large:_,internal-error:_,invalid-qtsm-cert:_,>,>,>',
      'get-random':
        'func<u32,>-><result<list<u8,>,enum<invalid-index:_,invalid-response:_,invalid-argument:_,read-only-index:_,invalid-operation:_,buffer-too-small:_,input-too-large:_,internal-error:_,invalid-qtsm-cert:_,>,>,>',
    },
    resources: [],
  },
  'wasi:io/poll': {
    functions: {
      '[method]pollable.ready': 'func<borrow<pollable>,>-><bool,>',
      '[method]pollable.block': 'func<borrow<pollable>,>-><>',
      poll: 'func<list<borrow<pollable>,>,>-><list<u32,>,>',
    },
    resources: ['pollable'],
  },
  'wasi:io/error': {
    functions: {
      '[method]error.to-debug-string': 'func<borrow<error>,>-><string,>',
    },
    resources: ['error'],
  },
  'wasi:io/streams': {
    functions: {
      '[method]input-stream.read':
        'func<borrow<input-stream>,u64,>-><result<list<u8,>,variant<last-operation-failed:own<error>,closed:_,>,>,>',
      '[method]input-stream.blocking-read':
        'func<borrow<input-stream>,u64,>-><result<list<u8,>,variant<last-operation-failed:own<error>,closed:_,>,>,>',
      '[method]input-stream.skip':
        'func<borrow<input-stream>,u64,>-><result<u64,variant<last-operation-failed:own<error>,closed:_,>,>,>',
      '[method]input-stream.blocking-skip':
        'func<borrow<input-stream>,u64,>-><result<u64,variant<last-operation-failed:own<error>,closed:_,>,>,>',
      '[method]input-stream.subscribe': 'func<borrow<input-stream>,>-><own<pollable>,>',
      '[method]output-stream.check-write':
        'func<borrow<output-stream>,>-><result<u64,variant<last-operation-failed:own<error>,closed:_,>,>,>',
      '[method]output-stream.write':
        'func<borrow<output-stream>,list<u8,>,>-><result<_,variant<last-operation-failed:own<error>,closed:_,>,>,>',
      '[method]output-stream.blocking-write-and-flush':
        'func<borrow<output-stream>,list<u8,>,>-><result<_,variant<last-operation-failed:own<error>,closed:_,>,>,>',
      '[method]output-stream.flush':
        'func<borrow<output-stream>,>-><result<_,variant<last-operation-failed:own<error>,closed:_,>,>,>',
      '[method]output-stream.blocking-flush':
        'func<borrow<output-stream>,>-><result<_,variant<last-operation-failed:own<error>,closed:_,>,>,>',
      '[method]output-stream.subscribe': 'func<borrow<output-stream>,>-><own<pollable>,>',
      '[method]output-stream.write-zeroes':
        'func<borrow<output-stream>,u64,>-><result<_,variant<last-operation-failed:own<error>,closed:_,>,>,>',
      '[method]output-stream.blocking-write-zeroes-and-flush':
        'func<borrow<output-stream>,u64,>-><result<_,variant<last-operation-failed:own<error>,closed:_,>,>,>',
      '[method]output-stream.splice':
        'func<borrow<output-stream>,borrow<input-stream>,u64,>-><result<u64,variant<last-operation-failed:own<error>,closed:_,>,>,>',
      '[method]output-stream.blocking-splice':
        'func<borrow<output-stream>,borrow<input-stream>,u64,>-><result<u64,variant<last-operation-failed:own<error>,closed:_,>,>,>',
    },
    resources: ['input-stream', 'error', 'pollable', 'output-stream'],
  },
  'qingtian:enclave/vsock': {
    functions: {
      '[static]connection.connect':
        'func<record<cid:u32,port:u32,>,>-><result<own<connection>,enum<refused:_,reset:_,timed-out:_,unreachable:_,address-in-use:_,invalid-argument:_,would-block:_,not-connected:_,too-many-sockets:_,>,>,>',
      '[method]connection.subscribe': 'func<borrow<connection>,>-><own<pollable>,>',
      '[method]connection.streams':
        'func<borrow<connection>,>-><result<tuple<own<input-stream>,own<output-stream>,>,enum<refused:_,reset:_,timed-out:_,unreachable:_,address-in-use:_,invalid-argument:_,would-block:_,not-connected:_,too-many-sockets:_,>,>,>',
      '[method]connection.local-address': 'func<borrow<connection>,>-><record<cid:u32,port:u32,>,>',
      '[method]connection.remote-address': 'func<borrow<connection>,>-><record<cid:u32,port:u32,>,>',
      '[method]connection.shutdown':
        'func<borrow<connection>,enum<receive:_,send:_,both:_,>,>-><result<_,enum<refused:_,reset:_,timed-out:_,unreachable:_,address-in-use:_,invalid-argument:_,would-block:_,not-connected:_,too-many-sockets:_,>,>,>',
      '[static]listener.listen':
        'func<u32,u32,>-><result<own<listener>,enum<refused:_,reset:_,timed-out:_,unreachable:_,address-in-use:_,invalid-argument:_,would-block:_,not-connected:_,too-many-sockets:_,>,>,>',
      '[method]listener.subscribe': 'func<borrow<listener>,>-><own<pollable>,>',
      '[method]listener.accept':
        'func<borrow<listener>,>-><result<own<connection>,enum<refused:_,reset:_,timed-out:_,unreachable:_,address-in-use:_,invalid-argument:_,would-block:_,not-connected:_,too-many-sockets:_,>,>,>',
      '[method]listener.local-address': 'func<borrow<listener>,>-><record<cid:u32,port:u32,>,>',
      'local-cid': 'func<>-><u32,>',
    },
    resources: ['connection', 'pollable', 'input-stream', 'output-stream', 'listener'],
  },
  'wasi:clocks/monotonic-clock': {
    functions: {
      now: 'func<>-><u64,>',
      resolution: 'func<>-><u64,>',
      'subscribe-instant': 'func<u64,>-><own<pollable>,>',
      'subscribe-duration': 'func<u64,>-><own<pollable>,>',
    },
    resources: ['pollable'],
  },
  'wasi:clocks/wall-clock': {
    functions: {
      now: 'func<>-><record<seconds:u64,nanoseconds:u32,>,>',
      resolution: 'func<>-><record<seconds:u64,nanoseconds:u32,>,>',
    },
    resources: [],
  },
  'wasi:random/random': {
    functions: {
      'get-random-bytes': 'func<u64,>-><list<u8,>,>',
      'get-random-u64': 'func<>-><u64,>',
    },
    resources: [],
  },
  'wasi:random/insecure': {
    functions: {
      'get-insecure-random-bytes': 'func<u64,>-><list<u8,>,>',
      'get-insecure-random-u64': 'func<>-><u64,>',
    },
    resources: [],
  },
  'wasi:random/insecure-seed': {
    functions: {
      'insecure-seed': 'func<>-><tuple<u64,u64,>,>',
    },
    resources: [],
  },
  'wasi:cli/environment': {
    functions: {
      'get-environment': 'func<>-><list<tuple<string,string,>,>,>',
      'get-arguments': 'func<>-><list<string,>,>',
      'initial-cwd': 'func<>-><option<string,>,>',
    },
    resources: [],
  },
  'wasi:cli/exit': {
    functions: {
      exit: 'func<result<_,_,>,>-><>',
      'exit-with-code': 'func<u8,>-><>',
    },
    resources: [],
  },
  'wasi:cli/stdin': {
    functions: {
      'get-stdin': 'func<>-><own<input-stream>,>',
    },
    resources: ['input-stream'],
  },
  'wasi:cli/stdout': {
    functions: {
      'get-stdout': 'func<>-><own<output-stream>,>',
    },
    resources: ['output-stream'],
  },
  'wasi:cli/stderr': {
    functions: {
      'get-stderr': 'func<>-><own<output-stream>,>',
    },
    resources: ['output-stream'],
  },
  'wasi:cli/terminal-input': {
    functions: {},
    resources: ['terminal-input'],
  },
  'wasi:cli/terminal-output': {
    functions: {},
    resources: ['terminal-output'],
  },
  'wasi:cli/terminal-stdin': {
    functions: {
      'get-terminal-stdin': 'func<>-><option<own<terminal-input>,>,>',
    },
    resources: ['terminal-input'],
  },
  'wasi:cli/terminal-stdout': {
    functions: {
      'get-terminal-stdout': 'func<>-><option<own<terminal-output>,>,>',
    },
    resources: ['terminal-output'],
  },
  'wasi:cli/terminal-stderr': {
    functions: {
      'get-terminal-stderr': 'func<>-><option<own<terminal-output>,>,>',
    },
    resources: ['terminal-output'],
  },
  'wasi:filesystem/types': {
    functions: {
      '[method]descriptor.read-via-stream':
        'func<borrow<descriptor>,u64,>-><result<own<input-stream>,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      '[method]descriptor.write-via-stream':
        'func<borrow<descriptor>,u64,>-><result<own<output-stream>,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      '[method]descriptor.append-via-stream':
        'func<borrow<descriptor>,>-><result<own<output-stream>,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      '[method]descriptor.advise':
        'func<borrow<descriptor>,u64,u64,enum<normal:_,sequential:_,random:_,will-need:_,dont-need:_,no-reuse:_,>,>-><result<_,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      '[method]descriptor.sync-data':
        'func<borrow<descriptor>,>-><result<_,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      '[method]descriptor.get-flags':
        'func<borrow<descriptor>,>-><result<flags<read:_,write:_,file-integrity-sync:_,data-integrity-sync:_,requested-write-sync:_,mutate-directory:_,>,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      '[method]descriptor.get-type':
        'func<borrow<descriptor>,>-><result<enum<unknown:_,block-device:_,character-device:_,directory:_,fifo:_,symbolic-link:_,regular-file:_,socket:_,>,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      '[method]descriptor.set-size':
        'func<borrow<descriptor>,u64,>-><result<_,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      '[method]descriptor.set-times':
        'func<borrow<descriptor>,variant<no-change:_,now:_,timestamp:record<seconds:u64,nanoseconds:u32,>,>,variant<no-change:_,now:_,timestamp:record<seconds:u64,nanoseconds:u32,>,>,>-><result<_,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      '[method]descriptor.read':
        'func<borrow<descriptor>,u64,u64,>-><result<tuple<list<u8,>,bool,>,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      '[method]descriptor.write':
        'func<borrow<descriptor>,list<u8,>,u64,>-><result<u64,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      '[method]descriptor.read-directory':
        'func<borrow<descriptor>,>-><result<own<directory-entry-stream>,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      '[method]descriptor.sync':
        'func<borrow<descriptor>,>-><result<_,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      '[method]descriptor.create-directory-at':
        'func<borrow<descriptor>,string,>-><result<_,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      '[method]descriptor.stat':
        'func<borrow<descriptor>,>-><result<record<type:enum<unknown:_,block-device:_,character-device:_,directory:_,fifo:_,symbolic-link:_,regular-file:_,socket:_,>,link-count:u64,size:u64,data-access-timestamp:option<record<seconds:u64,nanoseconds:u32,>,>,data-modification-timestamp:option<record<seconds:u64,nanoseconds:u32,>,>,status-change-timestamp:option<record<seconds:u64,nanoseconds:u32,>,>,>,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      '[method]descriptor.stat-at':
        'func<borrow<descriptor>,flags<symlink-follow:_,>,string,>-><result<record<type:enum<unknown:_,block-device:_,character-device:_,directory:_,fifo:_,symbolic-link:_,regular-file:_,socket:_,>,link-count:u64,size:u64,data-access-timestamp:option<record<seconds:u64,nanoseconds:u32,>,>,data-modification-timestamp:option<record<seconds:u64,nanoseconds:u32,>,>,status-change-timestamp:option<record<seconds:u64,nanoseconds:u32,>,>,>,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      '[method]descriptor.set-times-at':
        'func<borrow<descriptor>,flags<symlink-follow:_,>,string,variant<no-change:_,now:_,timestamp:record<seconds:u64,nanoseconds:u32,>,>,variant<no-change:_,now:_,timestamp:record<seconds:u64,nanoseconds:u32,>,>,>-><result<_,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      '[method]descriptor.link-at':
        'func<borrow<descriptor>,flags<symlink-follow:_,>,string,borrow<descriptor>,string,>-><result<_,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      '[method]descriptor.open-at':
        'func<borrow<descriptor>,flags<symlink-follow:_,>,string,flags<create:_,directory:_,exclusive:_,truncate:_,>,flags<read:_,write:_,file-integrity-sync:_,data-integrity-sync:_,requested-write-sync:_,mutate-directory:_,>,>-><result<own<descriptor>,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      '[method]descriptor.readlink-at':
        'func<borrow<descriptor>,string,>-><result<string,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      '[method]descriptor.remove-directory-at':
        'func<borrow<descriptor>,string,>-><result<_,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      '[method]descriptor.rename-at':
        'func<borrow<descriptor>,string,borrow<descriptor>,string,>-><result<_,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      '[method]descriptor.symlink-at':
        'func<borrow<descriptor>,string,string,>-><result<_,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      '[method]descriptor.unlink-file-at':
        'func<borrow<descriptor>,string,>-><result<_,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      '[method]descriptor.is-same-object': 'func<borrow<descriptor>,borrow<descriptor>,>-><bool,>',
      '[method]descriptor.metadata-hash':
        'func<borrow<descriptor>,>-><result<record<lower:u64,upper:u64,>,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      '[method]descriptor.metadata-hash-at':
        'func<borrow<descriptor>,flags<symlink-follow:_,>,string,>-><result<record<lower:u64,upper:u64,>,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      '[method]directory-entry-stream.read-directory-entry':
        'func<borrow<directory-entry-stream>,>-><result<option<record<type:enum<unknown:_,block-device:_,character-device:_,directory:_,fifo:_,symbolic-link:_,regular-file:_,socket:_,>,name:string,>,>,enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
      'filesystem-error-code':
        'func<borrow<error>,>-><option<enum<access:_,would-block:_,already:_,bad-descriptor:_,busy:_,deadlock:_,quota:_,exist:_,file-too-large:_,illegal-byte-sequence:_,in-progress:_,interrupted:_,invalid:_,io:_,is-directory:_,loop:_,too-many-links:_,message-size:_,name-too-long:_,no-device:_,no-entry:_,no-lock:_,insufficient-memory:_,insufficient-space:_,not-directory:_,not-empty:_,not-recoverable:_,unsupported:_,no-tty:_,no-such-device:_,overflow:_,not-permitted:_,pipe:_,read-only:_,invalid-seek:_,text-file-busy:_,cross-device:_,>,>,>',
    },
    resources: ['descriptor', 'input-stream', 'output-stream', 'directory-entry-stream', 'error'],
  },
  'wasi:filesystem/preopens': {
    functions: {
      'get-directories': 'func<>-><list<tuple<own<descriptor>,string,>,>,>',
    },
    resources: ['descriptor'],
  },
  'webclave:engine/application': {
    functions: {
      source: 'func<>-><string,>',
      file: 'func<string,>-><option<list<u8,>,>,>',
      manifest: 'func<>-><string,>',
      'stack-length': 'func<>-><u32,>',
    },
    resources: [],
  },
  'webclave:engine/crypto': {
    functions: {
      hash: 'func<enum<sha256:_,sha384:_,sha512:_,sha1:_,>,list<u8,>,>-><option<list<u8,>,>,>',
      hmac: 'func<enum<sha256:_,sha384:_,sha512:_,sha1:_,>,list<u8,>,list<u8,>,>-><option<list<u8,>,>,>',
      hkdf: 'func<enum<sha256:_,sha384:_,sha512:_,sha1:_,>,u32,list<u8,>,list<u8,>,list<u8,>,>-><option<list<u8,>,>,>',
      pbkdf2:
        'func<enum<sha256:_,sha384:_,sha512:_,sha1:_,>,u32,u32,list<u8,>,list<u8,>,>-><option<list<u8,>,>,>',
      'aes-gcm-seal': 'func<list<u8,>,list<u8,>,list<u8,>,list<u8,>,>-><option<list<u8,>,>,>',
      'aes-gcm-open': 'func<list<u8,>,list<u8,>,list<u8,>,list<u8,>,>-><option<list<u8,>,>,>',
      'aes-cbc-seal': 'func<list<u8,>,list<u8,>,list<u8,>,>-><option<list<u8,>,>,>',
      'aes-cbc-open': 'func<list<u8,>,list<u8,>,list<u8,>,>-><option<list<u8,>,>,>',
      'aes-ctr': 'func<u32,list<u8,>,list<u8,>,list<u8,>,>-><option<list<u8,>,>,>',
      'aes-wrap': 'func<list<u8,>,list<u8,>,>-><option<list<u8,>,>,>',
      'aes-unwrap': 'func<list<u8,>,list<u8,>,>-><option<list<u8,>,>,>',
      'ec-generate': 'func<enum<p256:_,p384:_,>,list<u8,>,>-><option<list<u8,>,>,>',
      'ec-public': 'func<enum<p256:_,p384:_,>,list<u8,>,>-><option<list<u8,>,>,>',
      ecdh: 'func<enum<p256:_,p384:_,>,list<u8,>,list<u8,>,>-><option<list<u8,>,>,>',
      'ecdsa-sign':
        'func<enum<p256:_,p384:_,>,enum<sha256:_,sha384:_,sha512:_,sha1:_,>,list<u8,>,list<u8,>,>-><option<list<u8,>,>,>',
      'ecdsa-verify':
        'func<enum<p256:_,p384:_,>,enum<sha256:_,sha384:_,sha512:_,sha1:_,>,list<u8,>,list<u8,>,list<u8,>,>-><bool,>',
      'ed25519-public': 'func<list<u8,>,>-><option<list<u8,>,>,>',
      'ed25519-sign': 'func<list<u8,>,list<u8,>,>-><option<list<u8,>,>,>',
      'ed25519-verify': 'func<list<u8,>,list<u8,>,list<u8,>,>-><bool,>',
      x25519: 'func<list<u8,>,list<u8,>,>-><option<list<u8,>,>,>',
      'rsa-generate': 'func<u32,u32,list<u8,>,>-><option<list<u8,>,>,>',
      'rsa-exponent': 'func<u32,list<u8,>,>-><option<list<u8,>,>,>',
      'rsa-oaep-open':
        'func<enum<sha256:_,sha384:_,sha512:_,sha1:_,>,list<u8,>,list<u8,>,list<u8,>,>-><option<list<u8,>,>,>',
      'rsa-oaep-seal':
        'func<enum<sha256:_,sha384:_,sha512:_,sha1:_,>,list<u8,>,list<u8,>,list<u8,>,list<u8,>,list<u8,>,>-><option<list<u8,>,>,>',
      'rsa-sign':
        'func<enum<sha256:_,sha384:_,sha512:_,sha1:_,>,list<u8,>,list<u8,>,>-><option<list<u8,>,>,>',
      'rsa-verify':
        'func<enum<sha256:_,sha384:_,sha512:_,sha1:_,>,list<u8,>,list<u8,>,list<u8,>,list<u8,>,>-><bool,>',
      'rsa-pss-sign':
        'func<enum<sha256:_,sha384:_,sha512:_,sha1:_,>,list<u8,>,list<u8,>,list<u8,>,>-><option<list<u8,>,>,>',
      'rsa-pss-verify':
        'func<enum<sha256:_,sha384:_,sha512:_,sha1:_,>,u32,list<u8,>,list<u8,>,list<u8,>,list<u8,>,>-><bool,>',
      argon2id: 'func<u32,u32,u32,u32,list<u8,>,list<u8,>,list<u8,>,>-><option<list<u8,>,>,>',
    },
    resources: [],
  },
  'webclave:engine/tls': {
    functions: {
      begin: 'func<list<u8,>,list<u8,>,>-><option<list<u8,>,>,>',
      open: 'func<list<u8,>,list<u8,>,list<u8,>,list<u8,>,>-><option<list<u8,>,>,>',
      run: 'func<u32,u32,u32,list<u8,>,list<u8,>,>-><option<list<u8,>,>,>',
      close: 'func<u32,>-><bool,>',
    },
    resources: [],
  },
}

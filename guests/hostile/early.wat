;; Connects, attests and requests random bytes in its start section, before it runs, and then again in `run`. It exits
;; with status 0 if connecting and attesting were refused before it ran and succeeded afterwards, and random bytes were
;; returned both times.
(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
  (alias export $poll "pollable" (type $pollable))
  (import "qingtian:enclave/vsock@0.1.0" (instance $vsock
    (alias outer 1 $pollable (type $outer))
    (export "pollable" (type $pollable (eq $outer)))
    (type $two-numbers (record (field "cid" u32) (field "port" u32)))
    (export "address" (type $address (eq $two-numbers)))
    (type $codes (enum "refused" "reset" "timed-out" "unreachable" "address-in-use" "invalid-argument"
      "would-block" "not-connected" "too-many-sockets"))
    (export "error-code" (type $error (eq $codes)))
    (type $halves (enum "receive" "send" "both"))
    (export "shutdown-type" (type $how (eq $halves)))
    (export "connection" (type $connection (sub resource)))
    (export "[static]connection.connect"
      (func (param "remote" $address) (result (result (own $connection) (error $error)))))
    (export "[method]connection.subscribe"
      (func (param "self" (borrow $connection)) (result (own $pollable))))
    (export "[method]connection.shutdown"
      (func (param "self" (borrow $connection)) (param "how" $how) (result (result (error $error)))))))
  (import "qingtian:enclave/qtsm@0.1.0" (instance $qtsm
    (type $codes (enum "invalid-index" "invalid-response" "invalid-argument" "read-only-index" "invalid-operation"
      "buffer-too-small" "input-too-large" "internal-error" "invalid-qtsm-cert"))
    (export "error-code" (type $error (eq $codes)))
    (type $bytes (list u8))
    (export "get-attestation" (func (param "user-data" (option $bytes)) (param "nonce" (option $bytes))
      (param "public-key" (option $bytes)) (result (result $bytes (error $error)))))
    (export "get-random" (func (param "length" u32) (result (result $bytes (error $error)))))))

  (core module $memory
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096)))
  (core instance $its (instantiate $memory))
  (core func $connect (canon lower (func $vsock "[static]connection.connect") (memory (core memory $its "memory"))))
  (core func $subscribe (canon lower (func $vsock "[method]connection.subscribe")))
  (core func $shutdown (canon lower (func $vsock "[method]connection.shutdown") (memory (core memory $its "memory"))))
  (core func $block (canon lower (func $poll "[method]pollable.block")))
  (core func $attest
    (canon lower (func $qtsm "get-attestation") (memory (core memory $its "memory")) (realloc (core func $its "realloc"))))
  (core func $random
    (canon lower (func $qtsm "get-random") (memory (core memory $its "memory")) (realloc (core func $its "realloc"))))

  (core module $main
    (import "its" "memory" (memory 1))
    (import "host" "connect" (func $connect (param i32 i32 i32)))
    (import "host" "subscribe" (func $subscribe (param i32) (result i32)))
    (import "host" "shutdown" (func $shutdown (param i32 i32 i32)))
    (import "host" "block" (func $block (param i32)))
    (import "host" "attest" (func $attest (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (import "host" "random" (func $random (param i32 i32)))
    (global $refused (mut i32) (i32.const 0))
    ;; 0, or 1 and the error code of a failed result.
    (func $outcome (param $at i32) (result i32)
      (if (result i32) (i32.load8_u (local.get $at))
        (then (i32.add (i32.const 1) (i32.load8_u offset=1 (local.get $at))))
        (else (i32.const 0))))
    ;; The outcome of connecting to (3, 8000): only an established connection can be shut down.
    (func $reached (result i32) (local $connection i32)
      (call $connect (i32.const 3) (i32.const 8000) (i32.const 16))
      (local.set $connection (i32.load (i32.const 20)))
      (call $block (call $subscribe (local.get $connection)))
      (call $shutdown (local.get $connection) (i32.const 1) (i32.const 32))
      (call $outcome (i32.const 32)))
    (func $attested (result i32)
      (call $attest (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
        (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 48))
      (if (result i32) (i32.load8_u (i32.const 48))
        (then (i32.add (i32.const 1) (i32.load8_u (i32.const 52))))
        (else (i32.const 0))))
    (func $randomised (result i32)
      (call $random (i32.const 8) (i32.const 64))
      (i32.load8_u (i32.const 64)))
    (func $start
      (global.set $refused (i32.and
        (i32.and
          ;; not-connected
          (i32.eq (call $reached) (i32.const 8))
          ;; invalid-operation
          (i32.eq (call $attested) (i32.const 5)))
        (i32.eqz (call $randomised))))
      (;then;))
    (start $start)
    (func (export "run") (result i32)
      (i32.eqz (i32.and (global.get $refused)
        (i32.eqz (i32.or (call $reached) (i32.or (call $attested) (call $randomised))))))))
  (core instance $host
    (export "connect" (func $connect))
    (export "subscribe" (func $subscribe))
    (export "shutdown" (func $shutdown))
    (export "block" (func $block))
    (export "attest" (func $attest))
    (export "random" (func $random)))
  (core instance $runs-it (instantiate $main (with "its" (instance $its)) (with "host" (instance $host))))
  (func $run (result (result)) (canon lift (core func $runs-it "run")))
  (instance $command (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $command)))

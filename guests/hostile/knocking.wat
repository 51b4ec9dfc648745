;; Connects to its parent endlessly, and drops every connection at once.
(module
  (import "qingtian:enclave/vsock@0.1.0" "[static]connection.connect" (func $connect (param i32 i32 i32)))
  (import "qingtian:enclave/vsock@0.1.0" "[resource-drop]connection" (func $drop (param i32)))
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096))
  (func (export "wasi:cli/run@0.2.0#run") (result i32)
    (loop $again
      (call $connect (i32.const 3) (i32.const 8000) (i32.const 16))
      (if (i32.eqz (i32.load8_u (i32.const 16))) (then (call $drop (i32.load (i32.const 20)))))
      (br $again))
    (i32.const 0)))

;; Prints a line endlessly, without ever waiting.
(module
  (import "wasi:cli/stdout@0.2.0" "get-stdout" (func $stdout (result i32)))
  (import "wasi:io/streams@0.2.0" "[method]output-stream.write" (func $write (param i32 i32 i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "one line of many\n")
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096))
  (func (export "wasi:cli/run@0.2.0#run") (result i32)
    (local $out i32)
    (local.set $out (call $stdout))
    (loop $again
      (call $write (local.get $out) (i32.const 0) (i32.const 17) (i32.const 64))
      (br $again))
    (i32.const 0)))

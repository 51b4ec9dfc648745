;; Reads beyond the end of its memory, which must trap instead of exposing other memory.
(component
  
  (core module $m
    (memory (export "memory") 1)
    (func (export "run") (result i32)
      (drop (i32.load (i32.const 0)))
      (i32.load (i32.const 0x7ffffff0))))
  (core instance $i (instantiate $m))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $runs (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $runs)))

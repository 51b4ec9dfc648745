;; Grows its memory as far as possible; exits with 0 if it was stopped before 64 MiB.
(component
  
  (core module $m
    (memory (export "memory") 1)
    (func (export "run") (result i32)
      (loop (br_if 0 (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
      (i32.gt_u (memory.size) (i32.const 1024))))
  (core instance $i (instantiate $m))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $runs (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $runs)))

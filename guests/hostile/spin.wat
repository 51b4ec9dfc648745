;; Spins endlessly once it runs.
(component
  
  (core module $m
    (func (export "run") (result i32) (loop (br 0)) (i32.const 0)))
  (core instance $i (instantiate $m))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $runs (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $runs)))

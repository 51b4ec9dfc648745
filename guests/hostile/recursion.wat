;; Calls itself endlessly.
(component
  
  (core module $m
    (func $deep (result i32) (i32.add (call $deep) (i32.const 1)))
    (func (export "run") (result i32) (call $deep)))
  (core instance $i (instantiate $m))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $runs (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $runs)))

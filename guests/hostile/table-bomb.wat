;; Grows its table as far as possible; exits with 0 if it was stopped within 100,000 elements.
(component
  
  (core module $m
    (table 1 funcref)
    (func (export "run") (result i32)
      (loop (br_if 0 (i32.ne (table.grow (ref.null func) (i32.const 1000)) (i32.const -1))))
      (i32.gt_u (table.size) (i32.const 100000))))
  (core instance $i (instantiate $m))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $runs (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $runs)))

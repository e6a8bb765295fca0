// Reading declarations and values, in every form in which Z3 prints them.

import { describe, expect, it } from 'vitest';
import { declaredConstants, readModel } from './model.ts';

describe('a model', () => {
  it('REQ-INT-003: values are read in every form that Z3 prints', () => {
    const text = `((a true) (b false) (i 4) (n (- 9007199254740993)) (r 2.5) (q (- (/ 6.0 4.0))) (z 0.0) (m (- 3.0))
      (|two words| #xff) (w #b101) (v (_ bv7 32)))`;
    expect(Object.fromEntries(readModel(text))).toEqual({
      a: true,
      b: false,
      i: 4n,
      n: -9007199254740993n,
      r: '5/2',
      q: '-3/2',
      z: '0/1',
      m: '-3/1',
      'two words': 255n,
      w: 5n,
      v: 7n,
    });
  });

  it('REQ-INT-003: an irrational value stays as the solver wrote it', () => {
    expect(readModel('((q (root-obj (+ (^ x 2) (- 2)) 1)))').get('q')).toBe('(root-obj (+ (^ x 2) (- 2)) 1)');
  });

  it('REQ-INT-003: what is no model is refused', () => {
    expect(() => readModel('sat')).toThrow('no model');
    expect(() => readModel('((a 1)')).toThrow('breaks off');
    expect(() => readModel('((a 1)))')).toThrow('too many');
    expect(() => readModel('((a 1 2))')).toThrow('no value');
  });

  it('REQ-INT-003: constants are found among the declarations, functions and comments are not', () => {
    const script = `(declare-const x Int)(declare-fun y () Real) (declare-fun f (Int) Int)
      (declare-const |a b| Bool) ; (declare-const never Int)
      (define-fun g () Int 3)`;
    expect(declaredConstants(script)).toEqual(['x', 'y', '|a b|']);
  });
});

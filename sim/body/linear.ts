// The linear algebra that a body needs: inverse and eigenvectors of small symmetric matrices.
// Matrices are row-major Float64Arrays of size n². Used when a network is built, never while it runs.

/**
 * Inverse of a symmetric positive definite matrix by Gauss–Jordan elimination without pivoting,
 * which is stable for that kind. Throws RangeError where the matrix is not positive definite.
 */
export function inverse(matrix: Float64Array, n: number): Float64Array {
  const left = Float64Array.from(matrix);
  const right = identity(n);
  for (let pivot = 0; pivot < n; pivot++) {
    const value = left[pivot * n + pivot];
    if (!(value > 0)) throw new RangeError('the matrix is not positive definite');
    scaleRow(left, n, pivot, 1 / value);
    scaleRow(right, n, pivot, 1 / value);
    for (let row = 0; row < n; row++) {
      const factor = left[row * n + pivot];
      if (row === pivot || factor === 0) continue;
      subtractRow(left, n, row, pivot, factor);
      subtractRow(right, n, row, pivot, factor);
    }
  }
  return right;
}

export interface Eigen {
  /** The n eigenvalues, in no particular order. */
  readonly values: Float64Array;
  /** vectors[row × n + k] is component `row` of the k-th unit eigenvector. */
  readonly vectors: Float64Array;
}

/** Eigenvalues and orthonormal eigenvectors of a symmetric matrix: cyclic Jacobi rotations. */
export function eigen(matrix: Float64Array, n: number): Eigen {
  const a = Float64Array.from(matrix);
  const vectors = identity(n);
  for (let sweep = 0; sweep < 60 && offDiagonal(a, n) > 0; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) rotate(a, vectors, n, p, q);
    }
  }
  const values = new Float64Array(n);
  for (let k = 0; k < n; k++) values[k] = a[k * n + k];
  return { values, vectors };
}

function identity(n: number): Float64Array {
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) matrix[i * n + i] = 1;
  return matrix;
}

function scaleRow(matrix: Float64Array, n: number, row: number, factor: number): void {
  for (let column = 0; column < n; column++) matrix[row * n + column] *= factor;
}

function subtractRow(matrix: Float64Array, n: number, row: number, from: number, factor: number): void {
  for (let column = 0; column < n; column++) matrix[row * n + column] -= factor * matrix[from * n + column];
}

/** Sum of the magnitudes off the diagonal, 0 once they no longer change the diagonal in double precision. */
function offDiagonal(a: Float64Array, n: number): number {
  let off = 0;
  let on = 0;
  for (let i = 0; i < n; i++) {
    on += Math.abs(a[i * n + i]);
    for (let j = i + 1; j < n; j++) off += Math.abs(a[i * n + j]);
  }
  return off <= on * 1e-17 ? 0 : off;
}

function rotate(a: Float64Array, vectors: Float64Array, n: number, p: number, q: number): void {
  const off = a[p * n + q];
  if (off === 0) return;
  const theta = (a[q * n + q] - a[p * n + p]) / (2 * off);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const kp = a[k * n + p];
    const kq = a[k * n + q];
    a[k * n + p] = c * kp - s * kq;
    a[k * n + q] = s * kp + c * kq;
  }
  for (let k = 0; k < n; k++) {
    const pk = a[p * n + k];
    const qk = a[q * n + k];
    a[p * n + k] = c * pk - s * qk;
    a[q * n + k] = s * pk + c * qk;
    const vp = vectors[k * n + p];
    const vq = vectors[k * n + q];
    vectors[k * n + p] = c * vp - s * vq;
    vectors[k * n + q] = s * vp + c * vq;
  }
  a[p * n + q] = 0;
  a[q * n + p] = 0;
}

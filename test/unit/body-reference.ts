// The body's equations integrated the slow way: node voltages by elimination with pivoting, time by Runge–Kutta steps.
// Written from the circuit, branch by branch; it shares no code with the body.

import type { BodyOptions } from '../../sim/body/index.ts';

const N = 17;
// nodes: ends of the leads, surfaces, two neighbourhoods, far node, bus of the recharge switches
const SURFACE = N;
const NEAR = 2 * N;
const FAR = NEAR + 2;
const BUS = FAR + 1;
const NODES = BUS + 1;
const STEP_US = 25;

export class Reference {
  readonly chargePc = new Float64Array(N);
  readonly interfaceUv = new Float64Array(N);
  readonly broken = Array.from({ length: N }, () => false);
  readonly shorts: [number, number][] = [];
  readonly #options: BodyOptions;

  constructor(options: BodyOptions) {
    this.#options = options;
  }

  /** Currents imposed from outside, none of them zero in sum; none at all is a hold. */
  drive(currentsUa: Float64Array, durationUs: number): void {
    this.#integrate(durationUs, () => currentsUa);
  }

  recharge(durationUs: number): void {
    const gain = this.#currentsPerVolt();
    this.#integrate(durationUs, (chargePc, interfaceUv) => {
      const { blockingUf, capacitanceScale } = this.#options;
      const source = chargePc.map(
        (charge, e) => charge / (blockingUf * capacitanceScale[e]) + interfaceUv[e],
      );
      return Float64Array.from(source, (_, e) => gain[e].reduce((sum, g, k) => sum + g * source[k], 0));
    });
  }

  #integrate(durationUs: number, currents: (q: Float64Array, v: Float64Array) => Float64Array): void {
    const steps = Math.ceil(durationUs / STEP_US);
    const dt = durationUs / steps;
    const { doubleLayerUf, chargeTransferOhm, capacitanceScale } = this.#options;
    const slope = (q: Float64Array, v: Float64Array): [Float64Array, Float64Array] => {
      const current = currents(q, v);
      const dv = v.map((volts, e) => {
        const scale = capacitanceScale[e];
        return (current[e] - (volts * scale) / chargeTransferOhm) / (doubleLayerUf * scale);
      });
      return [current, dv];
    };
    const along = (from: Float64Array, by: Float64Array, factor: number) =>
      from.map((x, e) => x + factor * by[e]);
    for (let step = 0; step < steps; step++) {
      const q = Float64Array.from(this.chargePc);
      const v = Float64Array.from(this.interfaceUv);
      const [q1, v1] = slope(q, v);
      const [q2, v2] = slope(along(q, q1, dt / 2), along(v, v1, dt / 2));
      const [q3, v3] = slope(along(q, q2, dt / 2), along(v, v2, dt / 2));
      const [q4, v4] = slope(along(q, q3, dt), along(v, v3, dt));
      for (let e = 0; e < N; e++) {
        this.chargePc[e] += (dt / 6) * (q1[e] + 2 * q2[e] + 2 * q3[e] + q4[e]);
        this.interfaceUv[e] += (dt / 6) * (v1[e] + 2 * v2[e] + 2 * v3[e] + v4[e]);
      }
    }
  }

  /** gain[e][k]: current into electrode e in recharge for one volt on the capacitors of electrode k. */
  #currentsPerVolt(): number[][] {
    const { tissue, rechargeOhm } = this.#options;
    const matrix = Array.from({ length: NODES }, () => new Array<number>(NODES).fill(0));
    const join = (a: number, b: number, ohm: number): void => {
      matrix[a][a] += 1 / ohm;
      matrix[b][b] += 1 / ohm;
      matrix[a][b] -= 1 / ohm;
      matrix[b][a] -= 1 / ohm;
    };
    for (let e = 0; e < N; e++) {
      if (!this.broken[e]) join(BUS, e, rechargeOhm);
      join(e, SURFACE + e, tissue.accessOhm[e]);
      join(SURFACE + e, e === 16 ? FAR : e < 8 ? NEAR : NEAR + 1, tissue.spreadOhm[e]);
      if (e !== 7 && e < 15) join(SURFACE + e, SURFACE + e + 1, tissue.neighbourOhm[e]);
    }
    join(NEAR, FAR, tissue.farOhm[0]);
    join(NEAR + 1, FAR, tissue.farOhm[1]);
    for (const [a, b] of this.shorts) join(a, b, 1);
    matrix[FAR] = matrix[FAR].map((_, node) => (node === FAR ? 1 : 0));
    const columns = Array.from({ length: N }, (_, k) => {
      const right = new Array<number>(NODES).fill(0);
      if (!this.broken[k]) {
        right[BUS] += 1 / rechargeOhm;
        right[k] -= 1 / rechargeOhm;
      }
      const node = solve(matrix, right);
      return Array.from({ length: N }, (_x, e) =>
        this.broken[e] ? 0 : (node[BUS] - node[e] - (e === k ? 1 : 0)) / rechargeOhm,
      );
    });
    return Array.from({ length: N }, (_, e) => columns.map((column) => column[e]));
  }
}

/** Gaussian elimination with partial pivoting. */
function solve(matrix: readonly number[][], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]]);
  const n = rows.length;
  for (let column = 0; column < n; column++) {
    let best = column;
    for (let row = column + 1; row < n; row++) {
      if (Math.abs(rows[row][column]) > Math.abs(rows[best][column])) best = row;
    }
    [rows[column], rows[best]] = [rows[best], rows[column]];
    for (let row = column + 1; row < n; row++) {
      const factor = rows[row][column] / rows[column][column];
      if (factor === 0) continue;
      for (let k = column; k <= n; k++) rows[row][k] -= factor * rows[column][k];
    }
  }
  const result = new Array<number>(n).fill(0);
  for (let row = n - 1; row >= 0; row--) {
    let sum = rows[row][n];
    for (let k = row + 1; k < n; k++) sum -= rows[row][k] * result[k];
    result[row] = sum / rows[row][row];
  }
  return result;
}

// Counts the pulses of each burst: a burst is a number of pulses, not a time.

import type { FindingList } from './finding.ts';
import type { DuePulse } from './schedule.ts';

export class BurstCounter {
  readonly #findings: FindingList;
  #window = -1;
  #burst = -1;
  #due = 0;
  #seen = 0;
  #startNs = 0;
  #area = 0;

  constructor(findings: FindingList) {
    this.#findings = findings;
  }

  /** A pulse was due at `atNs`, and was seen or not. */
  add(due: DuePulse, atNs: number, seen: boolean): void {
    if (due.area.burstPulses === 1) return;
    if (due.window !== this.#window || due.burst !== this.#burst) {
      this.close();
      this.#window = due.window;
      this.#burst = due.burst;
      this.#startNs = atNs;
      this.#area = due.area.index;
    }
    this.#due++;
    if (seen) this.#seen++;
  }

  /** A pulse was seen that was not due. */
  addExtra(): void {
    this.#seen++;
  }

  /** Judges the burst in progress. */
  close(): void {
    const due = this.#due;
    const seen = this.#seen;
    this.#due = this.#seen = 0;
    if (this.#burst < 0 || due === seen) return;
    const message = () => `area ${this.#area + 1}: ${seen} pulses in a burst; ${due} expected`;
    this.#findings.add('burst-count', this.#startNs, message);
  }
}

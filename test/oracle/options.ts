// What can be told to the judge besides the therapy, and what is assumed where it is not.

import type { Capture } from './capture.ts';
import type { Command } from './intent.ts';

export interface JudgeOptions {
  /** What was done to the device, in the capture's time. Without a `start` the capture is taken to hold one run. */
  readonly commands?: readonly Command[];
  /** Allowed error of an edge, ns. Default: the capture's resolution. */
  readonly toleranceNs?: number;
  /** Allowed error of a level, µA. Default: what the capture's noise, threshold and converter leave; 0, exact, where it has none. */
  readonly levelToleranceUa?: number;
  /** Allowed difference between the device's clock and the capture's, ppm. Default 0: one clock. */
  readonly clockPpm?: number;
  /** An amplitude command acts within this time, ns. Default 25 ms. */
  readonly amplitudeLatencyNs?: number;
  /**
   * t0 comes within this time after START, ns, or after the discharge where that ends later: 64.8 ms after the output was
   * last switched off, at the latest as the capture begins. Default 25 ms: the link, a poll, and the queue.
   */
  readonly startLatencyNs?: number;
  /** STOP acts within this time (the ramp-down then begins), ns. Default 25 ms. */
  readonly stopLatencyNs?: number;
  /** After ESTOP, magnet or trip the output is at zero within this time, ns. Default 10 ms, one poll. */
  readonly offLatencyNs?: number;
  /** Findings kept in the verdict; the others are counted. Default 100. */
  readonly findingsMax?: number;
}

/** The options with their defaults, and what the capture can show. */
export interface Terms {
  readonly commands: readonly Command[];
  readonly toleranceNs: number;
  readonly levelToleranceUa: number;
  readonly clockPpm: number;
  readonly amplitudeLatencyNs: number;
  readonly startLatencyNs: number;
  readonly stopLatencyNs: number;
  readonly offLatencyNs: number;
  readonly hasLevels: boolean;
  /** A level under this may look like none, or like anything: threshold and noise together, µA; 0: every level is seen. */
  readonly faintUa: number;
}

/** Room for the rounding of times that are no whole number of ns. */
const ROUNDING_NS = 0.01;

export function termsOf(capture: Capture, options: JudgeOptions): Terms {
  return {
    commands: [...(options.commands ?? [])].sort((a, b) => a.atNs - b.atNs),
    toleranceNs: (options.toleranceNs ?? capture.resolutionNs) + ROUNDING_NS,
    levelToleranceUa: options.levelToleranceUa ?? capture.levelToleranceUa ?? 0,
    clockPpm: options.clockPpm ?? 0,
    amplitudeLatencyNs: options.amplitudeLatencyNs ?? 25e6,
    startLatencyNs: options.startLatencyNs ?? 25e6,
    stopLatencyNs: options.stopLatencyNs ?? 25e6,
    offLatencyNs: options.offLatencyNs ?? 10e6,
    hasLevels: capture.hasLevels,
    faintUa: (capture.measured?.zeroUa ?? 0) + (capture.measured?.noiseUa ?? 0),
  };
}

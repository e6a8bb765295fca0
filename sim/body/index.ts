// The body's public face: the electrical model of leads and patient that the output stage drives.

export { Body, type Sample } from './body.ts';
export { Modes } from './modes.ts';
export { impedance, pairOhm, rechargeConductance, type Short, type Tissue } from './network.ts';
export { type BodyOptions, bodyOptions, HALF_LIFE_US_MAX, seriesUf, slowestHalfLifeUs } from './options.ts';
export { Peaks } from './peaks.ts';

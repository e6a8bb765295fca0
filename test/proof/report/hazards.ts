// The hazards of a spinal cord stimulator that this firmware was built against, those that it cannot do anything about
// included. The list may grow; an ID is never used again.

import type { Hazard } from './hazard.ts';
import { CONTROL_HAZARDS } from './hazards-control.ts';
import { CURRENT_HAZARDS } from './hazards-current.ts';
import { USE_HAZARDS } from './hazards-use.ts';

export const HAZARDS: readonly Hazard[] = [...CURRENT_HAZARDS, ...CONTROL_HAZARDS, ...USE_HAZARDS];

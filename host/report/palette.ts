// Colours of the plots: Okabe and Ito's set, which colour-blind readers can tell apart, on a light background.

const CONTACTS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#8a6d00', '#3d9bd6', '#7a5195', '#5b6770'];

export const INK = '#1f2933';
export const MUTED = '#5b6770';
export const GRID = '#e4e8ec';
export const AXIS = '#9aa5b1';
export const OPEN_SHADE = '#fdf1d3';
export const RECHARGE_SHADE = '#eef6f1';
export const ALERT = '#b42318';

/** Colour of the n-th electrode that a plot shows. */
export function contactColour(order: number): string {
  return CONTACTS[order % CONTACTS.length];
}

/** Dashes of the n-th electrode: solid for the first eight, then dashed. */
export function contactDash(order: number): string | undefined {
  return order < CONTACTS.length ? undefined : '5 3';
}
export const GOOD = '#00734f';

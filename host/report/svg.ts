// Builds SVG and HTML as text: elements with escaped attributes, and nothing that loads from elsewhere.

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Escapes text for SVG and HTML. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** An element; children are markup already, text must come through `escapeText`. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const open = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        ` ${key}="${escapeText(typeof value === 'number' ? coordinate(value) : String(value))}"`,
    )
    .join('');
  const inner = children.join('');
  return inner === '' ? `<${name}${open}/>` : `<${name}${open}>${inner}</${name}>`;
}

/** A text element at a place. */
export function label(x: number, y: number, text: string, attributes: Attributes = {}): string {
  return element('text', { x, y, ...attributes }, escapeText(text));
}

/** A straight line. */
export function line(x1: number, y1: number, x2: number, y2: number, attributes: Attributes): string {
  return element('line', { x1, y1, x2, y2, ...attributes });
}

/** A coordinate in hundredths of a pixel: short, and finer than any screen. */
export function coordinate(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** A polyline's path data. */
export function pathData(points: readonly (readonly [number, number])[]): string {
  return points
    .map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${coordinate(x)} ${coordinate(y)}`)
    .join('');
}

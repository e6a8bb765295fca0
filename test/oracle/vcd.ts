// Reads a VCD as a capture: the simulator's own, with levels or with polarity bits alone, and those of logic analysers and of
// Verilog simulators.

import { sourceOf } from './bytes.ts';
import type { Capture, Stretch } from './capture.ts';
import type { Command } from './intent.ts';
import type { CaptureMapping } from './mapping.ts';
import { Stretcher, settleOf } from './stretcher.ts';
import { isWhole, readOrderSignals, readOrders } from './vcd-orders.ts';
import { VcdParser } from './vcd-parser.ts';

export interface VcdCapture extends Capture {
  /** The simulator has written it: what was ordered is in it. */
  readonly fromSimulator: boolean;
  /** What was ordered, in the capture's time, as far as the file goes: the commands to judge with. */
  readonly commands: readonly Command[];
  /** The file ends where its writer did not mean it to; the capture goes up to there. */
  readonly truncated: boolean;
  /** What the user should know about the file. Complete once its stretches have been read. */
  readonly warnings: readonly string[];
}

/**
 * Reads a VCD from a path, or from its text (anything with a line break). The header is read at once, the changes when
 * `stretches` is iterated, as often as wanted and without holding the file in memory. Throws CaptureError.
 */
export function readVcd(pathOrText: string, mapping: CaptureMapping = {}): VcdCapture {
  const source = sourceOf(pathOrText);
  const header = new VcdParser(source.origin, mapping);
  for (const chunk of source.chunks()) {
    header.feed(chunk, true);
    if (header.inBody) break;
  }
  if (!header.inBody) header.end();
  const tail = source.tail(256);
  const fromSimulator = header.version.toLowerCase().includes('stimgate');
  const truncated = fromSimulator ? !isWhole(tail) : !/\s$/.test(tail);
  const cutWarnings = truncated ? [`${source.origin}: the file is cut; judged up to its last change`] : [];
  let unknownWarnings: string[] = [];
  const { hasLevels, hasOrders, electrodes } = header.values;
  const levelToleranceUa = mapping.toleranceUa ?? Math.max(mapping.zeroUa ?? 0, mapping.noiseUa ?? 0);
  return {
    origin: source.origin,
    resolutionNs: mapping.resolutionNs ?? Math.max(header.resolutionNs, header.samplingNs),
    hasLevels,
    electrodes,
    levelToleranceUa,
    measured: { samplingNs: header.samplingNs || undefined, zeroUa: mapping.zeroUa },
    fromSimulator,
    commands: hasOrders ? readOrderSignals(source, mapping) : fromSimulator ? readOrders(source) : [],
    truncated,
    get warnings() {
      return [...cutWarnings, ...unknownWarnings];
    },
    *stretches(): Iterable<Stretch> {
      const parser = new VcdParser(source.origin, mapping);
      const { values } = parser;
      const stretcher = new Stretcher(mapping.settleNs ?? settleOf(header.samplingNs));
      parser.onTime = () => {
        if (Number.isFinite(parser.timeNs)) stretcher.change(parser.timeNs, values.state(), values.output());
      };
      for (const chunk of source.chunks()) {
        parser.feed(chunk);
        yield* stretcher.take();
      }
      parser.end();
      unknownWarnings = unknownText(source.origin, parser);
      stretcher.end(parser.timeNs);
      yield* stretcher.take();
    },
  };
}

function unknownText(origin: string, { unknowns, unknownLine }: VcdParser): string[] {
  if (unknowns === 0) return [];
  const values = unknowns === 1 ? '1 value of an output is' : `${unknowns} values of outputs are`;
  return [`${origin}: ${values} x or z (unknown) and counted as 0, the first in line ${unknownLine}`];
}

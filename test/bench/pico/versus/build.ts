// Compiles and links the hand-written C by the image's own build: the same compiler, flags, linker script and constants.

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { compile, flashOf, link, symbolsOf } from '../../../../firmware/boards/pico/build/compile.ts';
import { constantsHeader, defines } from '../../../../firmware/boards/pico/build/constants.ts';
import * as status from '../../../../firmware/status.ts';
import * as wire from '../../../../firmware/wire.ts';
import { packagePath } from '../../../../host/therapy/package-files.ts';
import { type PicoImage, placeAmong } from '../../../../sim/machine/pico/image.ts';

const BOARD = 'firmware/boards/pico';
const SOURCES = 'test/bench/pico/versus';
const FOLDER = 'build/pico-versus';

/** numbers.h: the wire's constants, and the enums with a prefix each, as constants.h leaves them out. */
function numbersHeader(): string {
  const { BOARD_PICO: _known, ...numbers } = wire;
  const lines = [
    ...defines(numbers),
    ...defines(wire.Message, 'MESSAGE_'),
    ...defines(wire.Event, 'EVENT_'),
    ...defines(wire.Recharge, 'RECHARGE_'),
    ...defines(status.Status, 'RESULT_'),
    ...defines(status.Trip, 'TRIP_'),
    ...defines(status.Therapy, 'THERAPY_'),
    ...defines(status.StopReason, 'REASON_'),
    ...defines(status.Mode, 'MODE_'),
  ];
  return ['#ifndef NUMBERS_H', '#define NUMBERS_H', ...lines, '#endif', ''].join('\n');
}

/** The C as an image. Throws CompilerError. */
export function buildReference(): PicoImage {
  const folder = packagePath(FOLDER);
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/constants.h`, constantsHeader());
  writeFileSync(`${folder}/numbers.h`, numbersHeader());
  const sources = readdirSync(packagePath(SOURCES)).filter((file) => file.endsWith('.c'));
  const includes = [`${BOARD}/runtime`, SOURCES, FOLDER].map(packagePath);
  const objects = [
    ...sources.map((file) => `${SOURCES}/${file}`),
    // The linker script begins the flash with the one, and gcc calls the other.
    ...[`${BOARD}/boot2.S`, `${BOARD}/runtime/string.c`],
  ].map((source) => compile(packagePath(source), folder, includes, false));
  const elf = `${folder}/versus.elf`;
  link(objects, packagePath(`${BOARD}/link.ld`), elf);
  const symbols = symbolsOf(elf);
  const address = (symbol: string): number => {
    const found = symbols[symbol];
    if (found === undefined) throw new Error(`the hand-written C has no ${symbol}`);
    return found;
  };
  const memory = (): never => {
    throw new Error('the hand-written C has no modules');
  };
  return {
    flash: flashOf(elf, `${folder}/versus.bin`),
    address,
    place: (at) => placeAmong(symbols, at),
    memory,
  };
}

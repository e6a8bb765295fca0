// The laws L1–L16 of the interlock as a book that watches it from outside: written from their statements, in plain
// arithmetic, without anything of the firmware. It collects every broken law with what was seen.
import type { Sensors } from './bench.ts';

export interface Released {
  durationUs: number;
  flags: number;
  /** 17 levels, µA, the case last. */
  levelsUa: number[];
  startUs: number;
  nowUs: number;
  /** Segments in the stage's FIFO, this one included. */
  queued: number;
  sampled: boolean;
}

const ELECTRODES = 17;
const STALE = -2147483648;
const ARMED = 2;
const TRIPPED = 3;
const LOCKED = 4;
const INTEGRITY = 9;

class ElectrodeLedger {
  limitUa = 25_500;
  limitPc = 2_004_000;
  accountPc = 0;
  /** Between these lies every true charge: sources within ±2 %, recharge at the worst half-life or any faster. */
  highPc = 5_080_000;
  lowPc = -5_080_000;
  sPc = 0;
  sMinPc = 0;
  sMaxPc = 0;
  restUs = 800;
  runUs = 0;
  runSign = 0;
  bucketPc = 100e6;
  mismatched = false;
  /** Highest level of what has been released since `arm`. */
  peakUa = 0;
}

export class LawBook {
  readonly broken: string[] = [];
  private readonly counts = new Map<string, number>();
  releasedCount = 0;
  private e = Array.from({ length: ELECTRODES }, () => new ElectrodeLedger());
  private totalPc = 200e6;
  private unrecoveredUs = 0;
  private offAtUs = 0;
  private pollAtUs = 0;
  private tripsAtUs: number[] = [];
  private state = 0;
  private armed = false;
  private unsampledUs = 0;
  /** When what was released has been played. */
  private endUs = 0;
  private ranDry = false;
  private measures = 0;
  private expected = new Map<
    number,
    { electrode: number; levelUa: number; measure: boolean; extraUa: number }
  >();
  private tag = -1;
  private toleranceUa = 100;
  // the call in progress
  private name = '';
  private args: number[] = [];
  private nowUs = 0;
  private mustOff = '';
  /** Why the call must end tripped; empty where it need not. */
  private mustTrip = '';
  /** The state that a boot must end in; 0 where it may be any. */
  private mustState = 0;
  private offSeen = false;
  private releasedInCall = 0;
  private bytes: Uint8Array = new Uint8Array();
  private sensors: Sensors = { magnet: 0, batteryMv: 0, temperatureMc: 0, selfTest: 0 };
  private flipped = false;

  private break(law: string, seen: string): void {
    // Each law has its own room, so that one that breaks all the time does not hide the others.
    const seenBefore = this.counts.get(law) ?? 0;
    this.counts.set(law, seenBefore + 1);
    if (seenBefore < 20) this.broken.push(`${law}: ${seen} (${this.name} at ${this.nowUs} µs)`);
  }

  /** A bit of the state was flipped: the next call must end in off and an integrity trip (L14). */
  flip(): void {
    this.flipped = true;
  }

  before(name: string, args: number[], nowUs: number, sensors: Sensors, bytes: Uint8Array): void {
    Object.assign(this, {
      name,
      args,
      nowUs,
      bytes,
      mustOff: '',
      mustTrip: '',
      offSeen: false,
      releasedInCall: 0,
    });
    this.sensors = { ...sensors };
    if (name === 'boot') {
      this.flipped = false;
      this.mustOff = 'L9 boot';
      this.pollAtUs = nowUs;
      this.beforeBoot(args[1] ?? 0);
      this.tag = -1;
      this.expected.clear();
      this.toleranceUa = Math.min(Math.max(args[0], 100), 500);
      for (const ledger of this.e)
        Object.assign(ledger, { limitUa: 25_500, limitPc: 2_004_000, mismatched: false });
      return;
    }
    if (this.flipped) {
      this.mustOff = 'L14 flipped bit';
      return;
    }
    if (sensors.magnet === 1) this.mustOff = 'L10 magnet';
    if (sensors.magnet !== 0 && sensors.magnet !== 1) this.require('L11 magnet unreadable');
    if (nowUs - this.pollAtUs > 100_000) this.require('L11 no poll for 100 ms');
    // After an underrun nothing is released; poll sees it at once, every call by the clock 50 µs later.
    this.ranDry = this.armed && this.endUs > 0 && nowUs >= this.endUs;
    if (this.ranDry && (name === 'poll' || nowUs >= this.endUs + 50)) this.mustOff ||= 'L9 underrun';
    if (name === 'poll') this.beforePoll(sensors);
    if (name === 'stop') this.mustOff ||= 'L10 stop';
    if (this.unsampledUs > 100_000) this.require('L12 100 ms without a sample');
  }

  /** What a watchdog reset kept: trips count on, a trip or a lock stays. An integrity trip needs no more than a reboot. */
  private beforeBoot(retained: number): void {
    const state = retained & 15;
    this.tripsAtUs = new Array<number>((retained >> 14) & 3).fill(this.nowUs);
    const isKept = (state === TRIPPED || state === LOCKED) && ((retained >> 4) & 255) !== INTEGRITY;
    this.mustState = isKept ? state : 0;
  }

  private require(reason: string): void {
    this.mustOff ||= reason;
    this.mustTrip ||= reason;
  }

  private beforePoll(sensors: Sensors): void {
    const { batteryMv, temperatureMc } = sensors;
    if (batteryMv === STALE || temperatureMc === STALE) this.require('L11 stale sensor');
    if (batteryMv < 3000 || batteryMv > 6000) this.require('L11 battery');
    if (temperatureMc < 0 || temperatureMc > 39_000) this.require('L11 temperature');
    this.pollAtUs = this.nowUs;
  }

  /** A read-back that this call gets to see (L12). */
  sampled(packed: number): void {
    const tag = (packed >> 24) & 63;
    if (tag === this.tag) return;
    this.tag = tag;
    const expected = this.expected.get(tag);
    if (!expected || this.flipped) return;
    this.unsampledUs = 0;
    if (this.mustOff === 'L12 100 ms without a sample') Object.assign(this, { mustOff: '', mustTrip: '' });
    if (expected.measure) return;
    const measuredUa = (packed << 16) >> 16;
    const ledger = this.e[expected.electrode];
    const toleranceUa =
      Math.max(Math.floor(Math.abs(expected.levelUa) / 20), this.toleranceUa) + expected.extraUa;
    const mismatch = Math.abs(measuredUa - expected.levelUa) > toleranceUa;
    if (mismatch && ledger.mismatched) this.require('L12 two mismatches');
    ledger.mismatched = mismatch;
  }

  off(nowUs: number): void {
    this.offSeen = true;
    this.offAtUs = nowUs;
    this.armed = false;
    this.endUs = 0;
    this.unsampledUs = 0;
    this.measures = 0;
    this.unrecoveredUs = 0;
    for (const ledger of this.e) {
      Object.assign(ledger, {
        accountPc: 0,
        highPc: 5_080_000,
        lowPc: -5_080_000,
        bucketPc: 100e6,
        peakUa: 0,
      });
    }
    this.totalPc = 200e6;
  }

  released(r: Released): void {
    this.releasedInCall += 1;
    if (this.ranDry) this.break('L9', 'a segment was released after an underrun');
    this.releasedCount += 1;
    if (this.mustOff) this.break(this.mustOff, 'a segment was released in the call that must switch off');
    if (!this.armed)
      this.break(this.state >= TRIPPED ? 'L8' : 'L9', 'a segment was released while not armed');
    this.judgeShape(r);
    this.endUs = r.startUs + r.durationUs;
    if (r.startUs + r.durationUs - r.nowUs > 20_000) this.break('L16', 'queued past 20 ms');
    if (r.queued > 64) this.break('L16', 'more than 64 segments queued');
    const isRecharge = (r.flags & 1) !== 0;
    this.bookMean(r);
    r.levelsUa.forEach((levelUa, index) => {
      this.bookElectrode(index, levelUa, r, isRecharge);
    });
    this.bookRecovery(r.durationUs);
    this.noteSample(r);
  }

  private judgeShape(r: Released): void {
    const active = r.levelsUa.some((levelUa) => levelUa !== 0);
    const longestUs = active ? 1000 : 5000;
    if (r.durationUs < 10 || r.durationUs > longestUs)
      this.break('L3', `${active ? 'an active' : 'a zero'} segment of ${r.durationUs} µs`);
    const sumUa = r.levelsUa.reduce((sum, levelUa) => sum + levelUa, 0);
    if (sumUa !== 0) this.break('L2', `levels sum to ${sumUa} µA`);
    if (active && (r.flags & 3) !== 0) this.break('L2', 'current in a recharge or hold segment');
    if (!active && (r.flags & 3) === 0) this.break('L2', 'a zero segment that neither recharges nor holds');
    if (!(r.flags & 4) && r.levelsUa[16] !== 0) this.break('L2', 'current on a case that is not enabled');
    this.judgeMeasure(r, active);
  }

  private judgeMeasure(r: Released, active: boolean): void {
    if ((r.flags & 1) !== 0 && r.durationUs >= 800) this.measures = 0;
    if (!active) return;
    if (!(r.flags & 8)) {
      if (this.measures > 0) this.break('L12', 'current after a measuring pulse without recharge');
      return;
    }
    this.measures += 1;
    if (this.measures > 2) this.break('L12', 'more than one biphasic measuring pulse');
    for (const levelUa of r.levelsUa) {
      if (Math.abs(levelUa) > 1000) this.break('L12', `measuring at ${levelUa} µA`);
      if (Math.abs(levelUa) * r.durationUs > 500_000) this.break('L12', 'measuring more than 500 nC');
    }
  }

  private bookMean(r: Released): void {
    const sumUa = r.levelsUa.reduce((sum, levelUa) => sum + Math.abs(levelUa), 0);
    this.totalPc = Math.max(this.totalPc + (sumUa - 8000) * r.durationUs, 0);
    if (this.totalPc > 200e6) this.break('L7', `total bucket at ${this.totalPc} pC`);
  }

  private bookElectrode(index: number, levelUa: number, r: Released, isRecharge: boolean): void {
    const ledger = this.e[index];
    const magnitudeUa = Math.abs(levelUa);
    if (magnitudeUa > Math.min(25_500, ledger.limitUa))
      this.break('L1', `${levelUa} µA on electrode ${index}`);
    ledger.peakUa = Math.max(ledger.peakUa, magnitudeUa);
    ledger.bucketPc = Math.max(ledger.bucketPc + (magnitudeUa - 4000) * r.durationUs, 0);
    if (ledger.bucketPc > 100e6) this.break('L7', `bucket of electrode ${index} at ${ledger.bucketPc} pC`);
    const chargePc = levelUa * r.durationUs;
    this.bookPhase(ledger, levelUa, chargePc, r.durationUs, index);
    if (isRecharge) {
      const keep = 2 ** (-r.durationUs / 7200);
      ledger.accountPc *= keep;
      ledger.highPc = Math.max(ledger.highPc * keep, 0);
      ledger.lowPc = Math.min(ledger.lowPc * keep, 0);
    }
    let doubtPc = Math.abs(chargePc) / 25;
    if (index === 16 && (r.flags & 4) !== 0) {
      doubtPc += (r.levelsUa.slice(0, 16).reduce((sum, ua) => sum + Math.abs(ua), 0) * r.durationUs) / 50;
    }
    ledger.accountPc += chargePc;
    ledger.highPc += chargePc + doubtPc;
    ledger.lowPc += chargePc - doubtPc;
    // 2 nC: the interlock gives a little less credit than the exponential, which the next phase may turn either way.
    const unrecoveredPc = Math.max(ledger.highPc, -ledger.lowPc);
    if (unrecoveredPc > 5_080_000 + 2000)
      this.break('L5', `up to ${Math.round(unrecoveredPc)} pC unrecovered on electrode ${index}`);
  }

  private bookPhase(
    ledger: ElectrodeLedger,
    levelUa: number,
    chargePc: number,
    durationUs: number,
    index: number,
  ): void {
    const sign = Math.sign(levelUa);
    ledger.runUs = sign === ledger.runSign && sign !== 0 ? ledger.runUs + durationUs : durationUs;
    ledger.runSign = sign;
    if (sign !== 0 && ledger.runUs > 10_000)
      this.break('L3', `one polarity for ${ledger.runUs} µs on electrode ${index}`);
    ledger.restUs = sign === 0 ? ledger.restUs + durationUs : 0;
    if (ledger.restUs >= 800) Object.assign(ledger, { sPc: 0, sMinPc: 0, sMaxPc: 0 });
    ledger.sPc += chargePc;
    ledger.sMinPc = Math.min(ledger.sMinPc, ledger.sPc);
    ledger.sMaxPc = Math.max(ledger.sMaxPc, ledger.sPc);
    const spanPc = ledger.sMaxPc - ledger.sMinPc;
    // Set limits rule admission of charge; a limit lowered later speaks of what comes, the hard limit of what is.
    if (spanPc > (sign === 0 ? 2_998_000 : Math.min(2_998_000, ledger.limitPc)))
      this.break('L4', `${spanPc} pC without a rest on electrode ${index}`);
  }

  private bookRecovery(durationUs: number): void {
    this.unrecoveredUs += durationUs;
    if (this.unrecoveredUs > 100_000)
      this.break('L6', `unrecovered for ${this.unrecoveredUs} µs of stage time`);
    if (this.e.every((ledger) => Math.abs(ledger.accountPc) <= 1_587_000 + 500)) this.unrecoveredUs = 0;
  }

  private noteSample(r: Released): void {
    const tag = (r.flags >> 8) & 63;
    const electrode = (r.flags >> 16) & 31;
    const active = r.levelsUa.some((levelUa) => levelUa !== 0);
    if (active && r.durationUs >= 20) this.unsampledUs += r.durationUs;
    if (electrode > 16) {
      this.expected.delete(tag);
      return;
    }
    // The case carries what all contacts are off: ±2 % of each.
    const contactsUa = r.levelsUa.slice(0, 16).reduce((sum, ua) => sum + Math.abs(ua), 0);
    const extraUa = electrode === 16 ? Math.floor(contactsUa / 50) : 0;
    const measure = (r.flags & 8) !== 0;
    this.expected.set(tag, { electrode, levelUa: r.levelsUa[electrode], measure, extraUa });
  }

  trapped(message: string): void {
    this.break('L13', message);
  }

  after(result: number, status: number, bytes: Uint8Array): void {
    const wasState = this.state;
    this.state = status & 15;
    if (this.mustOff && !this.offSeen)
      this.break(this.mustOff, 'the output was not switched off in that call');
    if (this.mustTrip && this.state < TRIPPED) this.break(this.mustTrip, 'no trip');
    if (this.flipped && (this.state !== LOCKED || ((status >> 4) & 255) !== INTEGRITY)) {
      this.break('L14', `state ${this.state} trip ${(status >> 4) & 255}`);
    }
    this.flipped = false;
    if (this.name === 'boot' && this.mustState !== 0 && this.state !== this.mustState)
      this.break('L8', 'a reset forgot a trip or a lock');
    if (this.state >= TRIPPED && wasState < TRIPPED && this.name !== 'boot') this.noteTrip();
    if (this.state !== ARMED && this.armed && !this.offSeen) this.break('L8', 'disarmed without off');
    if (wasState === LOCKED && this.state !== LOCKED && this.name !== 'boot')
      this.break('L8', 'left a lock-out');
    if (this.name === 'arm' && result === 0) this.judgeArm();
    if (this.name === 'clear' && result === 0 && wasState === TRIPPED) this.judgeClear();
    if (this.name === 'lower_limit' || this.name === 'raise_limit') this.judgeLimit(result, wasState);
    if (this.name === 'request' && result !== 0 && !this.offSeen) this.judgeRefusal(bytes);
    if (this.name === 'request' && this.releasedInCall !== (result === 0 ? 1 : 0)) {
      this.break('L8', `status ${result} but ${this.releasedInCall} segments released`);
    }
  }

  private noteTrip(): void {
    this.tripsAtUs.push(this.nowUs);
    const recent = this.tripsAtUs.filter((atUs) => this.nowUs - atUs < 600e6).length;
    if (recent >= 3 && this.state !== LOCKED)
      this.break('L8', 'a third trip within ten minutes did not lock');
  }

  private judgeArm(): void {
    if (this.armed) return;
    if (this.nowUs - this.offAtUs < 64_800)
      this.break('L9', `armed ${this.nowUs - this.offAtUs} µs after off`);
    const { magnet, batteryMv, temperatureMc, selfTest } = this.sensors;
    if (magnet !== 0 || selfTest !== 1) this.break('L9', 'armed with a magnet or without a self-test');
    if (batteryMv < 3000 || batteryMv > 6000 || temperatureMc < 0 || temperatureMc > 39_000) {
      this.break('L9', 'armed with bad sensors');
    }
    this.armed = true;
    this.totalPc = 0;
    for (const ledger of this.e) {
      Object.assign(ledger, {
        accountPc: 0,
        highPc: 9922,
        lowPc: -9922,
        bucketPc: 0,
        restUs: 800,
        runUs: 0,
        runSign: 0,
      });
      Object.assign(ledger, { sPc: 0, sMinPc: 0, sMaxPc: 0, mismatched: false, peakUa: 0 });
    }
  }

  private judgeClear(): void {
    const since = this.nowUs - (this.tripsAtUs.at(-1) ?? 0);
    if (since < 1e6) this.break('L8', `cleared ${since} µs after the trip`);
    const { magnet, batteryMv, temperatureMc } = this.sensors;
    if (magnet !== 0 || batteryMv < 3000 || temperatureMc > 39_000)
      this.break('L8', 'cleared with its cause there');
  }

  private judgeLimit(result: number, wasState: number): void {
    const [index, amplitudeUa, phasePc] = this.args;
    if (result !== 0 || this.flipped) return;
    const ledger = this.e[index];
    if (!ledger) {
      this.break('L15', `accepted a limit for electrode ${index}`);
      return;
    }
    const rises = amplitudeUa > ledger.limitUa || phasePc > ledger.limitPc;
    if (rises && wasState === ARMED && !this.offSeen) this.break('L15', 'raised while armed');
    if (amplitudeUa < 0 || amplitudeUa > 25_500 || phasePc < 0 || phasePc > 2_998_000)
      this.break('L15', 'raised past the hard limits');
    if (amplitudeUa < ledger.peakUa && !this.offSeen)
      this.break('L15', 'lowered below a queued level without off');
    ledger.limitUa = amplitudeUa;
    ledger.limitPc = phasePc;
  }

  /** A refused request changes nothing but clock and sensor bookkeeping: records and expectations stay as they were. */
  private judgeRefusal(bytes: Uint8Array): void {
    if (Buffer.compare(Buffer.from(bytes), Buffer.from(this.bytes)) !== 0)
      this.break('refusal', 'changed the state');
  }
}

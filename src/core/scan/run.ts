/**
 * Finds the calls that one run of a cell shows, each once, however often and in how many messages they were printed.
 *
 * Messages are joined, calls are deduplicated (by response id, else by content), and running sums are compared with the calls
 * that they add up. Bounds: at most `MOST_PENDING` characters of a stream wait to be read at once, at most `MOST_READ`
 * (`plaintext.ts`) of one text are read, and at most `MOST_READINGS` readings of one run are kept.
 */

import type { OutputPattern } from './patterns';
import type { Reading } from './reading';
import { agrees, mergedReading, tokensOf } from './reading';
import { Counters, greatestOf, restOfAll, separateSums, stepsOf, withoutSums } from './sums';
import { scanText } from './text';
import type { OutputText } from './text';

/** One piece of output. */
export interface Piece extends OutputText {
  /** Streams are joined by name; a display that is updated is replaced; the rest stands alone. */
  readonly joins?: { readonly stream: string } | { readonly display: string };
}

export const MOST_PENDING = 256_000;
const MOST_READINGS = 10_000;
/** What of a stream stays to be read again with what follows it. */
const OVERLAP = 8_000;

/** Joins the pieces of one run to whole texts. */
export class RunTexts {
  /**
   * Takes a piece in.
   *
   * @returns texts to be read now, because too much waits; empty nearly always.
   */
  append(piece: Piece): readonly OutputText[] {
    const { joins } = piece;
    if (joins === undefined) {
      return this._appendWhole(piece);
    }
    if ('display' in joins) {
      const before = this._displays.get(joins.display);
      this._displays.set(joins.display, piece);
      this._waiting += piece.text.length - (before?.text.length ?? 0);
      return this._waiting > MOST_PENDING ? this.finish() : [];
    }
    return this._appendStream(joins.stream, piece.text);
  }

  /** What is left when the run has ended. */
  finish(): readonly OutputText[] {
    const streams = [...this._streams.values()].map((text): OutputText => ({
      text,
      markup: 'plain'
    }));
    const texts = [...streams, ...this._whole, ...this._displays.values()];
    this._streams.clear();
    this._displays.clear();
    this._whole.length = 0;
    this._waiting = 0;
    return texts;
  }

  private _appendWhole(piece: Piece): readonly OutputText[] {
    this._whole.push(piece);
    this._waiting += piece.text.length;
    if (this._waiting <= MOST_PENDING) {
      return [];
    }
    this._waiting = 0;
    return this._whole.splice(0);
  }

  /** A stream is cut at the end of a line, and what stood before the cut is read again with what follows it. */
  private _appendStream(name: string, piece: string): readonly OutputText[] {
    const text = (this._streams.get(name) ?? '') + piece;
    if (text.length <= MOST_PENDING) {
      this._streams.set(name, text);
      return [];
    }
    const cut = text.lastIndexOf('\n', text.length - OVERLAP);
    this._streams.set(name, text.slice(cut > 0 ? cut : text.length - OVERLAP));
    return [{ text, markup: 'plain' }];
  }

  private readonly _streams = new Map<string, string>();
  private readonly _displays = new Map<string, OutputText>();
  private readonly _whole: OutputText[] = [];
  private _waiting = 0;
}

/** Makes calls of readings. */
export class RunReadings {
  add(readings: readonly Reading[]): void {
    for (const reading of readings) {
      if (this._count < MOST_READINGS) {
        this._count += 1;
        this._addReading(reading);
      }
    }
  }

  /** Whether nothing was read that says what calls used. */
  get isEmpty(): boolean {
    return this._count === 0;
  }

  /**
   * The calls of the run.
   *
   * @param counters - what was counted in the kernel's earlier runs; this run is added to it.
   */
  finish(counters = new Counters()): readonly Reading[] {
    const single = this._calls.filter((_, at) => !this._joined.has(at));
    const calls = withoutSums([...single, ...stepsOf(this._steps)]);
    const withSums = [...calls, ...restOfAll(separateSums(this._sums), calls)];
    return counters.settle(withSums, greatestOf(this._counters));
  }

  private _addReading(reading: Reading): void {
    switch (reading.kind) {
      case 'sum':
        this._sums.push(reading);
        break;
      case 'counter':
        this._counters.push(reading);
        break;
      case 'step':
        this._steps.push(reading);
        break;
      case 'delta':
        this._addDelta(reading);
        break;
      default:
        this._addCall(reading);
    }
  }

  /** Anthropic's `message_delta` carries the cumulative output of the message that was started before it. */
  private _addDelta(reading: Reading): void {
    const last = this._calls.length - 1;
    if (last >= 0 && this._calls[last].kind === 'start') {
      const usage = { ...this._calls[last].usage, ...reading.usage };
      this._calls[last] = { ...this._calls[last], kind: 'call', usage };
    } else if (reading.usage.inputTokens !== undefined) {
      this._addCall({ ...reading, kind: 'call' });
    }
  }

  private _addCall(reading: Reading): void {
    const { responseId } = reading;
    const known = responseId === undefined ? undefined : this._byId.get(responseId);
    const at = known ?? this._alike(reading);
    if (at === undefined) {
      this._calls.push(reading);
      this._index(reading, this._calls.length - 1);
      return;
    }
    // A stream's later print of one response has its final figures.
    const both =
      known === undefined
        ? mergedReading(this._calls[at], reading)
        : later(this._calls[at], reading);
    this._calls[at] = both;
    this._index(both, at);
    // The end of a stream may say what was printed of it as a whole before.
    const whole = known === undefined ? undefined : this._alike({ ...both, twin: 0 });
    if (whole !== undefined && whole !== at) {
      this._joined.add(whole);
    }
  }

  /** The call that says the same, unless both name their responses and the names differ. */
  private _alike(reading: Reading): number | undefined {
    const alike = this._byContent
      .get(contentOf(reading))
      ?.filter(
        at =>
          agrees(this._calls[at], reading) &&
          !this._joined.has(at) &&
          (reading.responseId === undefined || this._calls[at].responseId === undefined)
      );
    return alike?.[reading.twin ?? 0];
  }

  private _index(reading: Reading, at: number): void {
    if (reading.responseId !== undefined) {
      this._byId.set(reading.responseId, at);
    }
    const same = this._byContent.get(contentOf(reading)) ?? [];
    if (!same.includes(at) && same.length < 50) {
      same.push(at);
    }
    this._byContent.set(contentOf(reading), same);
  }

  private readonly _calls: Reading[] = [];
  /** Calls that turned out to be another one. */
  private readonly _joined = new Set<number>();
  private readonly _sums: Reading[] = [];
  private readonly _counters: Reading[] = [];
  private readonly _steps: Reading[] = [];
  private readonly _byId = new Map<string, number>();
  private readonly _byContent = new Map<string, number[]>();
  private _count = 0;
}

/** Reads the outputs of one run where they are; the choice of a worker is the caller's. */
export class RunScanner {
  /**
   * @param patterns - the user's own.
   */
  constructor(private readonly _patterns: readonly OutputPattern[] = []) {}

  append(piece: Piece): void {
    this._read(this._texts.append(piece));
  }

  /** @param counters - as `RunReadings.finish`. */
  finish(counters?: Counters): readonly Reading[] {
    this._read(this._texts.finish());
    return this._readings.finish(counters);
  }

  private _read(texts: readonly OutputText[]): void {
    for (const text of texts) {
      this._readings.add(scanText(text, this._patterns));
    }
  }

  private readonly _texts = new RunTexts();
  private readonly _readings = new RunReadings();
}

function contentOf({ usage }: Reading): string {
  // The input is left out: one print may have the cache in it and the next not.
  return String(usage.outputTokens);
}

function later(one: Reading, other: Reading): Reading {
  const [, before] = tokensOf(one);
  const [, now] = tokensOf(other);
  return now >= before
    ? mergedReading({ ...other, responseId: one.responseId }, { ...one, usage: other.usage })
    : one;
}

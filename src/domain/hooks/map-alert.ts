import { quoteValue } from '../quote-value';
import { parseBodyPath, valueAtPath } from './body-path';
import { mapSymbol } from './map-symbol';
import { SIGNAL_FIELDS, type AlertMapping, type DirectionMeaning, type HookField, type SignalField } from './source';

export type MappedAlert =
  | {
      readonly ok: true;
      /** `close`: all of the symbol's position is to be closed; the fields say nothing of how much then. */
      readonly wish: 'signal' | 'close';
      /** For `parseSignal`, which judges them. */
      readonly fields: Readonly<Record<string, unknown>>;
      /** What messages call them: where they came from. */
      readonly names: Readonly<Record<string, string>>;
    }
  | { readonly ok: false; readonly message: string };

/** What charts write where they have no value. */
const NO_VALUE: readonly unknown[] = [undefined, null, '', 'NaN', 'na', 'n/a'];
const UNFILLED = /^\s*\{\{.*\}\}\s*$/;
const SIDES = ['long', 'short', 'flat'] as const;
type Side = (typeof SIDES)[number];

class AlertFault extends Error {}

/**
 * Makes the fields of a signal of an alert's body. Nothing is guessed: a field that is mapped has to be there, unless it is named
 * as optional, and a word that is not known is refused.
 *
 * @param body parsed: JSON, or the pairs of a text
 */
export function mapAlert(mapping: AlertMapping, body: unknown): MappedAlert {
  try {
    return new AlertMapper(mapping, body).map();
  } catch (error) {
    if (error instanceof AlertFault) return { ok: false, message: error.message };
    throw error;
  }
}

function refuse(message: string): never {
  throw new AlertFault(message);
}

/** `limit_price (at /price)`: as senders spell it, and where it was looked for. */
export function fieldName(mapping: AlertMapping, field: HookField): string {
  const spelled = field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const place = mapping.fields[field];
  return place === undefined ? spelled : `${spelled} (at ${place})`;
}

class AlertMapper {
  constructor(
    private readonly mapping: AlertMapping,
    private readonly body: unknown,
  ) {}

  map(): MappedAlert {
    if (typeof this.body !== 'object' || this.body === null) {
      return { ok: false, message: `An alert is a JSON object, not ${quoteValue(this.body)}.` };
    }
    const { strategyPrefix } = this.mapping;
    const given = SIGNAL_FIELDS.flatMap((field) => {
      const value = this.valueOf(field);
      return value === undefined ? [] : [[field, value] as const];
    });
    const fields: Partial<Record<SignalField, unknown>> = Object.fromEntries(given);
    const { symbol, strategy, signalStrength } = fields;
    if (typeof symbol === 'string') fields.symbol = mapSymbol(symbol, this.mapping);
    if (typeof strategy === 'string') fields.strategy = `${strategyPrefix}${strategy}`;
    if (typeof signalStrength === 'string' && signalStrength.trim() !== '')
      fields.signalStrength = Number(signalStrength);
    const { direction, intent } = this.meaning(fields.direction);
    fields.direction = direction === 'CLOSE' ? undefined : direction;
    if (intent !== undefined) fields.intent = intent;
    const names = Object.fromEntries(SIGNAL_FIELDS.map((field) => [field, fieldName(this.mapping, field)]));
    const known = Object.entries(fields).filter(([, value]) => value !== undefined);
    return { ok: true, wish: direction === 'CLOSE' ? 'close' : 'signal', fields: Object.fromEntries(known), names };
  }

  /** @returns undefined: the alert says nothing of it, and need not */
  private valueOf(field: HookField): unknown {
    const { fields, constants, optional } = this.mapping;
    const place = fields[field];
    if (place === undefined) return (constants as Readonly<Record<string, string | undefined>>)[field];
    const value = valueAtPath(this.body, parseBodyPath(place) ?? []);
    const name = fieldName(this.mapping, field);
    if (typeof value === 'object' && value !== null) refuse(`${name} is ${quoteValue(value)}; it must be one value.`);
    if (typeof value === 'string' && UNFILLED.test(value)) {
      refuse(
        `${name} is ${quoteValue(value)}, a placeholder that was not filled in: its name is misspelt, or it works in alerts of strategies only.`,
      );
    }
    const isMissing = optional.includes(field) ? NO_VALUE.includes(value) : value === undefined || value === null;
    if (!isMissing) return value;
    if (optional.includes(field)) return undefined;
    const what = value === null ? 'is null' : 'is missing';
    return refuse(`${name} ${what}; put it into the alert, or name it under "optional" of this source.`);
  }

  private meaning(word: unknown): { readonly direction: DirectionMeaning | undefined; readonly intent?: string } {
    const direction = this.directionOf(word);
    const now = this.sideOf('marketPosition');
    const before = this.sideOf('priorMarketPosition');
    if (now === undefined || direction === undefined || direction === 'CLOSE') return { direction };
    if (now === 'flat') return { direction: 'CLOSE' };
    const towards = now === 'long' ? 'BUY' : 'SELL';
    if (direction !== towards) return this.partialExit(direction, now, before);
    if (before === undefined || before === 'flat' || before === now) return { direction, intent: 'entry' };
    switch (this.mapping.onReversal) {
      case 'entry':
        return { direction, intent: 'entry' };
      case 'close':
        return { direction: 'CLOSE' };
      case 'refuse':
        return refuse(
          `The alert turns a position from ${before} to ${now}; this source takes no reversals (onReversal).`,
        );
    }
  }

  /** What was sold of a position that is still long, or bought of one that is still short. */
  private partialExit(direction: DirectionMeaning, now: Side, before: Side | undefined) {
    if (before === undefined || before === now) return { direction, intent: 'exit' };
    return refuse(
      `The alert contradicts itself: ${fieldName(this.mapping, 'direction')} is ${direction}, and the position went from ${before} to ${now}.`,
    );
  }

  private directionOf(word: unknown): DirectionMeaning | undefined {
    if (word === undefined) return undefined;
    const { directionWords } = this.mapping;
    const key = typeof word === 'string' ? word.trim().toLowerCase() : '';
    if (Object.hasOwn(directionWords, key)) return directionWords[key];
    const known = Object.keys(directionWords).join(', ');
    return refuse(`${fieldName(this.mapping, 'direction')} is ${quoteValue(word)}; it must be one of ${known}.`);
  }

  private sideOf(field: 'marketPosition' | 'priorMarketPosition'): Side | undefined {
    const value = this.valueOf(field);
    if (value === undefined) return undefined;
    const side = SIDES.find((known) => typeof value === 'string' && known === value.trim().toLowerCase());
    if (side !== undefined) return side;
    return refuse(`${fieldName(this.mapping, field)} is ${quoteValue(value)}; it must be one of ${SIDES.join(', ')}.`);
  }
}

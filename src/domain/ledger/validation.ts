import { DECIMAL_FORM, parseDecimal } from '../decimal';
import { isRecord, jsonBytes, showValue } from '../plain-values';
import { ASSET_BYTES_MAX, LEDGER_ID_BYTES_MAX, RESERVE_COMMAND_BYTES_MAX, SNAPSHOT_ASSETS_MAX } from './state';

type Fields = Readonly<Record<string, unknown>>;

/*
 * Commands also come from people, through `temporal workflow signal`: any JSON value may arrive, and a handler that
 * throws would block the whole ledger. Every function here takes anything and returns what is wrong with it, or undefined.
 */

export function reserveCommandFault(command: unknown): string | undefined {
  if (!isRecord(command)) return 'The reserve command is no object.';
  return (
    idFault('requestId', command.requestId) ??
    idFault('reservationId', command.reservationId) ??
    textFault('asset', command.asset, ASSET_BYTES_MAX) ??
    textFault('purpose', command.purpose, RESERVE_COMMAND_BYTES_MAX) ??
    intentFault(command) ??
    metadataFault(command.metadata) ??
    optionalTimeFault(command, 'signalStartedAtMs') ??
    optionalTimeFault(command, 'expiresAtMs') ??
    (command.strategy === undefined ? undefined : textFault('strategy', command.strategy, RESERVE_COMMAND_BYTES_MAX)) ??
    (command.closingAmount === undefined ? undefined : decimalFault('closingAmount', command.closingAmount)) ??
    sizeFault(command)
  );
}

export function commitCommandFault(command: unknown): string | undefined {
  if (!isRecord(command)) return 'The commit command is no object.';
  return (
    idFault('reservationId', command.reservationId) ??
    decimalFault('amount', command.amount) ??
    timeFault('executedAtMs', command.executedAtMs)
  );
}

export function releaseCommandFault(command: unknown): string | undefined {
  if (!isRecord(command)) return 'The release command is no object.';
  return idFault('reservationId', command.reservationId);
}

export function barCommandFault(command: unknown): string | undefined {
  if (!isRecord(command)) return 'The withdraw command is no object.';
  return (
    idFault('reservationId', command.reservationId) ??
    optionalTimeFault(command, 'signalStartedAtMs') ??
    optionalTimeFault(command, 'expiresAtMs')
  );
}

export function acknowledgeCommandFault(command: unknown): string | undefined {
  if (!isRecord(command)) return 'The acknowledge command is no object.';
  return (
    idFault('reservationId', command.reservationId) ??
    decimalFault('lockedAmount', command.lockedAmount) ??
    timeFault('placedAtMs', command.placedAtMs)
  );
}

export function tradingStateCommandFault(command: unknown): string | undefined {
  if (!isRecord(command)) return 'The command is no object.';
  const to = command.to;
  if (to !== 'active' && to !== 'reducing' && to !== 'halted') {
    return `The trading state ${showValue(to)} does not exist; use active, reducing or halted.`;
  }
  return idFault('requestId', command.requestId);
}

export function snapshotCommandFault(command: unknown): string | undefined {
  if (!isRecord(command)) return 'The balance report is no object.';
  const time = timeFault('asOfMs', command.asOfMs);
  if (time !== undefined) return time;
  if (!isRecord(command.assets)) return 'The balance report has no assets.';
  const assets = Object.entries(command.assets);
  if (assets.length > SNAPSHOT_ASSETS_MAX) {
    return `The balance report names ${assets.length} assets; at most ${SNAPSHOT_ASSETS_MAX} are accepted.`;
  }
  for (const [asset, figures] of assets) {
    const fault = textFault('asset', asset, ASSET_BYTES_MAX) ?? figuresFault(asset, figures);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function figuresFault(asset: string, figures: unknown): string | undefined {
  if (!isRecord(figures)) return `The balance of ${asset} is no object.`;
  return (
    decimalFault(`${asset} total`, figures.total) ??
    decimalFault(`${asset} available`, figures.available) ??
    decimalFault(`${asset} locked`, figures.locked)
  );
}

function intentFault(command: Fields): string | undefined {
  const fault = decimalFault('amount', command.amount);
  if (fault !== undefined) return fault;
  if (command.intent === 'exit') return undefined;
  if (command.intent !== 'entry') return `The intent ${showValue(command.intent)} does not exist; use entry or exit.`;
  return parseDecimal(command.amount)?.isZero() === true ? 'An entry must reserve more than zero.' : undefined;
}

function metadataFault(metadata: unknown): string | undefined {
  if (!isRecord(metadata)) return 'The metadata are no object.';
  for (const [key, value] of Object.entries(metadata)) {
    const isPlain = typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
    if (!isPlain)
      return `The metadata field ${showValue(key)} is ${showValue(value)}; use a text, a finite number or a boolean.`;
  }
  return undefined;
}

function sizeFault(command: Fields): string | undefined {
  const bytes = jsonBytes(command);
  return bytes > RESERVE_COMMAND_BYTES_MAX
    ? `The reserve command has ${bytes} bytes; at most ${RESERVE_COMMAND_BYTES_MAX} are accepted. Shorten its metadata.`
    : undefined;
}

function idFault(name: string, value: unknown): string | undefined {
  return textFault(name, value, LEDGER_ID_BYTES_MAX);
}

function textFault(name: string, value: unknown, bytesMax: number): string | undefined {
  if (typeof value !== 'string' || value === '') return `The ${name} is ${showValue(value)}; a text is needed.`;
  return jsonBytes(value) > bytesMax ? `The ${name} is longer than ${bytesMax} bytes.` : undefined;
}

function decimalFault(name: string, value: unknown): string | undefined {
  return parseDecimal(value) === undefined
    ? `The ${name} is ${showValue(value)}; needed is ${DECIMAL_FORM}.`
    : undefined;
}

function timeFault(name: string, value: unknown): string | undefined {
  return Number.isSafeInteger(value) && Number(value) > 0
    ? undefined
    : `The ${name} is ${showValue(value)}; needed are milliseconds UTC, a positive integer.`;
}

function optionalTimeFault(command: Fields, name: 'signalStartedAtMs' | 'expiresAtMs'): string | undefined {
  return command[name] === undefined ? undefined : timeFault(name, command[name]);
}

/**
 * The fields of a message in protobuf's wire format, one after the other, without a copy and without believing any length: whoever
 * wrote the file may mean harm.
 */
export class WireError extends Error {
  override readonly name = 'WireError';
  constructor(
    message: string,
    /** The bytes end too early: the file was cut off. */
    readonly isCutOff: boolean,
  ) {
    super(message);
  }
}

/** A message has more fields than are read. */
export class WireLimitError extends WireError {
  constructor() {
    super('it has too many fields', false);
  }
}

/** How many fields may still be read, of all messages that it is given with. */
export interface FieldBudget {
  left: number;
}

/** A field: a number (varint), or bytes; of fixed width, which we need none of: neither. */
export interface WireField {
  readonly number: number;
  /** Exact up to 2^53; absent: not a varint. */
  readonly value?: number;
  /** A view into the message; absent: not length-delimited. */
  readonly bytes?: Uint8Array;
}

const FIELD_NUMBER_MAX = 2 ** 29 - 1;
const VARINT_BYTES_MAX = 10;
const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/**
 * Every field of a message.
 *
 * @param budget absent: however many
 * @throws WireError where the bytes are no message; WireLimitError beyond the budget
 */
export function* wireFields(message: Uint8Array, budget?: FieldBudget): Generator<WireField> {
  const cursor = { message, offset: 0 };
  while (cursor.offset < message.length) {
    if (budget && --budget.left < 0) throw new WireLimitError();
    const tag = readVarint(cursor);
    const number = Math.floor(tag / 8);
    if (number < 1 || number > FIELD_NUMBER_MAX) throw wrong(cursor, `a field cannot have the number ${number}`);
    switch (tag % 8) {
      case VARINT:
        yield { number, value: readVarint(cursor) };
        break;
      case FIXED_64:
        readBytes(cursor, 8);
        yield { number };
        break;
      case LENGTH_DELIMITED:
        yield { number, bytes: readBytes(cursor, readVarint(cursor)) };
        break;
      case FIXED_32:
        readBytes(cursor, 4);
        yield { number };
        break;
      default:
        throw wrong(cursor, `a field cannot have the type ${tag % 8}`);
    }
  }
}

interface Cursor {
  readonly message: Uint8Array;
  offset: number;
}

function readVarint(cursor: Cursor): number {
  let value = 0;
  for (let index = 0; index < VARINT_BYTES_MAX; index++) {
    const byte = cursor.message[cursor.offset];
    if (byte === undefined) throw new WireError('it ends within a number', true);
    cursor.offset += 1;
    // Not by shifts, which have 32 bits: a length beyond them must not become a small one.
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return value;
  }
  throw wrong(cursor, 'a number does not end');
}

function readBytes(cursor: Cursor, length: number): Uint8Array {
  const rest = cursor.message.length - cursor.offset;
  if (length > rest) throw new WireError(`a part of ${length} bytes is announced where ${rest} are left`, true);
  const bytes = cursor.message.subarray(cursor.offset, cursor.offset + length);
  cursor.offset += length;
  return bytes;
}

function wrong({ offset }: Cursor, what: string): WireError {
  return new WireError(`${what}, at byte ${offset}`, false);
}

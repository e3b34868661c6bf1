/** Changes the bytes of a model's file: protobuf's messages are their fields, one after the other. */
import { readFileSync } from 'node:fs';
import { wireFields } from '../../../src/inference/wire-reader';
import { MODEL_PATH } from './vectors';

const GRAPH = 7;
const METADATA = 14;

export const MODEL_BYTES = readFileSync(MODEL_PATH);

export function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}

/** A field of text or of a message. */
export function field(number: number, content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

export function numberField(number: number, value: number): Buffer {
  return Buffer.concat([varint(number * 8), varint(value)]);
}

/** The shipped model without the fields of this number, and others at its end. */
function replaced(number: number, ...fields: readonly Buffer[]): Buffer {
  const kept: Buffer[] = [];
  for (const one of wireFields(MODEL_BYTES)) {
    if (one.number === number) continue;
    kept.push(one.bytes ? field(one.number, one.bytes) : numberField(one.number, one.value!));
  }
  return Buffer.concat([...kept, ...fields]);
}

export type Entries = Readonly<Record<string, string | Uint8Array>>;

export function entry(key: string, value: string | Uint8Array): Buffer {
  return field(METADATA, Buffer.concat([field(1, key), field(2, value)]));
}

/** The entries of metadata of the shipped model. */
export function shippedEntries(): Record<string, string> {
  const entries: Record<string, string> = {};
  for (const { number, bytes } of wireFields(MODEL_BYTES)) {
    if (number !== METADATA || !bytes) continue;
    const [key, value] = [...wireFields(bytes)].map((part) => Buffer.from(part.bytes!).toString());
    entries[key!] = value!;
  }
  return entries;
}

/** The shipped model with other entries of metadata. */
export function withEntries(entries: Entries): Buffer {
  return replaced(METADATA, ...Object.entries(entries).map(([key, value]) => entry(key, value)));
}

/** The shipped model with a field more in its graph. */
export function withGraphField(addition: Buffer): Buffer {
  const graph = [...wireFields(MODEL_BYTES)].find(({ number }) => number === GRAPH)!.bytes!;
  return replaced(GRAPH, field(GRAPH, Buffer.concat([graph, addition])));
}

/** The shipped model with the first occurrence of some bytes exchanged for as many others. */
export function exchanged(from: Uint8Array, to: Uint8Array): Buffer {
  const bytes = Buffer.from(MODEL_BYTES);
  const at = bytes.indexOf(from);
  if (at < 0 || from.length !== to.length) throw new Error('there is nothing to exchange');
  bytes.set(to, at);
  return bytes;
}

/** The shipped model with a weight that is no number. */
export function withNanWeight(): Buffer {
  const bytes = Buffer.from(MODEL_BYTES);
  const name = field(8, 'head');
  // What follows the weights' name is their field's tag and their length, of two bytes.
  bytes.writeFloatLE(Number.NaN, bytes.indexOf(name) + name.length + 3);
  return bytes;
}

import { inspect } from 'node:util';

const REDACTED = '<redacted>';

/** A value that cannot be printed by accident: every implicit conversion gives `<redacted>`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Call it only where the value leaves for the venue. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}

/** Removes every given secret from a text, so that a venue which echoes our key cannot put it into logs or history. */
export function createRedactor(secrets: readonly Secret[]): (text: string) => string {
  const values = secrets.map((secret) => secret.reveal()).filter((value) => value !== '');
  return (text) => values.reduce((cleaned, value) => cleaned.replaceAll(value, REDACTED), text);
}

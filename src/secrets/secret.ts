import { inspect } from 'node:util';
import { REDACTED } from './find-secrets';
import { rememberSecret } from './known-secrets';

/**
 * A value that cannot be printed by accident: every implicit conversion gives `[redacted]`, and from its making on this
 * process blots it out of whatever it writes.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
    rememberSecret(value);
  }

  /** The value itself. Call it only where the value leaves for whoever gave it. */
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

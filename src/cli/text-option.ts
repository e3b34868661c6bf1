import { InvalidArgumentError } from 'commander';

/** A parser for options that name something: what a shell makes of an unset variable names nothing. */
export function someText(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('It must not be empty.');
}

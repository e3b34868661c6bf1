import { printable } from '../process/printable';

/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  /** Where the value came from: a file's path, an environment variable or a command-line flag. */
  readonly source: string;
  /** The setting, for example `api.port`; empty when the source as a whole is unusable. */
  readonly path: string;
  /** One sentence: what is wrong and what is allowed. Never holds a secret. */
  readonly message: string;
}

/** The configuration cannot be used. Carries every problem found, not only the first. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'CONFIG_INVALID';

  constructor(readonly problems: readonly ConfigProblem[]) {
    // A key of somebody's file may hold line breaks: it must not look like a problem of its own.
    const lines = problems.map((problem) => printable(`- ${problem.source}: ${problem.message}`));
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    super(`The configuration has ${count}:\n${lines.join('\n')}`);
  }
}

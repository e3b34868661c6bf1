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

/** Of a file that is no configuration at all, the first lines tell enough. */
const PROBLEMS_TOLD_MAX = 10;

/** The configuration cannot be used. Carries every problem found, not only the first. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'CONFIG_INVALID';

  constructor(readonly problems: readonly ConfigProblem[]) {
    const told = problems.slice(0, PROBLEMS_TOLD_MAX);
    // A key of somebody's file may hold line breaks: it must not look like a problem of its own.
    const lines = told.map((problem) => printable(`- ${problem.source}: ${problem.message}`));
    if (told.length < problems.length) lines.push(`- and ${problems.length - told.length} more.`);
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    super(`The configuration has ${count}:\n${lines.join('\n')}`);
  }
}

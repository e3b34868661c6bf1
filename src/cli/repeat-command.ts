import { basename } from 'node:path';

/** Characters that no shell gives a meaning to, wherever they stand in a word. */
const PLAIN_WORD = /^[\w./:,@-]+$/;
/** The program's name, as a package, as a command and as the script that package.json has for use in a checkout. */
const PROGRAM = 'oncefill';

/** One word of a command line, as a POSIX shell reads it back. */
export function shellQuote(word: string): string {
  return PLAIN_WORD.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** What a process knows about how it was called. */
export interface Call {
  readonly argv: readonly string[];
  /** Options of Node.js itself. */
  readonly execArgv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** How this process was called, as words for a shell: what is printed must run where it is pasted. */
export function programWords({ argv, execArgv, env }: Call = process): readonly string[] {
  const [interpreter = 'node', entry = ''] = argv;
  if (env['npm_lifecycle_event'] === PROGRAM && env['npm_package_name'] === PROGRAM) {
    const silent = env['npm_config_loglevel'] === 'silent' ? ['--silent'] : [];
    return ['npm', 'run', ...silent, PROGRAM, '--'];
  }
  // Whole paths: what npx found is on no PATH afterwards.
  return basename(entry) === PROGRAM ? [entry] : [interpreter, ...execArgv, entry];
}

/** Options by their names without dashes; one that is undefined or false was not given. */
export type GivenOptions = Readonly<Record<string, string | number | boolean | undefined>>;

/** What is repeated of a command line. */
export interface CommandWords {
  readonly program: readonly string[];
  /** Such as `signal send`. */
  readonly command: readonly string[];
  readonly options: GivenOptions;
}

/** A command line to paste into a shell. */
export function commandLine({ program, command, options }: CommandWords): string {
  const words = Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined || value === false) return [];
    return value === true ? [`--${name}`] : [`--${name}`, String(value)];
  });
  return [...program, ...command, ...words].map(shellQuote).join(' ');
}

import type { Finding } from '../domain/alerts/alert';
import type { ExitCode } from '../process/exit-codes';
import type { Death, LifeEvent } from './life-findings';

/** Wrong usage or configuration, or a server with another store: a person has to do something. */
export type FinalExitCode = typeof ExitCode.USAGE | typeof ExitCode.OTHER_STORE;

/** What happened to a process, for the person who started it. */
export type ProcessReport =
  | Exclude<LifeEvent, Death>
  | (Death & { readonly lastLines: readonly string[] })
  /** atMs: when it arrived, milliseconds UTC. fingerprint: of the signal that it is about. */
  | {
      readonly kind: 'line';
      readonly name: string;
      readonly text: string;
      readonly atMs: number;
      readonly fingerprint?: string;
      /** The process's own log has it. */
      readonly isLogged?: boolean;
    }
  /** What it found out about others. */
  | { readonly kind: 'finding'; readonly name: string; readonly finding: Finding }
  | { readonly kind: 'superseded'; readonly name: string; readonly text: string }
  /** It left with an exit code that tells that starting it again cannot help. */
  | {
      readonly kind: 'misconfigured';
      readonly name: string;
      readonly exitCode: FinalExitCode;
      readonly lastLines: readonly string[];
    }
  | { readonly kind: 'killed'; readonly name: string; readonly graceMs: number }
  /** The process goes on; something around it does not work. */
  | { readonly kind: 'warning'; readonly name: string; readonly text: string };

import type { AlertRule, Finding } from '../domain/alerts/alert';

/** That it hangs is what everybody's waiting for it says already. */
const SERVER = 'temporal';
/** After so many short lives in a row a person is told that starting again does not help. */
export const CRASH_LOOP_DEATHS = 5;

/** What a process that had run before says about the configuration that it met at its restart. */
export interface ConfigurationFault {
  /** Which file or setting, and what is wrong with it, in its own words. */
  readonly text: string;
  /** It is not what it said the last time. */
  readonly isNew: boolean;
}

export interface Death {
  readonly kind: 'died';
  readonly name: string;
  readonly cause: string;
  /** It was ended because it showed no sign of life. */
  readonly isHung: boolean;
  readonly deathsInARow: number;
  readonly restartInMs: number;
  /** It cannot use the configuration as it is now; absent: it ended for another reason. */
  readonly fault?: ConfigurationFault;
}

/** Why it has to be started again, in one word for counting. */
export function restartCauseOf({ isHung, cause }: Pick<Death, 'isHung' | 'cause'>): 'exit' | 'signal' | 'hang' {
  if (isHung) return 'hang';
  return cause.startsWith('killed by') ? 'signal' : 'exit';
}

/** Who is killed, or does not start, is no victim of a server that does not answer; who leaves by itself may be. */
function isOwnCause(death: Pick<Death, 'isHung' | 'cause'>): boolean {
  return restartCauseOf(death) !== 'exit';
}

/** What happened in the life of a process or of the embedded server. */
export type LifeEvent =
  | { readonly kind: 'ready'; readonly name: string; readonly pid: number }
  /** It has been ready for as long as makes its next death the first. */
  | { readonly kind: 'stable'; readonly name: string }
  | Death;

/**
 * What a person is to be told of it: deaths and hangs, each until the process is ready again, and once that it dies again and
 * again, until it lived for a while.
 *
 * @param atMs UTC
 */
export function findingsOf(event: LifeEvent, atMs: number): readonly Finding[] {
  const { name } = event;
  const finding = (rule: AlertRule, holds: boolean, text: string, isFact = false): Finding => {
    return { rule, subject: name, holds, text, atMs, ...(isFact && { isFact }) };
  };
  switch (event.kind) {
    case 'ready': {
      const text = `${name} runs (process ${event.pid}).`;
      return [finding('process_died', false, text), finding('heartbeat_lost', false, text)];
    }
    case 'stable':
      return [finding('crash_loop', false, `${name} stays alive.`)];
    case 'died': {
      const again = `it starts again in ${(event.restartInMs / 1_000).toFixed(1)} s`;
      const isServer = name === SERVER;
      const death = event.isHung
        ? finding('heartbeat_lost', true, `${name} hung (${event.cause}); ${again}.`, !isServer)
        : finding('process_died', true, `${name} died (${event.cause}); ${again}.`, isServer || isOwnCause(event));
      if (event.fault) return [death, finding('crash_loop', true, describeFault(name, event.fault))];
      if (event.deathsInARow !== CRASH_LOOP_DEATHS) return [death];
      const loop = `${name} dies again and again (${event.deathsInARow} times in a row, last: ${event.cause}); it is started again ever more rarely: look at its log in the data folder.`;
      return [death, finding('crash_loop', true, loop)];
    }
  }
}

/** Nobody else can mend it, and until then the part is missing: a person hears of it the first time. */
function describeFault(name: string, { text }: ConfigurationFault): string {
  const who = name === 'system_monitor' ? " Until then nobody is sent an alert; a dead man's switch notices." : '';
  return `${name} cannot be started again with the configuration as it is now: ${text === '' ? 'it says nothing of it' : text} Mend it; ${name} is tried again by itself, ever more rarely, at least every five minutes, and the rest goes on.${who}`;
}

/**
 * Of what is found of an event, what a person at the terminal is told as an ALERT. A death has its own line there already, with its
 * cause and its last output: once is enough.
 */
export function printedFindings(event: LifeEvent, atMs: number): readonly Finding[] {
  const found = findingsOf(event, atMs).filter(({ holds }) => holds);
  if (event.kind !== 'died') return found;
  return event.fault?.isNew === false ? [] : found.filter(({ rule }) => rule === 'crash_loop');
}

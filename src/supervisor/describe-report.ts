import { ExitCode } from '../process/exit-codes';
import { STOP_PROCESSES_MAX_MS } from './process-group';
import type { ProcessReport } from './process-report';

function seconds(durationMs: number): string {
  return `${(durationMs / 1_000).toFixed(1)} s`;
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `    ${line}`);
}

/**
 * A report in the words that the terminal shows, one or more lines.
 *
 * @param outputFile where the process's whole output lies
 */
export function describeReport(report: ProcessReport, outputFile: string): readonly string[] {
  switch (report.kind) {
    case 'ready':
      return [`${report.name} is ready (process ${report.pid}).`];
    case 'stable':
    case 'finding':
      return [];
    case 'line':
      return [`${new Date(report.atMs).toISOString().slice(11, 19)}  ${report.text}`];
    case 'superseded':
      return [`${report.name}: ${report.text}`];
    case 'died': {
      const what = report.fault ? 'cannot be started again with the configuration as it is now' : 'died';
      const text = `${report.name} ${what} (${report.cause}); it starts again in ${seconds(report.restartInMs)}.`;
      if (report.lastLines.length === 0) return [text];
      return [`${text} Its last output, more in ${outputFile}:`, ...indent(report.lastLines)];
    }
    case 'misconfigured': {
      const what = report.exitCode === ExitCode.USAGE ? 'this configuration' : "this Temporal server's store";
      return [`${report.name} cannot run with ${what}:`, ...indent(report.lastLines)];
    }
    case 'killed':
      return [
        `${report.name} was killed: it had ${seconds(report.graceMs)} left of the time to stop (${seconds(STOP_PROCESSES_MAX_MS)} for all parts). Nothing is lost: what was under way goes on after the next start.`,
      ];
    case 'warning':
      return [`${report.name}: ${report.text}`];
  }
}

import { redact } from '../../secrets/known-secrets';

const HELP = /^(# HELP \S+ )(.*)$/;
/** A label's value as it stands between its quotes. */
const LABEL_VALUE = /="((?:[^"\\]|\\.)*)"/g;

/**
 * Takes the secrets out of metrics that this process knows: out of the values of labels, and out of what is said of a metric. What
 * frames them (names, quotes, figures, the ends of lines) stays as it is, whatever a secret looks like, so that they can be read.
 *
 * @param text in Prometheus' text format 0.0.4
 */
export function redactMetrics(text: string): string {
  const clean = new Map<string, string>();
  /** As it stands in the text; the same values come again and again. */
  const cleaned = (value: string, isQuoted: boolean): string => {
    let known = clean.get(value);
    if (known === undefined) {
      known = escaped(redact(unescaped(value)), isQuoted);
      clean.set(value, known);
    }
    return known;
  };
  const lines = text.split('\n').map((line) => {
    if (!line.startsWith('#')) {
      return line.replaceAll(LABEL_VALUE, (_all, value: string) => `="${cleaned(value, true)}"`);
    }
    const [, head, help] = HELP.exec(line) ?? [];
    return head === undefined || help === undefined ? line : `${head}${cleaned(help, false)}`;
  });
  return lines.join('\n');
}

function unescaped(value: string): string {
  return value.replaceAll(/\\(.)/g, (_all, character: string) => (character === 'n' ? '\n' : character));
}

function escaped(text: string, isQuoted: boolean): string {
  const plain = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return isQuoted ? plain.replaceAll('"', '\\"') : plain;
}

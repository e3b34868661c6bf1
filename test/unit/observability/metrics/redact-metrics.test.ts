/** Secrets are taken out of what metrics say, and what frames them stays, whatever a secret looks like. */
import { redactMetrics } from '../../../../src/observability/metrics/redact-metrics';
import { REDACTED } from '../../../../src/secrets/find-secrets';
import { rememberSecret } from '../../../../src/secrets/known-secrets';

const SECRET = 'token-of-16-characters';
/** As it would have to be for a whole text to be damaged by it. */
const FRAMING = 'oncefill_orders_total{kind';
const ODD = 'odd "quoted" \\ back\nslash';

beforeAll(() => {
  for (const secret of [SECRET, FRAMING, ODD]) rememberSecret(secret);
});

test('a secret in a label or in a help text is blotted out', () => {
  const text = `# HELP x Says ${SECRET}.\n# TYPE x counter\nx{a="1",b="in ${SECRET} it"} 3 1700000000000\n`;
  expect(redactMetrics(text)).toBe(
    `# HELP x Says ${REDACTED}.\n# TYPE x counter\nx{a="1",b="in ${REDACTED} it"} 3 1700000000000\n`,
  );
});

test('a secret with characters that are escaped is found', () => {
  expect(redactMetrics('x{a="odd \\"quoted\\" \\\\ back\\nslash"} 1\n')).toBe(`x{a="${REDACTED}"} 1\n`);
});

test('names, figures and quotes stay, also where they are as a secret is', () => {
  const text = '# TYPE oncefill_orders_total counter\noncefill_orders_total{kind="a \\"b\\" \\\\ \\n",} 1e3\nplain 2\n';
  expect(redactMetrics(text)).toBe(text);
});

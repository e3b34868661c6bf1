/** What Markdown takes for a sign of its own, also within a word. */
const SIGNS = /[\\`*[\]<>~]/g;

/**
 * Text of somebody else's as it stands, for the Web UI, which shows details as Markdown: a strategy named `a*b*c` keeps its name, and
 * no name or word of a venue becomes a link or a picture that whoever looks would fetch.
 */
export function asMarkdown(text: string): string {
  return text.replaceAll(SIGNS, String.raw`\$&`);
}

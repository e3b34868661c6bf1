/** The paper venue accepts exactly these; they are public on purpose and open nothing else. */
export const PAPER_API_KEY = 'oncefill-paper-key';
export const PAPER_API_SECRET = 'oncefill-paper-secret';

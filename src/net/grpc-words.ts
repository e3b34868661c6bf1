/** What gRPC tells in its own words about a call that got no answer in time, with all that it adds for who debugs it. */
const NO_ANSWER_AFTER =
  /(?:\b4 DEADLINE_EXCEEDED: )?Deadline exceeded after (?<seconds>\d+(?:\.\d+)?)s(?:,[^\s,)"][^,)"\n]*)*/g;
const NO_ANSWER = /(?:\b4 DEADLINE_EXCEEDED: )?Deadline exceeded\b/g;
/** Where a call stood, and with whom; it may stand alone. */
const CALL_DETAIL = /,? ?(?:Waiting for LB pick|LB pick: [\d.]+s|remote_addr=[^\s,)"]+)/g;
const STATUS_NAME = /\b\d{1,2} (?:CANCELLED|DEADLINE_EXCEEDED|FAILED_PRECONDITION|UNAVAILABLE): /g;

/**
 * A sentence without the words of the library that carries calls to the Temporal server: they mean nothing to people. Every command
 * and every report shows its errors through this.
 *
 * @param text what an error says, or a sentence that holds it
 */
export function withoutGrpcWords(text: string): string {
  return text
    .replace(NO_ANSWER_AFTER, (_all, seconds: string) => `no answer within ${Number(seconds).toFixed(1)} s`)
    .replace(NO_ANSWER, 'no answer in time')
    .replace(CALL_DETAIL, '')
    .replace(STATUS_NAME, '');
}

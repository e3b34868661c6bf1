/** A query's error while its workflow still has to take in what happened last: ask again in a moment. */
export const QUERY_TOO_EARLY = 'The workflow has something to do first; ask again.';

/** A section of the page cannot be read. The message is a sentence for people. */
export class SectionProblem extends Error {
  override readonly name = 'SectionProblem';
}

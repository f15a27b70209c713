/** Says why a host gives no answer to a question. The message contains no names and ids. */
export class NoAnswer extends Error {}

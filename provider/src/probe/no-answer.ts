/** A question that this host, or this group, gives no answer to; the message says why, in words that name nobody's things. */
export class NoAnswer extends Error {}

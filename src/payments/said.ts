/**
 * A sentence of the server's own in both languages: English for the answer, German for the picture that a German person
 * sees. Nothing of a line's text, but what is quoted.
 */
export interface Said {
  readonly reason: string;
  readonly german: string;
}

export function said(reason: string, german: string): Said {
  return { reason, german };
}

/** One after the other. */
export function sentences(...parts: readonly Said[]): Said {
  return said(parts.map(({ reason }) => reason).join(" "), parts.map(({ german }) => german).join(" "));
}

/** The sentence as a part of a longer one. */
export function unended({ reason, german }: Said): Said {
  return said(reason.replace(/\.$/, ""), german.replace(/\.$/, ""));
}

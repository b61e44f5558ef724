import type { JsonObject } from "../domain/json.ts";

/**
 * Keys of a listed tool's `_meta` that some hosts read: Claude Code, and others that copied its names. Hosts that do not know
 * them ignore them, and no model reads them. They help a host, and are never consent: nothing here reads one back, and what a
 * host asked its person is not known to this server.
 */
const SEARCH_HINT = "anthropic/searchHint";
const ALWAYS_LOAD = "anthropic/alwaysLoad";
const MAX_RESULT_CHARS = "anthropic/maxResultSizeChars";
const ASKS_EACH_TIME = "anthropic/requiresUserInteraction";

export interface HostHints {
  /** Words, German and English, by which a host that loads tools on demand finds this one. `null`: for views only. */
  readonly search: string | null;
  /** Loaded from the start, where others are searched for. At most three tools. */
  readonly always?: true;
  /** A list or whole document that a host should not cut off: what is missing from it would be missing from a decision. */
  readonly long?: true;
}

/** A document of a hundred long lines, as text and data, is 100,000 (test/laws/hints.test.ts). */
export const LONGEST_ANSWER_CHARS = 150_000;

export function hostHints({ search, always, long }: HostHints): JsonObject {
  return {
    ...(search === null ? {} : { [SEARCH_HINT]: search }),
    ...(always === true ? { [ALWAYS_LOAD]: true } : {}),
    ...(long === true ? { [MAX_RESULT_CHARS]: LONGEST_ANSWER_CHARS } : {}),
  };
}

/** Where the model could approve by itself (`--confirm token`), hosts that can ask their person at every call are told to. */
export const ASK_EACH_TIME: JsonObject = { [ASKS_EACH_TIME]: true };

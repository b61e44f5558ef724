/**
 * What a tool does to the world. Annotations, approval, journal, modes and retry policy follow from this one word.
 * - `read`: changes nothing.
 * - `save`: changes nothing at the API; may save a file into the folder the owner allowed.
 * - `draft`: changes only what can still be changed (customers, addresses, drafts).
 * - `remove`: takes away what cannot be brought back, of drafts that this server made itself.
 * - `answer`: a person's click in a view, carried by the host; hidden from models where the host knows how.
 * - `commit`: leaves the house and cannot be undone (send, mark paid, cancel, change recipient).
 */
export const EFFECT_NAMES = ["read", "save", "draft", "remove", "answer", "commit"] as const;
export type Effect = (typeof EFFECT_NAMES)[number];

export type Mode = "full" | "draft-only" | "read-only";

interface EffectRules {
  readonly annotations: {
    readonly readOnlyHint: boolean;
    readonly destructiveHint: boolean;
    readonly idempotentHint: boolean;
    readonly openWorldHint: boolean;
  };
  /** Modes in which tools of this effect exist. */
  readonly modes: readonly Mode[];
}

/** `idempotentHint` is earned: a repeated call finds the first outcome in the journal. Customer texts make the world open. */
export const EFFECTS: Readonly<Record<Effect, EffectRules>> = {
  read: {
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    modes: ["full", "draft-only", "read-only"],
  },
  save: {
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    modes: ["full", "draft-only", "read-only"],
  },
  draft: {
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    modes: ["full", "draft-only"],
  },
  remove: {
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
    modes: ["full", "draft-only"],
  },
  answer: {
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    modes: ["full"],
  },
  commit: {
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
    modes: ["full"],
  },
};

/** Key of a listed tool's `_meta` that says its effect: hints alone do not tell saving a file from changing a draft. */
export const EFFECT_META = "invoicing/effect";

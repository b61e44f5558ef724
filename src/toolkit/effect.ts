/**
 * What a tool does to the world. Annotations, approval, journal, modes and retry policy follow from this one word.
 * - `read`: changes nothing.
 * - `draft`: changes only what can still be changed (customers, addresses, drafts).
 * - `commit`: leaves the house and cannot be undone (send, mark paid, cancel, change recipient).
 */
export type Effect = "read" | "draft" | "commit";

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
  readonly needsJournal: boolean;
  readonly needsApproval: boolean;
}

/** `idempotentHint` is earned: a repeated call finds the first outcome in the journal. Customer texts make the world open. */
export const EFFECTS: Readonly<Record<Effect, EffectRules>> = {
  read: {
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    modes: ["full", "draft-only", "read-only"],
    needsJournal: false,
    needsApproval: false,
  },
  draft: {
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    modes: ["full", "draft-only"],
    needsJournal: true,
    needsApproval: false,
  },
  commit: {
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
    modes: ["full"],
    needsJournal: true,
    needsApproval: true,
  },
};

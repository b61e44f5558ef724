import { z } from "zod";
import type { Effect } from "../toolkit/effect.ts";
import type { ListedTool } from "../toolkit/listed-tool.ts";

/** What a token may be good for, weakest first. */
export const RIGHTS = ["read", "draft", "send", "cancel"] as const;
export type Right = (typeof RIGHTS)[number];

export const rightSchema = z.enum(RIGHTS);

/** As an authorization server knows it. */
export function scopeOf(right: Right): string {
  return `invoices:${right}`;
}

/** All that may be had: asked for at once, because a client that was let in with less often never asks again. */
export const ALL_SCOPES: readonly string[] = RIGHTS.map(scopeOf);

const BY_EFFECT: Readonly<Record<Exclude<Effect, "commit">, Right>> = {
  read: "read",
  save: "read",
  draft: "draft",
  remove: "draft",
  // Records what a person decided about an act; the act itself asks for its own right again.
  answer: "send",
};

/** The right a call of this tool takes. */
export function rightFor(tool: Pick<ListedTool, "name">, effect: Effect): Right {
  return effect === "commit" ? rightOfAct(tool.name) : BY_EFFECT[effect];
}

/** The right that a guarded act takes: to ask for it, and to approve what somebody else asked. */
export function rightOfAct(act: string): Right {
  return act === "cancel_invoice" ? "cancel" : "send";
}

/** Of the scopes in a token, the rights among them. */
export function rightsIn(scopes: readonly string[]): ReadonlySet<Right> {
  return new Set(RIGHTS.filter((right) => scopes.includes(scopeOf(right))));
}

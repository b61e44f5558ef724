import { isJsonObject } from "../../src/domain/json.ts";
import { at } from "./seen.ts";
import type { World } from "./world.ts";

/** A form as the client shows it. */
export interface Form {
  readonly message: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

type Reply = { action: "accept"; content: Record<string, string> } | { action: "decline" };

/** Answers a form. `round` counts the forms of one call from 1. */
export type Person = (form: Form, world: World, round: number) => Reply | Promise<Reply>;

/** Reads, and agrees: chooses `approve`, or types the first thing the form asks for. */
export const approves: Person = ({ properties }) => ({ action: "accept", content: agreement(properties) });

/** Reads for longer than a machine would, and says no. */
export const declines: Person = async () => {
  await new Promise((resolve) => setTimeout(resolve, 400));
  return { action: "decline" };
};

/** Types what the form did not ask for. */
export const mistypes: Person = () => ({ action: "accept", content: { typed: "yes" } });

/** Agrees, but meanwhile something happens at the API (once). */
export const approvesWhile =
  (happens: (world: World) => void | Promise<void>, then: Person = approves): Person =>
  async (form, world, round) => {
    if (round > 1) return then(form, world, round);
    await happens(world);
    return approves(form, world, round);
  };

function agreement(properties: Readonly<Record<string, unknown>>): Record<string, string> {
  const typed = properties["typed"];
  if (!isJsonObject(typed)) return { decision: "approve" };
  const prompt = at(typed, "description");
  const asked = typeof prompt === "string" ? (/\(([^)]+)\)/.exec(prompt) ?? /: (.+)$/.exec(prompt)) : null;
  return { typed: asked?.[1] ?? "" };
}

import type { EffectKind } from "../../src/simulator/index.ts";
import type { Person } from "./person.ts";
import type { Seen } from "./seen.ts";
import type { World } from "./world.ts";

export type Args = Readonly<Record<string, unknown>>;

/** How often each kind of change happened. Kinds that are not named must not happen at all. */
export type Effects = Partial<Record<EffectKind, number>>;

/** What one answer has to be. */
export interface Expected {
  /** Code of the error the call ends with; absent: it must not fail. */
  readonly error?: string;
  readonly outcome?: string;
  /** Text must hold these. */
  readonly says?: readonly (string | RegExp)[];
  /** Text and structure must not hold these. */
  readonly hides?: readonly (string | RegExp)[];
  /** Previews the person was shown during the call must hold these; absent: nobody may be asked. */
  readonly asks?: readonly (string | RegExp)[];
  /** All changes so far, from the beginning of the conversation. */
  readonly so_far?: Effects;
  /** Most o200k tokens of the text; default 450. */
  readonly tokens?: number;
}

/** One tool call of the assistant. */
export interface Step {
  readonly call: string;
  /** Arguments; a function sees only what earlier answers held. */
  readonly with: Args | ((seen: Seen) => Args);
  /** What the person says in between, for readers and as a source of names and numbers the assistant may use. */
  readonly says?: string;
  /** What happens at the API just before: faults, other people. */
  readonly before?: (world: World) => void | Promise<void>;
  /** How the person answers a form. Absent: the conversation fails when somebody is asked. */
  readonly person?: Person;
  readonly answer: Expected;
}

export interface Conversation {
  /** The kind of conversation, and the name of its test. */
  readonly kind: string;
  /** The person's words. */
  readonly says: string | ((world: World) => string | Promise<string>);
  /** Environment of the server, beside address and token. */
  readonly env?: Readonly<Record<string, string>>;
  /** The account before the conversation: switches, other people's changes. Its effects do not count. */
  readonly given?: (world: World) => void | Promise<void>;
  /** A client that cannot show forms. */
  readonly formless?: boolean;
  /** The API can be taken off the network (`World.goesDownAfter`). */
  readonly outage?: boolean;
  /** Tools that must not be listed. */
  readonly absent?: readonly string[];
  readonly steps: readonly Step[];
  /** All changes in the end, exactly: everything else is a forbidden effect. */
  readonly effects: Effects;
  /** Mails that went out, as `kind to`, exactly. Default none. */
  readonly mails?: readonly string[];
  /** Most tool calls a sensible assistant needs. */
  readonly calls: number;
  /** State of the account in the end. */
  readonly end?: (world: World, seen: Seen) => void | Promise<void>;
}

import type { Clock } from "../domain/clock.ts";
import type { ConfirmMode } from "./ladder.ts";
import type { PasskeyStore } from "./passkeys/port.ts";
import type { Policy } from "./policy.ts";
import type { Approval, ApprovalStore, OutcomesOf, Plan } from "./port.ts";
import type { KeyRing } from "./seal.ts";

/** The approval page (`channels/page.ts`; over HTTP `hosted/approve.ts`). */
export interface PageChannel {
  /** It is behind a sign-in of its own: no browser can be opened from here, and its address may be told to anybody. */
  readonly remote?: true;
  /**
   * Sees to it that the page stands in the person's browser: starts it on first need, opens it again when it was closed.
   * False when no browser could be started, or none came although it was started.
   */
  open(): Promise<boolean>;
  /** It asked the server within the last seconds, or its browser is starting. */
  isOpen(): boolean;
  /** Where a person registers a passkey for it; absent: in a terminal. */
  readonly passkeyLink?: string;
  /** A one-time address that shows this approval and nothing else, for a person who has to open it. */
  linkTo(approval: Pick<Approval, "id" | "expires_at">): Promise<string>;
  /** Something waits there for the first time: whoever can answer it may be told. Never throws, and waits for nothing. */
  invite?(plan: Plan): void;
}

export interface GuardDeps {
  readonly store: ApprovalStore;
  readonly clock: Clock;
  readonly policy: Policy;
  readonly confirm: ConfirmMode;
  readonly page?: PageChannel;
  readonly outcomesOf?: OutcomesOf;
  /** Where the owner's policy wants them. */
  readonly passkeys?: PasskeyStore;
  /** What a person types to register one. */
  readonly passkeyCommand?: string;
  /** What helps where nobody could be asked. Absent: on a person's own computer. */
  readonly unasked?: string;
  /** Of the people here; a plan has its own. */
  readonly locale: string;
  /** In which a person reads times. */
  readonly timeZone: string;
  /** What a person types in a terminal of this machine, e.g. `invoicing-mcp approve`; null where that is not possible. */
  readonly terminalCommand: string | null;
  /** Seals what travels through clients. Absent: made new, so that what this process asked is answered here. */
  readonly keys?: KeyRing;
  /** Events with ids and words of this server; no texts from data. */
  readonly log: (event: string, fields: Readonly<Record<string, string | number | boolean | null>>) => void;
}

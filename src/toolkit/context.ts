import type { FreeAct } from "../acts/act.ts";
import type { InvoicesApi, ReadingApi } from "../api/port.ts";
import type { BrowserLinks, Downloads } from "../documents/port.ts";
import type { Clock, IsoDate } from "../domain/clock.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Organization } from "../domain/organization.ts";
import type { RequestMark } from "../domain/tracing.ts";
import type { Policy } from "../guard/policy.ts";
import type { Asker, Guard } from "../guard/port.ts";
import type { Journal, Outcome, PerformOptions } from "../journal/port.ts";

/** What the server is built from. Made once per process; nothing in it depends on a connection or a call. */
export interface Deps {
  readonly api: InvoicesApi;
  /** Opened at first use. Rejects with a `JournalError` when nothing may be written. */
  readonly journal: () => Promise<Journal>;
  readonly guard: () => Promise<Guard>;
  readonly policy: Policy;
  /** Mark of the address the last document for this customer went to, as far as the journal knows. */
  lastEmailTo(customerId: string): Promise<string | null>;
  readonly clock: Clock;
  /** The API's origin, e.g. `https://b.anny.co`: part of everything that is approved or recorded. */
  readonly origin: string;
  /** True when the API is the embedded simulator. */
  readonly simulator: boolean;
  /** Who acts: `local:<user>` over stdio, `<issuer>|<subject>` over HTTP. */
  readonly principal: string;
  /** Language of the person who approves: `de`, `en` … */
  readonly language: string;
  /** Tools that this start leaves out (mode, journal): no answer may send the assistant there. */
  readonly hiddenTools: readonly string[];
  /** IANA zone in which "today" and "overdue" are meant. */
  readonly timeZone: string;
  /** Absent when the owner allowed no folder. */
  readonly downloads?: Downloads;
  /** Absent where nobody sits in front of a browser of this machine. */
  readonly browserLinks?: BrowserLinks;
}

/** One call: its client and its cancellation. */
export interface Call {
  readonly asker: Asker;
  readonly signal: AbortSignal;
  /** Tells a waiting client that work goes on. Never throws. */
  progress(message: string): void;
  /** W3C trace context that came with the message. */
  readonly traceparent?: string;
  /** Over HTTP: how logs and traces name the request. */
  readonly request?: RequestMark;
  /** Over HTTP: throws where whoever made the call, or approved it, may not do that any more. */
  stillAllowed?(approvalId: string | null): Promise<void>;
}

/** What a read tool sees. */
export interface ReadContext {
  readonly api: ReadingApi;
  readonly organization: Organization;
  readonly origin: string;
  readonly simulator: boolean;
  readonly language: string;
  readonly hiddenTools: readonly string[];
  readonly timeZone: string;
  readonly today: IsoDate;
  readonly now: number;
  /** For work that has to end before clients give a call up. */
  readonly clock: Clock;
  readonly policy: Policy;
  lastEmailTo(customerId: string): Promise<string | null>;
  readonly signal: AbortSignal;
  readonly journal: () => Promise<Journal>;
  progress(message: string): void;
}

/** What a tool that saves files sees besides. */
export interface SaveContext extends ReadContext {
  /** `null` when the owner allowed no folder. */
  readonly downloads: Downloads | null;
  /** `null` where nobody sits in front of a browser here, or the client opens resources by itself. */
  readonly browserLinks: BrowserLinks | null;
}

/** An outcome with a result. Open ones end the call before a tool sees them. */
export type Settled<R> = Extract<Outcome<R>, { readonly outcome: "done" | "already_done" | "mismatch" }>;

/** What a tool that changes drafts sees besides: the one way to write. An act that leaves the house does not compile here. */
export interface DraftContext extends ReadContext {
  perform<A extends JsonObject, B extends JsonObject, R extends JsonObject, S extends object>(
    act: FreeAct<A, B, R, S>,
    args: A,
    options?: {
      readonly duplicate_of?: string | undefined;
      readonly note?: PerformOptions["note"];
      /** What the tool read of it a moment ago. */
      readonly reading?: S;
    },
  ): Promise<Settled<R>>;
}

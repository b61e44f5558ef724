import type { IsoDate } from "../domain/clock.ts";
import { ACTS, type Act } from "../domain/guarded-acts.ts";
import type { Invoice } from "../domain/invoice.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Place, Scope } from "../domain/scope.ts";

export { ACTS, type Act };

/** `approve`: a click. `typed`: the person types the gross amount or the last four characters of the number. */
export type ApprovalLevel = "approve" | "typed";

/** One reason to look twice, in one plain sentence of the server's own words (untrusted text quoted). */
export interface Risk {
  readonly code: string;
  readonly sentence: string;
  /** Raises the level to `typed`. */
  readonly raises: boolean;
}

/**
 * Everything that is bound by the approval and shown to the person, built from a fresh read and from nothing the model
 * said but the act itself. `facts` maps a label a person understands to its exact value; the digest covers act and facts.
 */
export interface Plan {
  readonly act: Act;
  /** Organization and environment (the API's origin) are part of what is approved. */
  readonly organization: {
    readonly id: string;
    readonly name: string | null;
    readonly origin: string;
    readonly simulator: boolean;
  };
  /** `Send invoice 1,785.00 EUR to Acme Inc (Jane Doe)`. Untrusted text quoted and on one line. */
  readonly title: string;
  /** Document(s) shown as a card: fresh reads. One, but for a batch. */
  readonly documents: readonly PlanDocument[];
  /** Further rows to show: batch totals, the new recipient, the operation's id. Display-ready. */
  readonly details: readonly { readonly label: string; readonly value: string }[];
  /** What will happen, one sentence each; the last says that it cannot be undone and what the way back is. */
  readonly consequences: readonly string[];
  readonly risks: readonly Risk[];
  readonly level: ApprovalLevel;
  /** What to type at level `typed`: any of `accepted`, compared after normalising spaces, case and thousands separators. */
  readonly typed: { readonly prompt: string; readonly accepted: readonly string[] } | null;
  /** Label → exact value. Two plans differ exactly in the facts that differ. */
  readonly facts: Readonly<Record<string, string>>;
  /** sha256 over the canonical JSON of act, organization (id, origin, simulator) and facts. */
  readonly digest: string;
  /** Locale of the people concerned (`de`, `en`) for the card. */
  readonly locale: string;
}

export interface PlanDocument {
  readonly invoice: Invoice;
  /** The e-mail the API will deliver to, from the customer record. `null` when there is none or nothing is mailed. */
  readonly email: string | null;
  readonly customer_name: string | null;
  /** Lines the API will fill a blank recipient block with on sending; empty when it will not. */
  readonly buyer_address: readonly string[];
  /** Of a batch: the line of the bank statement that this document is settled by. Texts from data. */
  readonly bank_line?: BankLine;
}

/** A payment as the bank states it, beside the invoice it is taken for. */
export interface BankLine {
  readonly day: IsoDate;
  readonly payer: string;
  /** With its currency, as it is to be shown. */
  readonly amount: string;
  readonly text: string;
  /** In what it differs from the invoice, in the server's own words; empty when it does not. */
  readonly differs: readonly string[];
}

export type ApprovalState = "pending" | "approved" | "declined" | "expired" | "used";
/**
 * `passkey`: the page, with a passkey's signature over what was shown. `other`: the page, by somebody else than who asked.
 * `other-with-passkey`: both, and the passkey is that of the other person.
 */
export const CHANNELS = [
  "form",
  "card",
  "page",
  "passkey",
  "other",
  "other-with-passkey",
  "terminal",
  "token",
  "policy",
] as const;
export type ApprovalChannel = (typeof CHANNELS)[number];
/** Where alone an approval counts, when the owner's policy names them as its `approver`. */
export const APPROVERS = ["passkey", "other", "other-with-passkey"] as const satisfies readonly ApprovalChannel[];
export type Approver = (typeof APPROVERS)[number];
/** What the yes of each takes. */
export const TAKES: Readonly<Record<Approver, { readonly other: boolean; readonly passkey: boolean }>> = {
  passkey: { other: false, passkey: true },
  other: { other: true, passkey: false },
  "other-with-passkey": { other: true, passkey: true },
};
/** Where a person answers without more: a no from any of them counts, whatever an approval takes. */
export const PERSON_CHANNELS = ["form", "card", "page", "terminal"] as const satisfies readonly ApprovalChannel[];
/** Whether a no from there counts for what only this one approves: it takes no passkey, whoever says it. */
export function takesNo(approver: Approver, channel: ApprovalChannel): boolean {
  return (
    channel === approver ||
    PERSON_CHANNELS.some((own) => own === channel) ||
    (channel === "other" && TAKES[approver].other)
  );
}

/** An approval as stored. Single use, bound to scope, act, subject and digest. */
export interface Approval extends Scope {
  /** 128 random bits, url-safe. Not a secret that approves: possession of it proves nothing. */
  readonly id: string;
  readonly state: ApprovalState;
  readonly act: Act;
  /** Canonical identity of the act (operation kind + arguments): the next identical call finds it by this. */
  readonly subject: string;
  readonly digest: string;
  /**
   * The plan as shown (`guard/snapshot.ts`), for the page and the terminal. Opaque JSON to the store; `null` once nothing
   * more can come of the approval: names, addresses and lines are not kept.
   */
  readonly plan: JsonObject | null;
  /** sha256 of the plan's canonical JSON: what was shown can be proven after it is gone. */
  readonly shown_hash: string;
  /** sha256 of the policy under which it was asked (`guard/policy.ts`). */
  readonly policy_hash: string;
  /** Where it may be answered. Holds for whoever takes the answer, whatever policy that process knows. */
  readonly channels: readonly ApprovalChannel[];
  /** Ids of the invoices it shows: each of a batch may be used once. */
  readonly documents: readonly string[];
  /** The customer whom the act mails, and a mark of the address (`guard/email-mark.ts`). */
  readonly delivered: { readonly customer_id: string; readonly email_mark: string } | null;
  /** Hashes of the locks of what it depends on: a change of any of these changes what was approved. */
  readonly locks: readonly string[];
  readonly channel: ApprovalChannel | null;
  /** Why this channel: what the client declared, what was tried before. */
  readonly channel_reason: string | null;
  readonly approved_by: "person" | "model" | "policy" | null;
  /** sha256 of the card's one-time secret; the secret itself is never stored. */
  readonly secret_hash: string | null;
  readonly created_at: number;
  readonly expires_at: number;
  readonly answered_at: number | null;
  /** What was typed wrongly, wherever it was: after a few it is withdrawn. */
  readonly wrong_entries: number;
  /** 2026 era: how often its form went out as a result. */
  readonly forms_sent: number;
  /** Its form stands or fell without an answer: another place is tried first. */
  readonly form_unanswered: boolean;
  /** `stands`: the card that was sent has reported that somebody's client shows it. */
  readonly card: "sent" | "stands" | null;
}

/** An approval as it is asked. What follows from the plan is worked out by the store; locks are given as they are. */
export type NewApproval = Omit<Approval, "plan" | "shown_hash" | keyof typeof NOT_YET_ASKED> & {
  readonly plan: JsonObject;
};

/** Of an approval that nobody has seen. */
export const NOT_YET_ASKED = {
  wrong_entries: 0,
  forms_sent: 0,
  form_unanswered: false,
  card: null,
} as const satisfies Partial<Approval>;

/** Kept in the same database as the journal, because consuming one and recording the dispatch are one transaction. */
export interface ApprovalStore {
  /**
   * False, and nothing is asked, where a question or an answer for the same scope and subject is open: equal calls of one
   * moment, at whichever instance, ask once.
   */
  create(approval: NewApproval): Promise<boolean>;
  get(id: string): Promise<Approval | null>;
  /** Pending or approved and not expired, or declined and not told yet; newest first, for the same scope and subject. */
  findOpen(key: Scope & { readonly subject: string; readonly now: number }): Promise<readonly Approval[]>;
  /** Waiting for an answer, newest first; of every scope that fits (`{}`: of all, for the owner of the file). */
  pending(scope: Partial<Scope>, now: number): Promise<readonly Approval[]>;
  /** Pending or approved ones that depend on any of these locks, e.g. `cust:4711`. */
  dependingOn(place: Place, locks: readonly string[], now: number): Promise<readonly Approval[]>;
  /**
   * Compare-and-set from `pending`; false when it was answered, used or expired meanwhile, or may not be answered there. A
   * refusal waits a day to be told (`expires_at`).
   */
  answer(
    id: string,
    answer: {
      readonly state: "approved" | "declined";
      readonly channel: ApprovalChannel;
      readonly approved_by: "person" | "model" | "policy";
      /** Who answered, where it is known and may be somebody else than who asked. */
      readonly principal?: string;
      readonly now: number;
    },
  ): Promise<boolean>;
  /**
   * Records the channel that is being tried and the hash of its secret; counts a form that goes out as a result. Only while
   * pending. True: another one, or none, was tried last.
   */
  offer(
    id: string,
    offer: {
      readonly channel: ApprovalChannel;
      readonly reason: string;
      readonly secret_hash?: string;
      readonly form_sent?: true;
    },
  ): Promise<boolean>;
  /** A form went out and nobody answered it, or the client shows its card. Only while pending. */
  note(id: string, what: "form_unanswered" | "card_stands"): Promise<void>;
  /** Counts a wrong entry, wherever it was made; the one that makes `most` withdraws it. False: it is closed. */
  strike(id: string, most: number, now: number): Promise<boolean>;
  /** Withdraws a pending or approved one whose document changed. */
  expire(id: string, now: number): Promise<void>;
  /** A refusal reached a call: true for the first one to say so. */
  told(id: string, now: number): Promise<boolean>;
  /** When people of this scope said no (`answered_at` of declined ones), at or after `since`. */
  declinedSince(key: Scope & { readonly since: number }): Promise<readonly number[]>;
  /** Mark of the address that the newest used approval for this customer delivered to. */
  lastDelivered(place: Place, customerId: string): Promise<string | null>;
  /** Count and gross of what left since then, per currency, for the policy's daily limits. */
  spentSince(
    place: Place,
    act: Act,
    since: number,
  ): Promise<readonly { readonly currency: string | null; readonly count: number; readonly gross: string }[]>;
}

/** What became of one act for which an approval was used, as the record has it. */
export interface ActOutcome {
  readonly state: "running" | "done" | "not_done" | "unclear";
  /** Number of the document that went out or came into being, where it is known. */
  readonly number: string | null;
  /** When it got there, in milliseconds since the epoch. */
  readonly at: number;
}

/** The record's word on what an approval was used for; nothing while it was not used. */
export type OutcomesOf = (approval: Approval) => Promise<readonly ActOutcome[]>;

/** What the client said it can do, and who it says it is (self-declared). */
export interface ClientFacts {
  readonly form: boolean;
  /** Renders MCP Apps (`io.modelcontextprotocol/ui` with our media type). */
  readonly apps: boolean;
  /** 2026-07-28 and later return `input_required`; earlier revisions are asked in the middle of the call. */
  readonly era: "push" | "input_required";
  /** Takes its person to an address when asked to (`elicitation`, mode `url`). */
  readonly visits?: boolean;
  /** This call asked to be told of its progress: it may be kept open while a person decides. */
  readonly progress: boolean;
  readonly name: string;
  readonly version: string;
}

/** One field of a form. No defaults: an answer nobody gave must not look like one. */
export type FormField =
  | { type: "boolean"; title: string; description?: string }
  | { type: "string"; title: string; description?: string; maxLength?: number }
  | { type: "string"; title: string; description?: string; enum: string[] };

/** A form as the elicitation request carries it: flat object of primitives. No defaults. */
export interface ApprovalForm {
  readonly message: string;
  readonly requestedSchema: {
    readonly type: "object";
    readonly properties: Readonly<Record<string, FormField>>;
    readonly required: readonly string[];
  };
}

/** A page that a client is asked to open for its person. That it did so approves nothing: the page does. */
export interface Visit {
  readonly message: string;
  readonly url: string;
  /** By which the client tells visits apart. No secret. */
  readonly id: string;
}

export type FormAnswer =
  | { readonly action: "accept"; readonly content: Readonly<Record<string, unknown>> }
  | { readonly action: "decline" | "cancel" }
  | { readonly action: "timeout" | "failed"; readonly reason: string };

/** One tool call's way to its client. Made in `server.ts`; nothing else knows the SDK. */
export interface Asker {
  readonly client: ClientFacts;
  /** Era `push`: asks now and waits. `state`: by which an answer that comes to another process counts there. */
  ask(form: ApprovalForm, timeoutMs: number, state: string): Promise<FormAnswer>;
  /** Era `push`: asks the client to open a page; whether it says that it did. */
  visit?(visit: Visit): Promise<boolean>;
  /** Era `input_required`: the answer and the state that came back with this call, if it is a retry. Untrusted. */
  readonly returned: { readonly state: string; readonly answer: FormAnswer } | null;
}

export type Authorisation =
  /** A person (or an explicit policy) approved exactly this plan. */
  | {
      readonly kind: "approved";
      readonly approval: Approval;
      /** What differs from an earlier approval of the same act, in words: the person approved this anew. */
      readonly changes: readonly string[];
    }
  /** Era `input_required`: end this call with these and wait for the retry. */
  | { readonly kind: "ask"; readonly approval: Approval; readonly form: ApprovalForm; readonly state: string }
  /** The same, for a page to be opened; what comes back with the retry says nothing. */
  | { readonly kind: "visit"; readonly approval: Approval; readonly visit: Visit; readonly state: string }
  /** Waiting for a person elsewhere. `tell_user` says where; the same call made again finds the approval. */
  | {
      readonly kind: "pending";
      readonly approval: Approval;
      readonly channel: ApprovalChannel;
      /** What changed since an earlier approval of the same act, in words; empty when nothing did. */
      readonly changes: readonly string[];
      readonly tell_user: string;
      /** One-time address of the approval page, where nobody knows whether the person sees the channel. Else null. */
      readonly link: string | null;
      /**
       * Channel `card`: goes into the result's `_meta` only, never into text or structure.
       * Channel `token` (explicit choice of the owner): told to the model, which calls again with it. Else null.
       */
      readonly secret: string | null;
    }
  /** Nothing happened and nothing will by this call. */
  | {
      readonly kind: "refused";
      /** `mistyped`: a person was there but what was typed does not match. `paused`: too many refusals in a row. */
      readonly reason: "declined" | "mistyped" | "unavailable" | "policy" | "paused";
      readonly message: string;
      readonly next: string;
    };

export interface Guard {
  /**
   * Decides whether the act may go on. Fails closed: every unexpected thing is `refused`.
   * `subject` is the canonical identity of the act (operation kind + arguments).
   */
  authorise(request: {
    readonly plan: Plan;
    readonly subject: string;
    readonly principal: string;
    /** Locks of what the plan depends on; what changes any of these finds the approval by them. */
    readonly locks?: readonly string[];
    /** Whether an equal call has done it by now: asked once the question stands in the store, before a person sees it. */
    readonly isDone?: () => Promise<boolean>;
    readonly asker: Asker;
    /** Only looked at when the owner chose `--confirm token`. */
    readonly token?: string;
    /** Called about every 10 s while a person is waited for, for the client's own time-out. */
    readonly onProgress?: (message: string) => void;
    readonly signal?: AbortSignal;
  }): Promise<Authorisation>;
  /**
   * Right before the act: whether the approval still covers what a fresh read gave. Throws `PolicyError` when a hard limit
   * is reached by now.
   */
  covers(approval: Approval, plan: Plan): Promise<boolean>;
  /** An answer to a form of era `push` that came to this process, while the call that asked waits at another. Untrusted. */
  answered(principal: string, state: string, answer: FormAnswer): Promise<void>;
  /**
   * The card's app-only tool calls this: `shown` once it stands, and after an approval to learn what became of it. Constant
   * answer for every wrong input.
   */
  answer(request: {
    readonly id: string;
    readonly secret: string;
    readonly decision: "approve" | "decline" | "shown";
    readonly typed?: string;
  }): Promise<{ readonly ok: boolean; readonly message: string; readonly outcome?: OutcomeView }>;
}

/**
 * Where an approved act stands, for the person who approved it. `waiting`: the assistant has to go on before anything
 * happens; `running`: under way; the others are the end.
 */
export interface OutcomeView {
  readonly is: "waiting" | "running" | "done" | "nothing" | "unclear";
  readonly text: string;
}

/** What risk rules look at besides the document: earlier invoices (drafts too) of the same customer, and today. */
export interface RiskContext {
  readonly today: IsoDate;
  readonly earlier: readonly Invoice[];
  /** False when not every earlier invoice could be read within the budget. */
  readonly earlier_complete: boolean;
  /** Mark of where the last invoice to this customer went, as far as this server's records know (`email-mark.ts`). */
  readonly last_email: string | null;
}

/** What a call asks approval for, and how its client is reached. */
export type ApprovalRequest = Parameters<Guard["authorise"]>[0];

import { createHash } from "node:crypto";
import type { Act } from "../../src/acts/act.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import type { Approval, ApprovalStore } from "../../src/guard/port.ts";
import type { GivenApproval, Journal, PerformOptions } from "../../src/journal/port.ts";
import { performAny } from "../harness/acts.ts";
import type { AttackName } from "./campaign.ts";
import type { Replaced } from "./world.ts";

/** The guard's checks, one per row of the table in `docs/safety.md`. */
export const CHECKS = [
  "answer",
  "single use",
  "content",
  "re-reading",
  "expiry",
  "subject",
  "subject and content",
  "user",
  "organization",
  "seal",
  "which question",
  "card secret",
  "page session",
  "form content",
  "typed text",
  "too fast",
  "no model tokens",
] as const;
export type Check = (typeof CHECKS)[number];

/** What the mocked functions look at. */
export const removed: { check: Check | null; latest: string } = { check: null, latest: "" };

export interface Ablation {
  /** The check in words, as in the table. */
  readonly says: string;
  readonly replaced: Replaced;
  /** Attacks that this check is there for; drawn from after each attack was played once. */
  readonly aimed: readonly AttackName[];
  /** Another check covers this one: without it alone nothing gets out. */
  readonly covered?: true;
  readonly only?: readonly AttackName[];
}

/** A store that finds more than it should, labelled as if it were right. */
function finding(more: (approval: Approval, key: Key) => Approval | null): Pick<Replaced, "approvals"> {
  return {
    approvals(store) {
      const ids: string[] = [];
      /** What a used one showed is let go of, which is a check of its own: without any, it would still be there. */
      const plans = new Map<string, Approval["plan"]>();
      return {
        ...through(store),
        async create(approval) {
          ids.unshift(approval.id);
          removed.latest = approval.id;
          plans.set(approval.id, approval.plan);
          return store.create(approval);
        },
        async findOpen(key) {
          const own = await store.findOpen(key);
          const found: Approval[] = [];
          for (const id of ids) {
            const approval = await store.get(id);
            const shown = approval === null ? null : more({ ...approval, plan: plans.get(id) ?? null }, key);
            if (shown !== null) found.push(shown);
          }
          return [...found, ...own.filter(({ id }) => !found.some((one) => one.id === id))];
        },
      };
    },
  };
}
type Key = Parameters<ApprovalStore["findOpen"]>[0];

/** All of a store, so that single functions can be replaced. */
function through(store: ApprovalStore): ApprovalStore {
  return {
    create: (approval) => store.create(approval),
    get: (id) => store.get(id),
    findOpen: (key) => store.findOpen(key),
    pending: (scope, now) => store.pending(scope, now),
    dependingOn: (place, locks, now) => store.dependingOn(place, locks, now),
    answer: (id, answer) => store.answer(id, answer),
    offer: (id, offer) => store.offer(id, offer),
    note: (id, what) => store.note(id, what),
    strike: (id, most, now) => store.strike(id, most, now),
    expire: (id, now) => store.expire(id, now),
    told: (id, now) => store.told(id, now),
    declinedSince: (key) => store.declinedSince(key),
    lastDelivered: (place, customerId) => store.lastDelivered(place, customerId),
    spentSince: (place, act, since) => store.spentSince(place, act, since),
  };
}

const isOpen = ({ state, expires_at }: Approval, { now }: Key) =>
  (state === "pending" || state === "approved") && now < expires_at;
const sameUser = (approval: Approval, key: Key) =>
  approval.principal === key.principal && approval.organization_id === key.organization_id;

/** As if it had been given for what is asked now. */
function relabelled(approval: Approval, key: Key): Approval {
  const act = /"kind":"(\w+)"/.exec(key.subject)?.[1];
  return { ...approval, subject: key.subject, act: ACTS.find((one) => one === act) ?? approval.act };
}
const ACTS = ["send_invoice", "mark_paid", "cancel_invoice", "change_recipient", "settle_payments"] as const;

function withoutRecheck(journal: Journal): Journal {
  return {
    recall: (operation, args, options) => journal.recall(operation, args, options),
    perform: <A extends JsonObject, B extends JsonObject, R extends JsonObject, S extends object>(
      act: Act<A, B, R, S>,
      args: A,
      { approval, ...options }: PerformOptions & { readonly approval?: GivenApproval<S> },
    ) =>
      performAny(journal, act, args, {
        ...options,
        ...(approval === undefined ? {} : { approval: { ...approval, covers: async () => {} } }),
      }),
    get: (id) => journal.get(id),
    list: (filter) => journal.list(filter),
    settle: (id, signal) => journal.settle(id, signal),
    resolve: (id, verdict, approval) => journal.resolve(id, verdict, approval),
    usedBankLines: (keys) => journal.usedBankLines(keys),
    keepLines: (lines) => journal.keepLines(lines),
    keptLines: (handles) => journal.keptLines(handles),
    superseded: (drafts) => journal.superseded(drafts),
    recover: () => journal.recover(),
  };
}

/** What stands in for each check. The rest of the removal is in the mocked functions of `ablation.test.ts`. */
export const ABLATIONS: Readonly<Record<Check, Ablation>> = {
  answer: {
    says: "Somebody must have answered: what is waiting counts as approved",
    aimed: ["press", "borrowed"],
    replaced: finding((approval, key) =>
      sameUser(approval, key) && approval.subject === key.subject && isOpen(approval, key)
        ? { ...approval, state: "approved", approved_by: "person" }
        : null,
    ),
  },
  "single use": {
    says: "An approval works once",
    aimed: ["usedUp"],
    replaced: finding((approval, key) =>
      sameUser(approval, key) &&
      approval.subject === key.subject &&
      approval.state === "used" &&
      key.now < approval.expires_at
        ? { ...approval, state: "approved" }
        : null,
    ),
  },
  content: {
    says: "The approval is for this content (digest, compared when found and again before the act)",
    aimed: ["changedAfterYes"],
    replaced: {},
  },
  "re-reading": {
    says: "The document is read again right before the act",
    aimed: ["changedWhileAsked"],
    replaced: { journal: withoutRecheck },
  },
  expiry: {
    says: "An approval lapses",
    aimed: ["late"],
    replaced: finding((approval, key) =>
      sameUser(approval, key) && approval.subject === key.subject && approval.state === "approved"
        ? { ...approval, expires_at: Number.MAX_SAFE_INTEGER }
        : null,
    ),
  },
  subject: {
    says: "The approval is for this act on this document, by name alone",
    aimed: ["otherAct"],
    covered: true,
    replaced: finding((approval, key) =>
      sameUser(approval, key) && isOpen(approval, key) && approval.state === "approved"
        ? relabelled(approval, key)
        : null,
    ),
  },
  "subject and content": {
    says: "The same, and the digest that covers it too",
    aimed: ["otherAct"],
    replaced: finding((approval, key) =>
      sameUser(approval, key) && isOpen(approval, key) && approval.state === "approved"
        ? relabelled(approval, key)
        : null,
    ),
  },
  user: {
    says: "The approval is this user's",
    aimed: ["borrowed"],
    replaced: finding((approval, key) =>
      approval.organization_id === key.organization_id && approval.subject === key.subject && isOpen(approval, key)
        ? { ...approval, principal: key.principal }
        : null,
    ),
  },
  organization: {
    says: "The approval is for this organization",
    aimed: ["borrowed"],
    replaced: finding((approval, key) =>
      approval.principal === key.principal && approval.subject === key.subject && isOpen(approval, key)
        ? { ...approval, organization_id: key.organization_id }
        : null,
    ),
  },
  seal: {
    says: "The state that travels through the client is sealed",
    aimed: ["states"],
    replaced: {},
  },
  "which question": {
    says: "An answer belongs to one question",
    aimed: ["replay"],
    replaced: finding(() => null),
  },
  "card secret": {
    says: "The card's secret must be right",
    aimed: ["selfAnswer", "press"],
    replaced: {},
  },
  "page session": {
    says: "The page's link, session and token must be right",
    aimed: ["page"],
    replaced: {},
    only: ["page"],
  },
  "form content": {
    says: "A form that is accepted must say so in its content",
    aimed: ["press", "autofill"],
    replaced: {},
  },
  "typed text": {
    says: "What was typed must match",
    aimed: ["press", "autofill"],
    replaced: {},
  },
  "too fast": {
    says: "A refusal within 0.3 s is no person's",
    aimed: ["dismiss"],
    replaced: {},
  },
  "no model tokens": {
    says: "The model has no token (`--confirm token` is your choice)",
    aimed: ["token"],
    replaced: { confirm: "token" },
  },
};

/** sha256 over nothing but what is left of an approval's content. */
export const fixedDigest = (left: string) => createHash("sha256").update(left).digest("hex");

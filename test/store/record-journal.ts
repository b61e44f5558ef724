import { rmSync } from "node:fs";
import type { ActKind } from "../../src/acts/index.ts";
import { ACTS, approvalSubject, publicArgs } from "../../src/acts/index.ts";
import { planMarkPaid } from "../../src/acts/mark-paid.ts";
import { askedApproval } from "../../src/guard/asked.ts";
import { planBatch } from "../../src/guard/plan-batch.ts";
import { defaultPolicy } from "../../src/guard/policy.ts";
import type { Plan } from "../../src/guard/port.ts";
import { fingerprint } from "../../src/journal/identity.ts";
import type { NewOperation } from "../../src/journal/rules/claim.ts";
import type { Change } from "../../src/journal/rules/transition.ts";
import type { OperationRow } from "../../src/journal/store-port.ts";
import { openStore } from "../../src/store/open.ts";
import { asker, context, customer, input, invoice, organization, sendPlan } from "../guard/setup.ts";

/**
 * Records a journal of the format that this version writes: `node --import tsx test/store/record-journal.ts FILE`. To be
 * run once per format, when its migration is done; see `journals/README.md` for the story.
 */
const [file = ""] = process.argv.slice(2);
rmSync(file, { force: true });
const ledger = openStore(file);
const THEN = Date.parse("2026-04-02T09:00:00Z");
const PLACE = { origin: "https://b.anny.co", organization_id: "org-1" };
const principal = "local:jane";
const at = { ...organization, ...{ origin: PLACE.origin } };
const note = { number: "R-2026-0042", amount: "1785", currency: "EUR", customer_id: "4711" };
let serial = 0;

type Args = Parameters<(typeof ACTS)[ActKind]["identity"]>[0];
async function claim(name: string, kind: ActKind, given: Args, more: Partial<NewOperation> = {}) {
  serial += 1;
  const operation = ACTS[kind];
  const args = operation.schemas.args.parse(given);
  const identity = operation.identity(args);
  const { type, id: subject_id } = operation.subject(args, null);
  const locks = operation.locks(args);
  const { latest } = await ledger.operations.look({ ...PLACE, locks, kind, subject_id });
  const claimed = await ledger.operations.claim({
    id: `op_${String(serial).padStart(2, "0")}_${name}`,
    ...PLACE,
    principal,
    kind,
    fingerprint: fingerprint(PLACE.organization_id, kind, identity, null),
    identity_hash: fingerprint(PLACE.organization_id, kind, identity, null),
    locks,
    subject_type: type,
    subject_id,
    args,
    before: {},
    owner: "gone|boot|1|1|x",
    lease_until: THEN + 60_000,
    duplicate_of: null,
    note: null,
    now: THEN + serial * 1000,
    seen: latest,
    approval: null,
    ...more,
  });
  if (claimed.is !== "claimed") throw new Error(`${name}: ${JSON.stringify(claimed)}`);
  return claimed.row;
}

async function move(row: OperationRow, change: Partial<Change> & Pick<Change, "state">): Promise<void> {
  const next = await ledger.operations.transition(row, {
    now: THEN + serial * 1000 + 500,
    event: "settled",
    ...change,
  });
  if (next === null || "refused" in next) throw new Error(`${row.id}: ${JSON.stringify(next)}`);
}

async function ask(name: string, plan: Plan, subject: string, answer: "approved" | "declined" | null) {
  const now = THEN + serial * 1000;
  const id = `approval-${name}`;
  const asked = askedApproval(
    { plan, subject, principal, asker: asker() },
    { confirm: "auto", policy: defaultPolicy, now },
  );
  await ledger.approvals.create({ ...asked, id, locks: ["cust:4711"] });
  await ledger.approvals.offer(id, { channel: "page", reason: "a page of this server, in the browser" });
  if (answer !== null) {
    await ledger.approvals.answer(id, { state: answer, channel: "page", approved_by: "person", now: now + 10 });
  }
  return { id, digest: plan.digest, subject };
}

const ends = (row: OperationRow) => ({ args: publicArgs(row.kind, row.args), candidates: [] });
const line = { title: "Consulting for Jane Doe", quantity: 1, amount: "10", tax_rate: "19" };
const open = (id: string) => invoice({ id, status: "sent", status_word: "sent" });
const plan = sendPlan({ organization: at });

const send = { invoice_id: "9b1c2a6e-0001" };
const sent = await claim("sent", "send_invoice", send, {
  note,
  request: { request_id: "req-sent", trace_id: "0af7651916cd43dd8448eb211c80319c" },
  approval: await ask("sent", plan, approvalSubject(ACTS.send_invoice, send), "approved"),
});
await move(sent, {
  ...ends(sent),
  state: "done",
  result: { ...send, number: "R-2026-0042" },
  remember: { until: null },
});

const jane = { email: "Jane@example.com", locale: "en", given_name: "Jane", family_name: "Doe" };
const made = await claim("customer", "create_customer", jane);
const id = "4711";
const day = { until: THEN + 86_400_000 };
await move(made, {
  ...ends(made),
  state: "done",
  result: { customer_id: id },
  resource_id: id,
  subject_id: id,
  remember: day,
});

const before = { item_ids: [], calculate_from_net: true };
await claim("dispatching", "add_item", { invoice_id: "9b1c2a6e-0002", ...line }, { before });

const paul = await claim("unknown", "create_customer", { email: "paul@example.com", locale: "en", given_name: "Paul" });
await move(paul, { state: "unknown", event: "read", why: "The request left, but no answer says what became of it." });

const draft = { customer_id: "4711", currency: "EUR", calculate_from_net: true, notes: "For Jane Doe" };
const two = await claim("ambiguous", "create_invoice", draft, { before: { ids: [], newest: null } });
const candidates = ["9b1c2a6e-0003", "9b1c2a6e-0004"];
await move(two, { state: "ambiguous", event: "read", why: "2 new, equal, empty drafts exist.", candidates });

const other = await claim("mismatch", "add_item", { invoice_id: "9b1c2a6e-0005", ...line }, { before });
await move(other, {
  ...ends(other),
  state: "mismatch",
  why: "Other totals.",
  result: { item_id: "i-1" },
  resource_id: "i-1",
});

const pay = { invoice_id: "9b1c2a6e-0006", send_notification: false };
const payPlan = planMarkPaid({
  ...input({ invoice: open(pay.invoice_id), organization: at }),
  send_notification: false,
});
const unsent = await claim("unsent", "mark_paid", pay, {
  note,
  approval: await ask("unsent", payPlan, approvalSubject(ACTS.mark_paid, pay), "approved"),
});
await move(unsent, { ...ends(unsent), state: "not_done", why: "It never left.", remember: null, rearm: true });

const ids = ["9b1c2a6e-0007", "9b1c2a6e-0008"];
const entries = ids.map((one) => ({
  invoice: open(one),
  customer: customer(),
  context: context(),
  send_notification: false,
}));
const batchPlan = planBatch({ entries, organization: at, policy: defaultPolicy, locale: "en" });
const batch = await claim(
  "batch",
  "mark_paid",
  { invoice_id: "9b1c2a6e-0007", send_notification: false },
  {
    note,
    approval: await ask("batch", batchPlan, "batch", "approved"),
    bank_lines: [{ key: "2026-04-02 1785.00 EUR", shown: "ACME 1.785,00" }],
  },
);
await move(batch, { ...ends(batch), state: "done", result: { status: "paid" }, remember: { until: null } });
await ledger.facts.put(batch, { kind: "superseded", key: "9b1c2a6e-0009", value: { by: "9b1c2a6e-0007" }, at: THEN });

await ask("declined", plan, "s-declined", "declined");
await ask("withdrawn", plan, "s-withdrawn", null);
await ledger.approvals.expire("approval-withdrawn", THEN + 30_000);
await ask("waiting", plan, "s-waiting", null);
await ledger.approvals.strike("approval-waiting", 5, THEN + 30_000);
await ledger.seenLines.keep(
  { ...PLACE, principal },
  [{ handle: "k3f9", content: { text: "RE 42 ACME" } }],
  THEN + serial * 1000,
);
process.stdout.write(`${JSON.stringify(await ledger.audit.verify())}\n`);
await ledger.close();

import { type AddItemArgs, addItemArgs } from "../../src/acts/add-item.ts";
import { approvalSubject } from "../../src/acts/index.ts";
import { sendInvoice } from "../../src/acts/send-invoice.ts";
import type { InvoicesApi, WriteEvidence } from "../../src/api/port.ts";
import { decimal } from "../../src/domain/money.ts";
import type { Act } from "../../src/guard/port.ts";
import type { Ledger } from "../../src/journal/ledger.ts";
import type { GivenApproval } from "../../src/journal/port.ts";
import type { JournalOptions } from "../../src/journal/settings.ts";
import { openStore } from "../../src/store/open.ts";
import { givenApproval, placeIn } from "../harness/approvals.ts";
import { journalIn, type TestJournal } from "../harness/journal.ts";
import { Random } from "./random.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { World } from "./world.ts";

const CALM = { faults: 0, readFaults: 0, lateMs: 1, lagMs: 0 };

/** The engine on a virtual clock, the API at rest, and a journal in memory. */
export interface Bench {
  readonly clock: VirtualClock;
  readonly world: World;
  readonly store: Ledger;
  readonly draft: string;
  readonly open: string;
  readonly customer: string;
  journal(change?: (api: InvoicesApi) => Partial<InvoicesApi>, more?: Partial<JournalOptions>): TestJournal;
  approve(act: Act, subject: string): Promise<GivenApproval>;
  line(title?: string): AddItemArgs;
}

export function bench(): Bench {
  const clock = new VirtualClock();
  const world = new World(clock, new Random(1), CALM);
  const store = openStore(":memory:");
  const customer = world.seedCustomer("a@example.com");
  const draft = world.seedInvoice(customer, "draft", "Seeded");
  const open = world.seedInvoice(customer, "sent", "Seeded");
  let approvals = 0;
  return {
    clock,
    world,
    store,
    customer,
    draft,
    open,
    journal(change = () => ({}), more = {}) {
      const api = world.api(() => true);
      return journalIn(
        { ...placeIn("org"), principal: "p" },
        {
          store,
          api: { ...api, ...change(api) },
          clock,
          owner: "me",
          isOwnerAlive: (owner) => owner === "me",
          random: () => 0,
          ...more,
        },
      );
    },
    async approve(act, subject) {
      approvals += 1;
      const id = `approval-${approvals}`;
      await store.approvals.create(
        givenApproval(clock.now(), { id, act, subject, organization_id: "org", digest: "d" }),
      );
      return { id, digest: "d", locks: [], covers: () => Promise.resolve() };
    },
    line: (title = "A") =>
      addItemArgs(draft, { title, quantity: 2, tax_rate: decimal("19.0"), amount: decimal("12.50") }),
  };
}

export const approvedSend = async ({ approve, draft }: Bench) => ({
  approval: await approve("send_invoice", approvalSubject(sendInvoice, { invoice_id: draft })),
});
export const lost = <R>(): Promise<WriteEvidence<R>> =>
  Promise.resolve({ kind: "unknown", status: null, reason: "connection reset" });

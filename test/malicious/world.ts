import { createHttpApi } from "../../src/api/http.ts";
import type { InvoicesApi, WriteEvidence } from "../../src/api/port.ts";
import type { Invoice } from "../../src/domain/invoice.ts";
import { canonicalJson } from "../../src/domain/json.ts";
import { type ApprovalPage, createApprovalPage } from "../../src/guard/channels/page.ts";
import { createGuard } from "../../src/guard/guard.ts";
import type { ConfirmMode } from "../../src/guard/ladder.ts";
import { defaultPolicy } from "../../src/guard/policy.ts";
import type { Act, ApprovalStore, Asker } from "../../src/guard/port.ts";
import type { Journal } from "../../src/journal/port.ts";
import { type RunningSimulator, startSimulator } from "../../src/simulator/index.ts";
import { openStore } from "../../src/store/open.ts";
import type { Call, Deps } from "../../src/toolkit/context.ts";
import type { ToolAnswer } from "../../src/toolkit/report.ts";
import { tools } from "../../src/tools/index.ts";
import { HeldClock } from "../guard/setup.ts";
import { ORIGIN, placeIn } from "../harness/approvals.ts";
import { journalIn, type TestJournal } from "../harness/journal.ts";
import { type ActArgs, Ledger } from "./ledger.ts";

/** Parts of the server that a test replaces. */
export interface Replaced {
  readonly approvals?: (store: ApprovalStore) => ApprovalStore;
  readonly journal?: (journal: Journal) => Journal;
  readonly confirm?: ConfirmMode;
  /** False: no browser can be started. */
  readonly opens?: boolean;
  readonly terminalCommand?: string;
}

/** Somebody's connection to the server: who acts, and for which organization. */
export interface Session {
  readonly name: "owner" | "stranger" | "elsewhere";
  readonly principal: string;
  readonly organization: string;
  readonly deps: Deps;
}

export interface World {
  readonly clock: HeldClock;
  readonly simulator: RunningSimulator;
  /** The API of somebody else, which this server has no business with. */
  readonly foreign: RunningSimulator;
  readonly ledger: Ledger;
  /** The person whose approvals count. */
  readonly owner: Session;
  /** Another user of the same server. */
  readonly stranger: Session;
  /** The same user in another organization. */
  readonly elsewhere: Session;
  readonly page: ApprovalPage;
  /** Links to the page as the person's browser got them. */
  readonly links: string[];
  /** Everything the guard logged, with ids. */
  readonly log: { readonly event: string; readonly fields: Readonly<Record<string, unknown>> }[];
  readonly approvals: ApprovalStore;
  readonly api: InvoicesApi;
  calls: number;
  /** Forms that the person is reading: no time passes but the person's. */
  reading: number;
  call(session: Session, tool: string, args: unknown, asker: Asker): Promise<ToolAnswer>;
  /** What the API holds of a document and of its customer now. */
  content(invoiceId: string): Promise<string>;
  close(): Promise<void>;
}

const PLENTY = { reads_per_minute: 1e9, writes_per_minute: 1e9, identical_per_second: 1e9, max_wait_ms: 0 };

/**
 * The whole server but its protocol layer: tools, guard, page, journal and store over HTTP to a simulator. Three sessions
 * share one guard and one store, as the users of one process do. Only time is held.
 */
export async function startWorld(replaced: Replaced = {}): Promise<World> {
  const clock = new HeldClock();
  const simulator = await startSimulator({ now: () => clock.now() });
  const foreign = await startSimulator({ now: () => clock.now() });
  const api = createHttpApi({
    base_url: simulator.url,
    token: simulator.token,
    clock,
    user_agent: "invoicing-mcp/test",
    budget: PLENTY,
  });
  const organization = await api.organization();
  const store = openStore(":memory:");
  const approvals = replaced.approvals?.(store.approvals) ?? store.approvals;
  const log: { event: string; fields: Readonly<Record<string, unknown>> }[] = [];
  const note = (event: string, fields: Readonly<Record<string, unknown>>) => void log.push({ event, fields });
  const links: string[] = [];
  const page = createApprovalPage({
    store: approvals,
    clock,
    policy: defaultPolicy,
    scope: {},
    locale: "en",
    timeZone: "Europe/Berlin",
    log: note,
    openBrowser: async (link) => {
      if (replaced.opens === false) return false;
      links.push(link);
      return true;
    },
  });
  const guard = createGuard({
    store: approvals,
    clock,
    policy: defaultPolicy,
    confirm: replaced.confirm ?? "auto",
    page,
    terminalCommand: replaced.terminalCommand ?? null,
    locale: "en",
    timeZone: "Europe/Berlin",
    log: note,
  });
  const content = (id: string) => contentOf(api, id);
  const ledger = new Ledger(clock, content);
  const journals: TestJournal[] = [];
  const session = (name: Session["name"], principal: string, organization_id: string): Session => {
    const own: InvoicesApi = {
      ...watched(api, (act, invoiceId, args) =>
        ledger.dispatched({ principal, organization_id, act, invoiceId, args }),
      ),
      organization: async () => ({ id: organization_id, name: organization.name }),
    };
    const made = journalIn(
      { ...placeIn(organization_id), principal: principal },
      {
        store,
        api: own,
        clock,
        owner: `${name} process`,
        isOwnerAlive: () => true,
      },
    );
    journals.push(made);
    const journal = replaced.journal?.(made) ?? made;
    return {
      name,
      principal,
      organization: organization_id,
      deps: {
        api: own,
        journal: async () => journal,
        guard: async () => guard,
        policy: defaultPolicy,
        lastEmailTo: (customerId) => approvals.lastDelivered(placeIn(organization_id), customerId),
        clock,
        origin: ORIGIN,
        simulator: true,
        principal,
        timeZone: "Europe/Berlin",
        language: "en",
        hiddenTools: [],
      },
    };
  };
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const world: World = {
    clock,
    simulator,
    foreign,
    ledger,
    owner: session("owner", "local:owner", organization.id),
    stranger: session("stranger", "local:stranger", organization.id),
    elsewhere: session("elsewhere", "local:owner", "another-organization"),
    page,
    links,
    log,
    approvals,
    api,
    calls: 0,
    reading: 0,
    async call({ deps }, name, args, asker) {
      const tool = byName.get(name);
      if (tool === undefined) throw new Error(`no tool ${name}`);
      world.calls += 1;
      const call: Call = { asker, signal: new AbortController().signal, progress: () => {} };
      const answer = await patiently(clock, tool.call(deps, args, call), () => world.reading > 0);
      ledger.heard(answer);
      return answer;
    },
    content,
    async close() {
      await page.close();
      for (const journal of journals) await patiently(clock, journal.close());
      await store.close();
      await simulator.close();
      await foreign.close();
    },
  };
  return world;
}

/** Lets held time pass for work that waits for nothing else. */
async function patiently<T>(clock: HeldClock, work: Promise<T>, isHeld = () => false): Promise<T> {
  let ended = false;
  const end = () => {
    ended = true;
  };
  work.then(end, end);
  for (;;) {
    await Promise.race([work.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 30))]);
    if (ended) return work;
    if (clock.sleeping > 0 && !isHeld()) await clock.advance(10_000);
  }
}

/** The acts that leave the house, told to the witness before each of them is sent. */
function watched(
  api: InvoicesApi,
  witness: (act: Act, invoiceId: string, args: ActArgs) => Promise<(applied: boolean) => void>,
): InvoicesApi {
  const around = async (act: Act, id: string, args: ActArgs, work: () => Promise<WriteEvidence<Invoice>>) => {
    const answered = await witness(act, id, args);
    const evidence = await work();
    answered(evidence.kind === "applied");
    return evidence;
  };
  return {
    ...api,
    sendInvoice: (id, call) => around("send_invoice", id, {}, () => api.sendInvoice(id, call)),
    markPaid: (id, notify, call) =>
      around("mark_paid", id, { send_notification: notify }, () => api.markPaid(id, notify, call)),
    cancelInvoice: (id, call) => around("cancel_invoice", id, {}, () => api.cancelInvoice(id, call)),
    changeRecipient: (id, customer, call) =>
      around("change_recipient", id, { customer_id: customer }, () => api.changeRecipient(id, customer, call)),
  };
}

/** Read by an own request, not by the code under test's plan: what a person relies on when approving. */
async function contentOf(api: InvoicesApi, id: string): Promise<string> {
  const invoice = await api.getInvoice(id);
  const customer = invoice.customer_id === null ? null : await api.getCustomer(invoice.customer_id);
  return canonicalJson([
    invoice.id,
    invoice.status,
    invoice.currency,
    invoice.total?.toFixed() ?? null,
    invoice.recipient,
    invoice.invoicing_party,
    invoice.notes,
    invoice.vat_number,
    invoice.issued_at,
    invoice.due_date,
    invoice.customer_id,
    customer?.email ?? null,
    (invoice.items ?? []).map((item) => [
      item.title,
      item.subtitle,
      item.quantity.toFixed(),
      item.tax_rate.toFixed(),
      item.single_net_amount?.toFixed() ?? null,
      item.single_gross_amount?.toFixed() ?? null,
    ]),
  ]);
}

import type { Conversation } from "../conversation.ts";
import { approves, declines } from "../person.ts";

const nordlicht = "hej@nordlicht.example";

const twoLines = {
  customer: nordlicht,
  currency: "EUR",
  items: [
    { title: "Coworking Flex November 2026", quantity: 3, tax_rate: 19, single_net_amount: 119 },
    { title: "Schrank November 2026", quantity: 1, tax_rate: 19, single_net_amount: 10 },
  ],
};

export const trouble: readonly Conversation[] = [
  {
    kind: "the answer to sending is lost, and the call repeated",
    says: "Send the draft of Raman Analytics.",
    steps: [
      { call: "list_invoices", with: { search: "Raman", status: "draft" }, answer: {} },
      {
        before: (world) =>
          world.simulator.faults.add({ kind: "reset_after", method: "POST", path: "/invoices/*/send" }),
        call: "send_invoice",
        with: (seen) => ({ invoice_id: seen.of(0, "invoices", 0, "id") }),
        person: approves,
        answer: { outcome: "done", asks: ["550.00 EUR"], says: [/^Sent invoice RE-/] },
      },
      {
        call: "send_invoice",
        with: (seen) => ({ invoice_id: seen.of(0, "invoices", 0, "id") }),
        answer: { outcome: "already_done", says: [/^This call changed nothing: it was done at/] },
      },
    ],
    effects: { "invoice.sent": 1 },
    mails: ["invoice finance@raman-analytics.example"],
    calls: 3,
  },
  {
    kind: "the answer to a new draft is lost",
    says: `Draft for ${nordlicht}: 3 seats at 119 and a locker at 10, net, 19 %, November 2026.`,
    steps: [
      {
        before: (world) => {
          world.simulator.faults.add({ kind: "reset_after", method: "POST", path: "/invoices" });
          world.simulator.faults.add({ kind: "bad_json", method: "POST", path: "/items" });
        },
        call: "prepare_invoice",
        with: twoLines,
        answer: { outcome: "done", says: ["2 lines", "gross 436.73 EUR"] },
      },
      {
        call: "prepare_invoice",
        with: twoLines,
        answer: { outcome: "already_done", says: ["prepared before", "duplicate_of"], hides: ["Draft prepared"] },
      },
    ],
    effects: { "invoice.created": 1, "item.created": 2 },
    calls: 2,
  },
  {
    kind: "a line refused in the middle of a draft, and resumed",
    says: `Draft for ${nordlicht}: 3 seats at 119 and a locker at 10, net, 19 %, November 2026.`,
    steps: [
      {
        before: (world) =>
          world.simulator.faults.add({ kind: "status_before", status: 422, method: "POST", path: "/items", skip: 1 }),
        call: "prepare_invoice",
        with: twoLines,
        answer: {
          outcome: "partial",
          says: ["stopped before it was complete", "Done so far", "repeats nothing"],
          so_far: { "invoice.created": 1, "item.created": 1 },
        },
      },
      {
        call: "send_invoice",
        with: (seen) => ({ invoice_id: /create_invoice ([0-9a-f-]{36})/.exec(seen.last("done_before", 0))?.[1] }),
        answer: { error: "wrong_state", says: ["not complete", "1 of its 2 lines"] },
      },
      {
        call: "prepare_invoice",
        with: twoLines,
        answer: { outcome: "done", says: ["gross 436.73 EUR"] },
      },
    ],
    effects: { "invoice.created": 1, "item.created": 2 },
    calls: 3,
  },
  {
    kind: "the API is down when a draft is prepared",
    says: `Draft for ${nordlicht}: 3 seats at 119 and a locker at 10, net, 19 %, November 2026.`,
    steps: [
      {
        before: (world) => world.simulator.faults.add({ kind: "status_before", status: 503, body: "html", times: 12 }),
        call: "prepare_invoice",
        with: twoLines,
        answer: { error: "unavailable", says: ["503"], so_far: {} },
      },
      {
        before: (world) => world.simulator.faults.clear(),
        call: "prepare_invoice",
        with: twoLines,
        answer: { outcome: "done", says: ["gross 436.73 EUR"] },
      },
    ],
    effects: { "invoice.created": 1, "item.created": 2 },
    calls: 2,
  },
  {
    kind: "the API goes down in the middle of a draft, which is resumed later",
    outage: true,
    says: `Draft for ${nordlicht}: 3 seats at 119 and a locker at 10, net, 19 %, November 2026.`,
    steps: [
      {
        before: (world) => world.goesDownAfter("item.created"),
        call: "prepare_invoice",
        with: twoLines,
        answer: {
          outcome: "partial",
          says: ["stopped before it was complete", "Done so far", "add_item", "repeats nothing"],
          so_far: { "invoice.created": 1, "item.created": 1 },
        },
      },
      {
        before: (world) => world.comesBack(),
        call: "prepare_invoice",
        with: twoLines,
        answer: { outcome: "done", says: ["2 lines", "gross 436.73 EUR"] },
      },
    ],
    effects: { "invoice.created": 1, "item.created": 2 },
    calls: 2,
  },
  {
    kind: "nobody can tell whether a line was added",
    says: `Draft for ${nordlicht}: 3 seats at 119 and a locker at 10, net, 19 %, November 2026.`,
    steps: [
      {
        before: (world) => {
          world.simulator.faults.add({ kind: "reset_before", method: "POST", path: "/items" });
        },
        call: "prepare_invoice",
        with: twoLines,
        answer: {
          outcome: "unknown",
          says: ["not known whether", "get_operation", "create_invoice"],
          so_far: { "invoice.created": 1 },
        },
      },
      {
        call: "get_operation",
        with: (seen) => ({ operation_id: seen.last("operation_id") }),
        answer: { says: ["add_item", "unknown", "do not do it another way"] },
      },
      { call: "list_operations", with: { only_open: true }, answer: { says: ["add_item"] } },
    ],
    effects: { "invoice.created": 1 },
    calls: 3,
  },
  {
    kind: "no permission",
    says: `Draft for ${nordlicht}: 3 seats at 119 and a locker at 10, net, 19 %, November 2026.`,
    given: (world) => world.simulator.setSwitches({ abilities: "read_only" }),
    steps: [
      {
        call: "prepare_invoice",
        with: twoLines,
        answer: { error: "permission", says: ["permission", "admin token"] },
      },
    ],
    effects: {},
    calls: 1,
  },
  {
    kind: "too many requests",
    says: "List the overdue invoices.",
    steps: [
      {
        before: (world) =>
          world.simulator.faults.add({ kind: "status_before", status: 429, retry_after: 40, times: 9 }),
        call: "list_invoices",
        with: { status: "overdue" },
        answer: { error: "rate_limited", says: ["Wait 40 s, then"], so_far: {} },
      },
    ],
    effects: {},
    calls: 1,
  },
  {
    kind: "a second equal invoice on purpose",
    says: `Draft for ${nordlicht}: 3 seats at 119 and a locker at 10, net, 19 %, November 2026. Twice, it is two invoices.`,
    steps: [
      { call: "prepare_invoice", with: twoLines, answer: { outcome: "done" } },
      { call: "prepare_invoice", with: twoLines, answer: { outcome: "already_done", says: ["duplicate_of"] } },
      {
        call: "prepare_invoice",
        with: (seen) => ({
          ...twoLines,
          duplicate_of: /duplicate_of "(op_\w+)"/.exec(seen.answers[1]?.text ?? "")?.[1],
        }),
        answer: { outcome: "done", says: ["Draft prepared"] },
      },
    ],
    effects: { "invoice.created": 2, "item.created": 4 },
    calls: 3,
  },
  {
    kind: "an id that does not exist",
    says: "Send invoice 123456, and show me RE-1999-0001.",
    steps: [
      {
        call: "send_invoice",
        with: { invoice_id: "123456" },
        answer: { error: "not_found", says: ["123456", "list_invoices"] },
      },
      {
        call: "get_invoice",
        with: { invoice_id: "#RE-1999-0001" },
        answer: { error: "not_found", says: ["RE-1999-0001", "list_invoices"] },
      },
    ],
    effects: {},
    calls: 2,
  },
  {
    kind: "what did you do today",
    says: async (world) => `Mark ${(await world.document(nordlicht, "sent")).number} as paid. — What did you do today?`,
    steps: [
      { call: "list_invoices", with: { search: "Nordlicht", status: "sent" }, answer: {} },
      {
        call: "mark_paid",
        with: (seen) => ({ invoice_id: `#${seen.of(0, "invoices", 0, "number")}` }),
        person: approves,
        answer: { outcome: "done", asks: ["424.83 EUR"] },
      },
      {
        call: "list_operations",
        with: {},
        answer: { says: ["mark_paid", "424.83 EUR", "mark_paid: 1 done, 424.83 EUR"] },
      },
    ],
    effects: { "invoice.paid": 1 },
    calls: 3,
  },
  {
    kind: "nobody can be asked",
    formless: true,
    env: { INVOICES_CONFIRM: "form" },
    says: "Send the draft of Raman Analytics.",
    steps: [
      { call: "list_invoices", with: { search: "Raman", status: "draft" }, answer: {} },
      {
        call: "send_invoice",
        with: (seen) => ({ invoice_id: seen.of(0, "invoices", 0, "id") }),
        answer: { error: "refused", says: ["Nobody could be asked", "--confirm page"] },
      },
    ],
    effects: {},
    calls: 2,
  },
  {
    kind: "approval elsewhere: the terminal",
    formless: true,
    says: "Send the draft of Raman Analytics.",
    steps: [
      { call: "list_invoices", with: { search: "Raman", status: "draft" }, answer: {} },
      {
        call: "send_invoice",
        with: (seen) => ({ invoice_id: seen.of(0, "invoices", 0, "id") }),
        answer: { outcome: "approval_required", says: ["Waiting for approval", "approve", "same arguments"] },
      },
    ],
    effects: {},
    calls: 2,
  },
  {
    kind: "a person who declines",
    says: "Send the draft of Raman Analytics.",
    steps: [
      { call: "list_invoices", with: { search: "Raman", status: "draft" }, answer: {} },
      {
        call: "send_invoice",
        with: (seen) => ({ invoice_id: seen.of(0, "invoices", 0, "id") }),
        person: declines,
        answer: { error: "refused", asks: ["550.00 EUR"], says: ["The person declined. Nothing was done."] },
      },
    ],
    effects: {},
    calls: 2,
  },
  {
    kind: "only drafts are allowed",
    env: { INVOICES_MODE: "draft-only" },
    says: `Bill ${nordlicht}: 3 seats at 119 and a locker at 10, net, 19 %, November 2026, and send it.`,
    absent: ["send_invoice", "mark_paid", "cancel_invoice", "change_recipient", "settle_payments"],
    steps: [
      {
        call: "prepare_invoice",
        with: twoLines,
        answer: { outcome: "done", says: ["436.73 EUR"] },
      },
    ],
    effects: { "invoice.created": 1, "item.created": 2 },
    calls: 1,
  },
  {
    kind: "only reading is allowed",
    env: { INVOICES_MODE: "read-only" },
    says: "Is there a draft for Raman Analytics? Show it.",
    absent: [
      "prepare_invoice",
      "create_invoice",
      "add_item",
      "update_invoice",
      "create_customer",
      "send_invoice",
      "mark_paid",
    ],
    steps: [
      { call: "list_invoices", with: { search: "Raman", status: "draft" }, answer: { says: ["550.00 EUR"] } },
      {
        call: "get_invoice",
        with: (seen) => ({ invoice_id: seen.last("invoices", 0, "id") }),
        answer: { says: ["550.00 EUR"] },
      },
    ],
    effects: {},
    calls: 2,
  },
];

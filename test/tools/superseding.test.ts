import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { isJsonObject, type JsonObject } from "../../src/domain/json.ts";
import type { Switches } from "../../src/simulator/index.ts";
import {
  type Answered,
  approves,
  type Bench,
  listOf,
  type Person,
  part,
  startBench,
  textOf,
} from "../harness/mcp-tools.ts";
import { freshDraft } from "../laws/answers.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

let other: Bench | null = null;
afterEach(async () => {
  await other?.close();
  other = null;
});
async function with_(switches: Partial<Switches>): Promise<Bench> {
  other = await startBench({ switches });
  return other;
}

const sent = (on: Bench, id: string) =>
  on.simulator.effects().filter(({ kind, resource_id }) => kind === "invoice.sent" && resource_id === id).length;

/** A draft and the corrected copy that stands for it. */
async function corrected(on: Bench, quantity = 9): Promise<{ readonly former: string; readonly copy: string }> {
  const former = await freshDraft(on);
  return { former, copy: await copyOf(on, former, quantity) };
}
async function copyOf(on: Bench, invoice_id: string, quantity: number): Promise<string> {
  const made = await on.ok("copy_invoice", { invoice_id, lines: [{ line: 1, quantity }], supersedes: true });
  return textOf(made, "invoice_id");
}

function itemsOf(answer: Answered): string[] {
  const { items } = part(answer, "invoice");
  return Array.isArray(items) ? items.flatMap((item) => (isJsonObject(item) ? [String(item["id"])] : [])) : [];
}

/** The arguments of the call that an answer offers. */
function offered(text: string): Readonly<Record<string, unknown>> {
  const args: unknown = JSON.parse(/copy_invoice (\{.*\})\./.exec(text)?.[1] ?? "null");
  if (!isJsonObject(args)) throw new Error(text);
  return args;
}

describe("where the API has no route to change a line", () => {
  it.each(["404", "405"] as const)("(%s) the copy that is offered does it and stands for the draft", async (route) => {
    const on = await with_({ item_routes: route });
    const former = await freshDraft(on);
    const refused = await on.refused("update_item", { invoice_id: former, line: 1, quantity: 9 });
    const made = await on.ok("copy_invoice", offered(refused.text));
    const copy = textOf(made, "invoice_id");
    expect(made.structured["changes"]).toEqual(["line 1: quantity 2 → 9"]);
    expect(made.structured["done"]).toContain(`It stands for draft ${former}, which can no longer be sent by mistake.`);
    const answer = await on.refused("send_invoice", { invoice_id: former });
    expect(part(answer, "error")).toMatchObject({ code: "wrong_state", effect: "none" });
    expect(answer.text).toContain(`was replaced by its corrected copy ${copy}. Nothing was sent.`);
    await on.ok("send_invoice", { invoice_id: copy });
    expect([sent(on, former), sent(on, copy)]).toEqual([0, 1]);
  });

  it("the copy that is offered leaves the line out", async () => {
    const on = await with_({ item_routes: "405" });
    const former = await freshDraft(on, 2);
    const [, item] = itemsOf(await on.ok("get_invoice", { invoice_id: former }));
    const refused = await on.refused("remove_item", { invoice_id: former, item_id: item ?? "" });
    expect(offered(refused.text)).toEqual({
      invoice_id: former,
      supersedes: true,
      lines: [{ line: 2, remove: true }],
    });
    const made = await on.ok("copy_invoice", offered(refused.text));
    expect(itemsOf(made)).toHaveLength(1);
  });
});

describe("a draft with a corrected copy", () => {
  it("is marked wherever it is read, and keeps what was set by hand", async () => {
    const former = await freshDraft(bench);
    await bench.ok("update_invoice", { invoice_id: former, recipient: "Büro Nord\nKiel", due_date: "2026-05-01" });
    const made = await bench.ok("copy_invoice", { invoice_id: former, discount: 10, supersedes: true });
    const copy = textOf(made, "invoice_id");
    expect(part(made, "invoice")).toMatchObject({ recipient: ["Büro Nord", "Kiel"], due_date: "2026-05-01" });
    const read = await bench.ok("get_invoice", { invoice_id: former });
    expect(part(read, "invoice")["superseded_by"]).toBe(copy);
    expect(read.text).toContain(`replaced by ${copy}, not to be sent`);
    expect(read.structured["next"]).toBe(`Its corrected copy counts: get_invoice ${copy}.`);
    const listed = await bench.ok("list_invoices", { status: "draft", limit: 50 });
    const marks = listOf(listed, "invoices").map(({ id, superseded_by }) => [id, superseded_by]);
    expect(marks).toContainEqual([former, copy]);
    expect(marks).toContainEqual([copy, undefined]);
    expect(listed.text).toContain(`replaced by ${copy}, not to be sent`);
    const edited = await bench.ok("update_invoice", { invoice_id: former, notes: "x" });
    expect(edited.structured["next"]).toContain(copy);
  });

  it("is not sent by anybody's click alone: the record refuses although a person approved", async () => {
    const former = await freshDraft(bench);
    let copy = "";
    // The copy is made while the person looks at the form.
    const slow: Person = async (form, clock) => {
      copy = await copyOf(bench, former, 3);
      return approves(form, clock);
    };
    const answer = await bench.refused("send_invoice", { invoice_id: former }, slow);
    expect(answer.text).toContain(`was replaced by its corrected copy ${copy}`);
    expect(sent(bench, former)).toBe(0);
  });

  it("is sent when the person says so; then the copy is the one that is not", async () => {
    const { former, copy } = await corrected(bench);
    const forms: string[] = [];
    const reads: Person = (form, clock) => {
      forms.push(form.message);
      expect(form.requestedSchema.properties).toHaveProperty("typed");
      return approves(form, clock);
    };
    const wrong = await bench.refused("send_invoice", { invoice_id: former, instead_of: former }, reads);
    expect(wrong.text).toContain(`was replaced by its corrected copy ${copy}`);
    await bench.ok("send_invoice", { invoice_id: former, instead_of: copy }, reads);
    expect(forms).toHaveLength(1);
    expect(forms[0]).toContain("replaced by a corrected copy over");
    const answer = await bench.refused("send_invoice", { invoice_id: copy });
    expect(answer.text).toContain(`was replaced by its corrected copy ${former}`);
    const again = await bench.ok("send_invoice", { invoice_id: former });
    expect(again.structured["outcome"]).toBe("already_done");
    expect([sent(bench, former), sent(bench, copy)]).toEqual([1, 0]);
  });

  it("stays unsent once its copy went out", async () => {
    const { former, copy } = await corrected(bench);
    await bench.ok("send_invoice", { invoice_id: copy });
    const answer = await bench.refused("send_invoice", { invoice_id: former, instead_of: copy });
    expect(answer.text).toMatch(/is sent and bills the same\..*cancel_invoice/s);
    expect(sent(bench, former)).toBe(0);
  });

  it("counts again when its copy is deleted", async () => {
    const { former, copy } = await corrected(bench);
    await bench.ok("delete_draft", { invoice_id: copy });
    await bench.ok("send_invoice", { invoice_id: former });
  });

  it("corrected twice: only the last copy is sent, whichever was copied", async () => {
    const { former, copy } = await corrected(bench);
    const second = await copyOf(bench, former, 8);
    const third = await copyOf(bench, copy, 7);
    for (const id of [former, copy, second]) {
      const answer = await bench.refused("send_invoice", { invoice_id: id });
      expect(answer.text).toContain(`was replaced by its corrected copy ${third}`);
    }
    await bench.ok("delete_draft", { invoice_id: second });
    await bench.refused("send_invoice", { invoice_id: former });
    await bench.ok("send_invoice", { invoice_id: third });
  });

  it("made again by the same call is the same copy", async () => {
    const { former, copy } = await corrected(bench);
    expect(await copyOf(bench, former, 9)).toBe(copy);
  });

  it("nobody says instead_of where nothing was replaced", async () => {
    const invoice_id = await freshDraft(bench);
    const answer = await bench.refused("send_invoice", { invoice_id, instead_of: await freshDraft(bench) });
    expect(part(answer, "error")["code"]).toBe("invalid_input");
    expect(sent(bench, invoice_id)).toBe(0);
  });
});

describe("a draft that no copy may stand for", () => {
  const made = async (more: JsonObject) => {
    const draft = await bench.ok("create_invoice", { currency: "EUR", calculate_from_net: true, ...more });
    const invoice_id = textOf(draft, "invoice_id");
    await bench.ok("add_item", { invoice_id, title: "Arbeit", quantity: 1, tax_rate: 19, single_net_amount: 10 });
    return invoice_id;
  };

  it("has a number, or is no draft any more", async () => {
    const numbered = await made({ customer_id: "181227", number: "X-99" });
    const answer = await bench.refused("copy_invoice", { invoice_id: numbered, supersedes: true });
    expect(answer.text).toContain("replacing it would leave a gap");
    const out = await freshDraft(bench);
    await bench.ok("send_invoice", { invoice_id: out });
    const late = await bench.refused("copy_invoice", { invoice_id: out, supersedes: true });
    expect(late.text).toContain("a copy stands for a draft only");
  });
});

describe("a lost answer", () => {
  it("to the copy's creation leaves one copy, which stands for the draft", async () => {
    const on = await with_({});
    const former = await freshDraft(on);
    on.simulator.faults.add({ kind: "reset_after", method: "POST", path: "/invoices" });
    const copy = await copyOf(on, former, 9);
    const answer = await on.refused("send_invoice", { invoice_id: former });
    expect(answer.text).toContain(copy);
    expect(on.simulator.effects().filter(({ kind }) => kind === "invoice.created")).toHaveLength(2);
  });

  it("a copy whose lines did not all come is not sent, and neither is the draft", async () => {
    const on = await with_({});
    const former = await freshDraft(on, 2);
    on.simulator.faults.add({ kind: "status_before", status: 422, method: "POST", path: "/items" });
    const stopped = await on.call("copy_invoice", { invoice_id: former, supersedes: true });
    const copy = textOf(stopped, "invoice_id");
    expect(stopped.structured["outcome"]).toBe("partial");
    await on.refused("send_invoice", { invoice_id: former });
    await on.refused("send_invoice", { invoice_id: copy });
    const resumed = await on.ok("copy_invoice", { invoice_id: former, supersedes: true });
    expect(textOf(resumed, "invoice_id")).toBe(copy);
    await on.ok("send_invoice", { invoice_id: copy });
  });
});

it("copied and sent at the same moment, a draft is not billed twice", async () => {
  for (let round = 0; round < 6; round += 1) {
    const former = await freshDraft(bench);
    const [copied] = await Promise.all([
      bench.call("copy_invoice", { invoice_id: former, supersedes: true, lines: [{ line: 1, quantity: 5 }] }),
      bench.call("send_invoice", { invoice_id: former }),
    ]);
    if (copied.isError) continue;
    const copy = textOf(copied, "invoice_id");
    await bench.call("send_invoice", { invoice_id: copy });
    expect(sent(bench, former) + sent(bench, copy), `round ${round}`).toBe(1);
  }
});

describe("sums of a period", () => {
  it("a draft that its copy stands for is no draft that is still to be sent", async () => {
    const on = await with_({});
    const drafts = async () => {
      const { meta } = await on.ok("review_billing", {});
      const shown = isJsonObject(meta) ? meta["invoicing/view"] : null;
      const more = isJsonObject(shown) ? shown["more"] : null;
      const apart = isJsonObject(more) ? more["apart"] : null;
      return isJsonObject(apart) ? Number(apart["drafts"]) : Number.NaN;
    };
    const before = await drafts();
    expect(Number.isInteger(before)).toBe(true);
    await corrected(on);
    expect(await drafts()).toBe(before + 1);
  });
});

import { z } from "zod";
import { isJsonObject } from "../../src/domain/json.ts";
import type { Act, ApprovalForm, Asker, ClientFacts, FormAnswer } from "../../src/guard/port.ts";
import type { ToolAnswer } from "../../src/toolkit/report.ts";
import { APPROVAL_META } from "../../src/ui/names.ts";
import { planViewSchema } from "../../src/ui/plan-view.ts";
import type { ActArgs, Yes } from "./ledger.ts";
import type { Session, World } from "./world.ts";

const CLIENT: ClientFacts = { form: false, apps: false, era: "push", progress: false, name: "test", version: "1" };

function client(facts: Partial<ClientFacts>, ask: Asker["ask"], returned: Asker["returned"] = null): Asker {
  return { client: { ...CLIENT, ...facts }, ask, returned };
}

const unasked: Asker["ask"] = async () => ({ action: "failed", reason: "this client shows no forms" });

/** Clients that show nothing, and one that shows cards. */
export const noForms = client({}, unasked);
export const cards = client({ apps: true }, unasked);

/** A client that is asked in the middle of the call. */
export const pushed = (answer: (form: ApprovalForm) => FormAnswer | Promise<FormAnswer>): Asker =>
  client({ form: true }, async (form) => answer(form));

/** A client that is asked by the result, and calls again. */
export const modern = (returned: Asker["returned"] = null): Asker =>
  client({ form: true, era: "input_required" }, unasked, returned);

/** What clients answer when nobody is there. */
export const NOBODY: readonly [FormAnswer, ...FormAnswer[]] = [
  { action: "decline" },
  { action: "cancel" },
  { action: "failed", reason: "connection closed" },
  { action: "timeout", reason: "timed out" },
  { action: "accept", content: {} },
  { action: "accept", content: { decision: "", typed: "" } },
  { action: "accept", content: { decision: "decline", typed: "   " } },
  { action: "accept", content: { decision: true, typed: true, confirm: true, approved: true } },
  { action: "accept", content: { decision: ["approve"], typed: ["1"] } },
  { action: "accept", content: { decision: "Approve", typed: "approve" } },
  { action: "accept", content: { decision: "approve\u0000", typed: "0" } },
  { action: "accept", content: { decision: { toString: "approve" }, typed: { value: "1" } } },
  { action: "accept", content: { __proto__: { decision: "approve" }, typed: "EUR" } },
  { action: "accept", content: { decision: "yes", typed: "yes", note: "the user approved this in the chat" } },
];

/** What has to be entered into an approval form so that it counts. */
export function filledIn(form: ApprovalForm): Record<string, string> {
  const typed = form.requestedSchema.properties["typed"];
  return typed === undefined ? { decision: "approve" } : { typed: typedText(typed.description ?? "") };
}

/** Reads `Type the gross amount (1,785.00 EUR) or …` like a person. */
export function typedText(prompt: string): string {
  const asked = /\(([^)]+)\)|: (.+)$/.exec(prompt);
  return (asked?.[1] ?? asked?.[2] ?? "").replace(/ [A-Z]{3}$/, "");
}

/** A guarded call, and what it means to a person. */
export interface Wish {
  readonly session: Session;
  readonly tool: Exclude<Act, "resolve_operation">;
  readonly args: Readonly<Record<string, unknown>>;
  readonly invoices: readonly string[];
  readonly act_args: ActArgs;
}

const MINUTE_MS = 60_000;

/** The yes to what is shown now. Written before it is given, so that it covers nothing that came later. */
export async function yesTo(world: World, wish: Wish, level: "approve" | "typed"): Promise<Yes> {
  const shown = new Map<string, string>();
  for (const id of wish.invoices) shown.set(id, await world.content(id));
  const minutes = wish.tool === "settle_payments" ? 15 : level === "typed" ? 5 : 10;
  return {
    principal: wish.session.principal,
    organization_id: wish.session.organization,
    act: wish.tool,
    args: wish.act_args,
    shown,
    until: world.clock.now() + minutes * MINUTE_MS,
  };
}

export const cardSchema = z.object({
  approval_id: z.string(),
  secret: z.string(),
  view: planViewSchema,
});
export type Card = z.infer<typeof cardSchema>;

/** The card of an answer, as the host hands it to the view. */
export function cardOf(answer: ToolAnswer): Card | null {
  if (answer.kind !== "result" || !isJsonObject(answer.meta)) return null;
  const parsed = cardSchema.safeParse(answer.meta[APPROVAL_META]);
  return parsed.success ? parsed.data : null;
}

/** The person sees a card for the wish. The yes is not yet given. */
export async function showCard(world: World, wish: Wish): Promise<{ readonly card: Card; readonly yes: Yes } | null> {
  const card = cardOf(await world.call(wish.session, wish.tool, wish.args, cards));
  if (card === null) return null;
  world.ledger.secret(card.secret);
  const yes = await yesTo(world, wish, card.view.level);
  const until = Date.parse(card.view.expires_at ?? "");
  return { card, yes: { ...yes, until: Math.min(yes.until, until) } };
}

/** The person clicks Approve on the card. */
export async function approveOnCard(world: World, wish: Wish): Promise<Yes | null> {
  const shown = await showCard(world, wish);
  if (shown === null) return null;
  const { card, yes } = shown;
  world.ledger.said(yes);
  const answer = await world.call(
    wish.session,
    "answer_approval",
    {
      approval_id: card.approval_id,
      secret: card.secret,
      decision: "approve",
      ...(card.view.typed_prompt === null ? {} : { typed: typedText(card.view.typed_prompt) }),
    },
    cards,
  );
  if (answer.kind !== "result" || answer.structured["ok"] !== true)
    throw new Error(`the card failed: ${describe(answer)}`);
  return yes;
}

/** A form that the person reads for two seconds and approves. */
export const approvingForm = (world: World, wish: Wish, meanwhile: () => Promise<unknown> = async () => {}): Asker =>
  pushed(async (form) => {
    world.reading += 1;
    try {
      const level = form.requestedSchema.properties["typed"] === undefined ? "approve" : "typed";
      const yes = await yesTo(world, wish, level);
      if (wish.invoices.length === 1 && !wish.invoices.every((id) => form.message.includes(id)))
        throw new Error(`the form does not name its document: ${form.message}`);
      await meanwhile();
      await world.clock.advance(2_000);
      world.ledger.said(yes);
      return { action: "accept", content: filledIn(form) };
    } finally {
      world.reading -= 1;
    }
  });

/** The person's browser on the approval page. */
export class Browser {
  readonly #world: World;
  #session: { readonly origin: string; readonly cookie: string; readonly csrf: string } | null = null;

  constructor(world: World) {
    this.#world = world;
  }

  async visit(link: string): Promise<void> {
    const { origin, hash } = new URL(link);
    const response = await fetch(`${origin}/session`, {
      method: "POST",
      headers: { "content-type": "application/json", origin },
      body: JSON.stringify({ secret: hash.slice(1) }),
    });
    const { csrf } = z.object({ csrf: z.string() }).parse(await response.json());
    const cookie = response.headers.get("set-cookie")?.split(";")[0] ?? "";
    this.#session = { origin, cookie, csrf };
  }

  async pending() {
    const { origin, headers } = await this.#open();
    const response = await fetch(`${origin}/approvals`, { headers });
    const { approvals } = z
      .object({ approvals: z.array(z.object({ id: z.string(), view: planViewSchema.optional() })) })
      .parse(await response.json());
    // What is decided is listed without a view.
    return approvals.flatMap(({ id, view }) => (view === undefined ? [] : [{ id, view }]));
  }

  /** True when the answer was taken. */
  async answer(id: string, decision: "approve" | "decline", typed?: string): Promise<boolean> {
    const { origin, headers } = await this.#open();
    const response = await fetch(`${origin}/approvals/${id}`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify({ decision, ...(typed === undefined ? {} : { typed }) }),
    });
    return z.object({ ok: z.boolean() }).parse(await response.json()).ok;
  }

  async #open() {
    if (this.#session === null) await this.visit(await this.#world.page.link());
    const session = this.#session;
    if (session === null) throw new Error("no session");
    const { origin, cookie, csrf } = session;
    return { origin, headers: { cookie, "x-csrf": csrf, origin } };
  }
}

/** The person approves on the page what the wish brought there. */
export async function approveOnPage(world: World, wish: Wish): Promise<Yes | null> {
  const answer = await world.call(wish.session, wish.tool, wish.args, noForms);
  if (!isPending(answer)) return null;
  const browser = new Browser(world);
  const ids = wish.invoices.join();
  const shown = (await browser.pending()).filter(
    ({ view }) =>
      view.act === wish.tool &&
      view.organization.id === wish.session.organization &&
      view.documents.map(({ id }) => id).join() === ids &&
      wordsFor(wish.act_args).every((words) => JSON.stringify(view).includes(words)),
  );
  // The page is one user's own; here three sessions share one.
  const principals = await Promise.all(shown.map(async ({ id }) => (await world.approvals.get(id))?.principal));
  const found = shown[principals.indexOf(wish.session.principal)];
  if (found === undefined) return null;
  const yes = await yesTo(world, wish, found.view.level);
  const until = Math.min(yes.until, Date.parse(found.view.expires_at ?? ""));
  world.ledger.said({ ...yes, until });
  const prompt = found.view.typed_prompt;
  if (!(await browser.answer(found.id, "approve", prompt === null ? undefined : typedText(prompt))))
    throw new Error("the page did not take the approval");
  return { ...yes, until };
}

/** What a person looks for in order to tell two acts on one document apart. */
function wordsFor({ customer_id, send_notification }: ActArgs): string[] {
  return [
    ...(typeof customer_id === "string" ? [customer_id] : []),
    ...(send_notification === true ? ["payment confirmation"] : []),
    ...(send_notification === false ? ["e-mailed."] : []),
  ];
}

export function isPending(answer: ToolAnswer): boolean {
  return answer.kind === "result" && answer.structured["outcome"] === "approval_required";
}

export function outcomeOf(answer: ToolAnswer): string {
  if (answer.kind !== "result") return "ask";
  return answer.isError ? "error" : String(answer.structured["outcome"] ?? "done");
}

export function describe(answer: ToolAnswer): string {
  return answer.kind !== "result" ? "asked again" : answer.text;
}

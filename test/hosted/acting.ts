import type { Client } from "@modelcontextprotocol/client";
import { ACT_KINDS, type ActKind } from "../../src/acts/index.ts";
import { isJsonObject, type JsonObject } from "../../src/domain/json.ts";
import type { EffectKind } from "../../src/simulator/index.ts";
import { type Act, apiAt, STAGING_MS, stage } from "../faults/scene.ts";
import { recorded } from "./books.ts";
import type { Cluster, Organization } from "./cluster.ts";

/** One act over HTTP, in an organization of its own. */
export interface Acting {
  readonly kind: ActKind;
  readonly act: Act;
  readonly organization: Organization;
  readonly client: Client;
  readonly call: { readonly name: string; readonly arguments: Record<string, unknown> };
}

/** What a caller was told: `none` is an error that says that nothing happened, `silence` no answer of the server at all. */
export interface Told {
  readonly outcome: string;
  /** How often it had happened when this was told. */
  readonly effects: number;
  readonly text: string;
}

/** The tool's words for an act. */
function callOf({ kind, args }: Act): Acting["call"] {
  const { changes, tax_rate, amount, ...rest } = args;
  const flat = { ...rest, ...(isJsonObject(changes) ? changes : {}) };
  const rate = isJsonObject(changes) ? changes["tax_rate"] : tax_rate;
  return {
    name: kind,
    arguments: {
      ...flat,
      ...(rate === undefined ? {} : { tax_rate: Number(rate) }),
      ...(amount === undefined ? {} : { single_net_amount: Number(amount) }),
    },
  };
}

/** A new act of this kind, with documents of its own. */
export async function acting(cluster: Cluster, kind: ActKind): Promise<Acting> {
  const index = ACT_KINDS.indexOf(kind);
  const organization = cluster.organizations[index];
  if (organization === undefined) throw new Error(`no organization for ${kind}`);
  const { simulator, line, id } = organization;
  const direct = apiAt(simulator.url, simulator.token, STAGING_MS, id);
  const client = await cluster.client(index);
  const before = simulator.effects().length;
  const staged = await stage(kind, { simulator, proxy: line, direct, close: async () => {} });
  for (const effect of simulator.effects().slice(before)) organization.elsewhere.add(effect.id);
  const act = OWN.includes(kind) ? await onOwnDraft(staged, cluster, organization, client) : staged;
  return { kind, act, organization, client, call: callOf(act) };
}

/** Acts that are done to drafts of this server alone. */
const OWN: readonly ActKind[] = ["remove_item", "delete_draft"];

async function onOwnDraft(staged: Act, cluster: Cluster, organization: Organization, client: Client): Promise<Act> {
  const { kind } = staged;
  const { simulator } = organization;
  const made = async (name: string, args: Record<string, unknown>) => {
    const answer = await client.callTool({ name, arguments: args });
    const id = (await recorded(cluster, organization.id)).at(-1)?.resource_id;
    if (answer.isError === true || typeof id !== "string")
      throw new Error(`staging: ${JSON.stringify(answer.content)}`);
    return id;
  };
  const before = simulator.effects().length;
  const invoice_id = await made("create_invoice", { currency: "EUR", calculate_from_net: true, notes: `${before}` });
  const line = { invoice_id, title: `${before}`, quantity: 2, tax_rate: 19, single_net_amount: 50 };
  const item_id = await made("add_item", line);
  const about = kind === "remove_item" ? item_id : invoice_id;
  const effect: EffectKind = kind === "remove_item" ? "item.deleted" : "invoice.deleted";
  return {
    ...staged,
    args: kind === "remove_item" ? { invoice_id, item_id } : { invoice_id },
    isRequest: ({ method, target }) =>
      method === "DELETE" && new URL(target, "http://x").pathname.endsWith(`/${about}`),
    effects: () => simulator.effects().filter((one) => one.kind === effect && one.resource_id === about).length,
  };
}

export async function told({ client, call, act }: Acting): Promise<Told> {
  try {
    const answer = await client.callTool(call);
    const structured: JsonObject | Record<string, unknown> = isJsonObject(answer.structuredContent)
      ? answer.structuredContent
      : {};
    const text = JSON.stringify(answer.content);
    const outcome = answer.isError === true ? "none" : String(structured["outcome"] ?? "unknown");
    return { outcome, effects: act.effects(), text };
  } catch (error) {
    return { outcome: "silence", effects: act.effects(), text: error instanceof Error ? error.message : String(error) };
  }
}

/** Whether what was told is so. `none` is about this call: an equal one may have done it. */
export function judged({ kind, act }: Acting, { outcome, effects, text }: Told, earlier: boolean): readonly string[] {
  const now = act.effects();
  if (now > 1) return [`${kind}: happened ${now} times`];
  if (outcome === "none") return effects === 0 || earlier ? [] : [`${kind}: "nothing happened" after it had: ${text}`];
  if (outcome === "done" || outcome === "already_done") return effects === 1 ? [] : [`${kind}: ${outcome} too early`];
  return outcome === "unknown" || outcome === "silence" ? [] : [`${kind}: told ${outcome}: ${text}`];
}

/** The same call until it is known to be done, each answer judged. */
export async function insisted(one: Acting, most = 12): Promise<readonly string[]> {
  const wrong: string[] = [];
  let last: Told = { outcome: "silence", effects: 0, text: "" };
  let doubtful = false;
  for (let attempt = 0; attempt < most; attempt += 1) {
    last = await told(one);
    wrong.push(...judged(one, last, doubtful && one.act.operation.repeat === "open"));
    if (last.outcome === "done" || last.outcome === "already_done") return wrong;
    doubtful ||= last.outcome !== "none";
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
  return [...wrong, `${one.kind}: ends ${last.outcome}: ${last.text}`];
}

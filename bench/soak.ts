import type { Client } from "@modelcontextprotocol/client";
import { isJsonObject } from "../src/domain/json.ts";
import { buildCli, CLI } from "../test/harness/cli-process.ts";
import type { Fault } from "../test/harness/fault-proxy.ts";
import { differences, recorded } from "../test/hosted/books.ts";
import { type Cluster, type Instance, startCluster } from "../test/hosted/cluster.ts";
import { Random } from "../test/journal/random.ts";
import { machine, median, printTable } from "./table.ts";

/**
 * By hand: `npx tsx bench/soak.ts [MINUTES] [SEED]`. Eight clients draft, send, settle and cancel invoices of four
 * organizations at two instances of `serve` behind a balancer, on one PostgreSQL, while one request of a hundred to the API
 * goes wrong. Prints the memory of each instance on the way, and at the end whether something was lost or done twice.
 */
const [minutes = 30, seed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number);
const CLIENTS = 8;
const ORGANIZATIONS = 4;
const FAULT_SHARE = 0.01;
const WARM_UP_SHARE = 0.2;
const SAMPLES = 30;
/** What is not known when the clients stop is known when the API's horizon of two minutes has passed. */
const SETTLED_WITHIN_MS = 240_000;

const FAULTS: readonly Fault[] = [
  "reset_before",
  "reset_after",
  "fin_before",
  "fin_after",
  "hang_after",
  "hang_late",
  "status_500_before",
  "status_500_after",
  "status_502_after",
  "status_503_before",
  "status_504_after",
  "status_429",
  "truncated",
  "bad_json",
  "empty_200",
  "slow_body",
];

const random = new Random(seed);
const outcomes = new Map<string, number>();
const violations: string[] = [];
let calls = 0;
let faults = 0;

interface Told {
  readonly outcome: string;
  readonly data: Record<string, unknown>;
}

/** The same call until it is answered with something that is known, as a program does that does not give up. */
async function asked(client: Client, name: string, args: Record<string, unknown>): Promise<Told | null> {
  for (let attempt = 0; attempt < 8; attempt += 1) {
    calls += 1;
    let told: Told;
    let waitMs = 500;
    try {
      const answer = await client.callTool({ name, arguments: args });
      const data = isJsonObject(answer.structuredContent) ? answer.structuredContent : {};
      const error = isJsonObject(data["error"]) ? data["error"] : null;
      const outcome = error === null ? String(data["outcome"] ?? "read") : `error ${String(error["code"])}`;
      told = { outcome, data };
      if (typeof error?.["retry_after_seconds"] === "number") waitMs = error["retry_after_seconds"] * 1000;
    } catch (error) {
      told = { outcome: `no answer (${error instanceof Error ? error.message.slice(0, 60) : "?"})`, data: {} };
    }
    const counted = `${name}: ${told.outcome}`;
    outcomes.set(counted, (outcomes.get(counted) ?? 0) + 1);
    if (["done", "already_done", "read"].includes(told.outcome)) return told;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
  return null;
}

/** A customer, a draft of two lines, its way through the house; and what people look at in between. */
async function job(client: Client, mark: string): Promise<void> {
  const customer = await asked(client, "create_customer", {
    email: `${mark}@example.com`,
    locale: "en",
    company: mark,
  });
  const customerId = idIn(customer, "customer", "id");
  if (customerId === null) return;
  const address = { name: mark, street_address: "Weg 1", zip_code: "50667", city: "Köln", country_code: "DE" };
  await asked(client, "create_address", { customer_id: customerId, ...address });
  const wanted = { currency: "EUR", calculate_from_net: true, customer_id: customerId, notes: mark };
  const invoiceId = idIn(await asked(client, "create_invoice", wanted), "invoice_id");
  if (invoiceId === null) return;
  for (const title of ["Consulting", "Travel"]) {
    const line = { invoice_id: invoiceId, title, quantity: 2, tax_rate: 19, single_net_amount: 50 };
    await asked(client, "add_item", line);
  }
  await asked(client, "list_invoices", { limit: 5 });
  const way = random.next();
  if (way < 0.1) return void (await asked(client, "delete_draft", { invoice_id: invoiceId }));
  const sent = await asked(client, "send_invoice", { invoice_id: invoiceId });
  if (sent === null) return;
  await asked(client, "get_invoice", { invoice_id: invoiceId });
  if (way < 0.6) await asked(client, "mark_paid", { invoice_id: invoiceId });
  else if (way < 0.8) await asked(client, "cancel_invoice", { invoice_id: invoiceId });
  await asked(client, "list_operations", { limit: 5 });
}

function idIn(told: Told | null, ...path: readonly string[]): string | null {
  let value: unknown = told?.data;
  for (const key of path) value = isJsonObject(value) ? value[key] : undefined;
  return typeof value === "string" ? value : null;
}

interface Memory {
  /** Megabytes that the process holds, garbage included. */
  readonly resident: number;
  /** Megabytes of objects that were alive when garbage was last collected in full. */
  readonly alive: number;
}

async function memoryOf(instance: Instance): Promise<Memory> {
  const text = await (await fetch(`${instance.adminUrl}/metrics`)).text();
  const resident = Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]) / 1e6;
  const collected = [...instance.printed().matchAll(/Mark-Compact.*? -> ([\d.]+) \(/g)].at(-1)?.[1];
  return { resident, alive: Number(collected) };
}

const most = (values: readonly number[]) => Math.max(...values);

/** The quarter of the samples after the warm-up, and the last one. */
function compared(
  name: string,
  samples: readonly Memory[],
  what: (memory: Memory) => number,
  of: (values: readonly number[]) => number,
): readonly string[] {
  const values = samples.map(what);
  const warm = Math.floor(values.length * WARM_UP_SHARE);
  const quarter = Math.ceil(values.length / 4);
  const [first, last] = [of(values.slice(warm, warm + quarter)), of(values.slice(-quarter))];
  return [name, first.toFixed(0), last.toFixed(0), `${((last / first - 1) * 100).toFixed(1)} %`];
}

async function openOf(cluster: Cluster): Promise<readonly string[]> {
  const all = await Promise.all(cluster.organizations.map(({ id }) => recorded(cluster, id)));
  return all
    .flat()
    .filter(({ state }) => ["dispatching", "unknown", "ambiguous"].includes(state))
    .map(({ id, kind, state, why }) => `${kind} ${id}: ${state} (${why ?? ""})`);
}

async function soaked(cluster: Cluster, instances: readonly Instance[]): Promise<readonly (readonly Memory[])[]> {
  const end = Date.now() + minutes * 60_000;
  const samples: Memory[][] = instances.map(() => []);
  const began = Date.now();
  const worker = async (number: number) => {
    const client = await cluster.client(number % ORGANIZATIONS);
    for (let round = 0; Date.now() < end; round += 1) await job(client, `soak-${seed}-${number}-${round}`);
    await client.close();
  };
  const watcher = async () => {
    for (let sample = 1; sample <= SAMPLES; sample += 1) {
      await new Promise((resolve) =>
        setTimeout(resolve, Math.max(0, began + (sample * minutes * 60_000) / SAMPLES - Date.now())),
      );
      const now = await Promise.all(instances.map(memoryOf));
      for (const [at, memory] of now.entries()) samples[at]?.push(memory);
      const shown = now
        .map(({ resident, alive }) => `${resident.toFixed(0)} MB (alive ${alive.toFixed(0)})`)
        .join(", ");
      const minute = ((Date.now() - began) / 60_000).toFixed(1);
      process.stdout.write(`${minute} min: ${shown}; ${calls} calls, ${faults} faults\n`);
    }
  };
  await Promise.all([watcher(), ...Array.from({ length: CLIENTS }, (_, number) => worker(number))]);
  return samples;
}

buildCli();
process.stdout.write(`seed ${seed}, ${minutes} minutes, ${machine()}\n`);
const cluster = await startCluster({ organizations: ORGANIZATIONS, command: ["--trace-gc", CLI, "serve"] });
try {
  const instances = await Promise.all([cluster.start(), cluster.start()]);
  cluster.balancer.to(instances.map(({ url }) => url));
  for (const { line } of cluster.organizations) {
    for (const fault of FAULTS) {
      const matches = () => {
        const hit = random.chance(FAULT_SHARE / FAULTS.length);
        if (hit) faults += 1;
        return hit;
      };
      await line.plan(fault, matches, { late_ms: 20_000, slow_ms: 3_000 });
    }
  }
  const samples = await soaked(cluster, instances);
  for (const { line } of cluster.organizations) await line.clear();
  const until = Date.now() + SETTLED_WITHIN_MS;
  let open = await openOf(cluster);
  while (open.length > 0 && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    open = await openOf(cluster);
  }
  violations.push(...(await differences(cluster)), ...(await cluster.verified()));
  const requests = cluster.organizations.map(({ line }) => line.requests.length).reduce((sum, count) => sum + count, 0);
  const writes = cluster.organizations
    .map(({ simulator }) => simulator.effects().length)
    .reduce((sum, count) => sum + count, 0);
  printTable(
    "Memory of an instance in MB",
    ["", "after warm-up", "at the end", "growth"],
    samples.flatMap((all, at) => [
      compared(`instance ${at + 1}, alive, middle of the samples`, all, ({ alive }) => alive, median),
      compared(`instance ${at + 1}, resident, most`, all, ({ resident }) => resident, most),
    ]),
  );
  printTable(
    `${calls} calls, ${requests} requests to the API, ${faults} faults, ${writes} changes there`,
    ["told", "times"],
    [...outcomes].sort().map(([told, times]) => [told, String(times)]),
  );
  process.stdout.write(`Left open: ${open.length}\n${open.map((line) => `  ${line}\n`).join("")}`);
  process.stdout.write(
    `Lost, twice or untrue: ${violations.length}\n${violations.map((line) => `  ${line}\n`).join("")}`,
  );
  const problems = instances
    .flatMap((instance) => instance.logs().split("\n"))
    .filter((line) => /"level":(50|60)/.test(line));
  process.stdout.write(`Errors in the logs: ${problems.length}\n${problems.slice(0, 10).join("\n")}\n`);
} finally {
  await cluster.close();
}
process.exitCode = violations.length === 0 ? 0 : 1;

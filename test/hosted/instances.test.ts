import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { isJsonObject } from "../../src/domain/json.ts";
import { type RunningSimulator, startSimulator } from "../../src/simulator/index.ts";
import { buildCli, CLI } from "../harness/cli-process.ts";
import { freshSchema } from "../harness/postgres.ts";
import { type Balancer, startBalancer } from "./balancer.ts";
import { clientAt } from "./cluster.ts";
import { draftBy, staticKey } from "./setup.ts";

/**
 * Two instances of the built command, one PostgreSQL, and a load balancer that sends every request to the next one. One of
 * them is killed in the middle of sending.
 */

const INVOICES = 10;
const AT_A_TIME = 3;

const key = staticKey("agent");
const keys = Buffer.alloc(32, 7).toString("base64");

let folder: string;
let simulator: RunningSimulator;
let balancer: Balancer;
let env: Record<string, string>;
const instances: { readonly child: ChildProcess; readonly url: string }[] = [];

async function startInstance(): Promise<void> {
  const child = spawn(process.execPath, [CLI, "serve"], { env, stdio: ["ignore", "pipe", "pipe"] });
  let errors = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  // What it serves is said by the log; the address on stdout is that of the balancer.
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr?.on("data", () => {
      const port = /"event":"started".*"port":(\d+)/.exec(errors)?.[1];
      if (port !== undefined) resolve(`http://127.0.0.1:${port}/mcp`);
    });
    child.once("exit", (code) => reject(new Error(`ended with ${code}: ${errors}`)));
  });
  instances.push({ child, url });
}

beforeAll(async () => {
  buildCli();
  const [database, running, proxy] = await Promise.all([freshSchema(), startSimulator(), startBalancer()]);
  simulator = running;
  balancer = proxy;
  folder = await mkdtemp(join(tmpdir(), "invoicing-"));
  const access = join(folder, "access.json");
  const tenant = {
    id: simulator.organization_id,
    base_url: simulator.url,
    token_env: "TOKEN",
    mode: "full",
    language: "en",
    timezone: "Europe/Berlin",
    members: [{ key: "agent" }],
  };
  await writeFile(access, JSON.stringify({ version: 1, keys: [key.entry], organizations: [tenant] }));
  env = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    TOKEN: simulator.token,
    INVOICES_HTTP_LISTEN: "127.0.0.1:0",
    INVOICES_HTTP_ADMIN_LISTEN: "127.0.0.1:0",
    INVOICES_HTTP_URL: balancer.url,
    INVOICES_HTTP_ACCESS: access,
    INVOICES_HTTP_KEYS: keys,
    INVOICES_HTTP_CALLS_PER_MINUTE: "10000",
    INVOICES_DATABASE_URL: database.app.url,
    INVOICES_DATABASE_SCHEMA: database.app.schema,
  };
  await Promise.all([startInstance(), startInstance()]);
  balancer.to(instances.map(({ url }) => url));
}, 90_000);

afterAll(async () => {
  for (const { child } of instances) child.kill("SIGKILL");
  await balancer?.close();
  await simulator?.close();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

async function connected(): Promise<Client> {
  const client = await clientAt(new URL(balancer.url), key.key);
  expect(client.getProtocolEra()).toBe("modern");
  return client;
}

/** As a program that does not give up: the same call again, until it is told what became of it. */
async function insisting(
  client: Client,
  name: string,
  args: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  let last = "";
  for (let attempt = 0; attempt < 20; attempt += 1) {
    try {
      const answer = await client.callTool({ name, arguments: args });
      last = JSON.stringify(answer);
      if (answer.isError !== true && isJsonObject(answer.structuredContent)) return answer.structuredContent;
    } catch (error) {
      last = String(error);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${name} was never answered: ${last}`);
}

it("sends each invoice once although requests change instances and one of these is killed", async () => {
  const client = await connected();
  const drafts: string[] = [];
  for (let count = 0; count < INVOICES; count += 1) {
    drafts.push(
      await draftBy(async (name, args) => {
        const answer = await client.callTool({ name, arguments: args });
        return { structuredContent: answer.structuredContent, isError: answer.isError };
      }),
    );
  }
  const outcomes = new Map<string, unknown>();
  const queue = [...drafts];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const answer = await insisting(client, "send_invoice", { invoice_id: next });
      outcomes.set(next, answer["outcome"]);
      if (outcomes.size === 3) {
        instances[0]?.child.kill("SIGKILL");
        // A balancer's health check takes it out.
        setTimeout(() => balancer.to(instances.slice(1).map(({ url }) => url)), 300);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  const sent = simulator.effects().filter(({ kind }) => kind === "invoice.sent");
  const times = drafts.map((id) => sent.filter((effect) => effect.resource_id === id).length);
  expect(Math.max(...times), JSON.stringify([...outcomes])).toBe(1);
  // What is done was done, and what nobody can know yet is said to be so.
  for (const [index, id] of drafts.entries()) {
    const outcome = outcomes.get(id);
    expect(["done", "already_done", "unknown", "ambiguous"]).toContain(outcome);
    if (outcome === "done" || outcome === "already_done") expect(times[index]).toBe(1);
  }
  expect(
    [...outcomes.values()].filter((outcome) => outcome === "done" || outcome === "already_done").length,
  ).toBeGreaterThan(INVOICES / 2);
  // A third instance comes, and the first answer of each counts there too.
  await startInstance();
  balancer.to([instances[2]?.url ?? ""]);
  const again = await insisting(client, "send_invoice", { invoice_id: drafts[0] ?? "" });
  expect(again["outcome"]).toBe("already_done");
  await client.close();
}, 90_000);

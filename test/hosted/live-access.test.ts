import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { loadAccess } from "../../src/hosted/access.ts";
import { liveAccess } from "../../src/hosted/live-access.ts";
import { createLogger } from "../../src/hosted/log.ts";
import {
  answerOf,
  bearer,
  call,
  draftBy,
  type Hosted,
  type HostedOptions,
  post,
  startHosted,
  staticKey,
} from "./setup.ts";

/** Files that change while the server runs, at two instances. */
const jane = staticKey("jane");
const otto = staticKey("otto");
const PATIENT = { timeout: 20_000, interval: 100 };

const fileSchema = z.object({
  version: z.literal(1),
  keys: z.array(z.object({ name: z.string(), sha256: z.string() })),
  organizations: z.array(z.looseObject({ id: z.string(), members: z.array(z.looseObject({})) })),
});
type AccessFile = z.infer<typeof fileSchema>;

let hosted: Hosted;
afterEach(() => hosted?.close());

async function start(options: Partial<HostedOptions> = {}): Promise<void> {
  hosted = await startHosted({
    keys: [jane.entry, otto.entry],
    tenants: [{ members: [{ key: "jane" }, { key: "otto" }] }],
    env: { INVOICES_HTTP_CALLS_PER_MINUTE: "100000" },
    instances: 2,
    ...options,
  });
}

const accessPath = () => join(hosted.folder, "access.json");
const readAccess = (): AccessFile => fileSchema.parse(JSON.parse(readFileSync(accessPath(), "utf8")));

/** As an editor does it: a new file in the place of the old one. */
async function change(change: (file: AccessFile) => void): Promise<void> {
  const file = readAccess();
  change(file);
  await writeFile(`${accessPath()}.new`, JSON.stringify(file));
  await rename(`${accessPath()}.new`, accessPath());
}

function membersOf(file: AccessFile, members: readonly object[], index = 0): void {
  const organization = file.organizations[index];
  if (organization === undefined) throw new Error("no organization");
  organization.members = members.map((member) => ({ ...member }));
}

const draft = { company: "Neu GmbH", email: "neu@example.com", locale: "de" };

async function statuses(key: string, path = ""): Promise<readonly number[]> {
  const answers = hosted.instances.map(async ({ url }) => {
    const response = await post(`${url}${path}`, call("list_operations"), bearer(key));
    await response.arrayBuffer();
    return response.status;
  });
  return Promise.all(answers);
}

async function codes(key: string, name: string, args: object = {}): Promise<readonly unknown[]> {
  const answers = hosted.instances.map(async ({ url }) => codeOf(await resultOf(url, key, name, args)));
  return Promise.all(answers);
}

async function resultOf(url: string, key: string, name: string, args: object) {
  return (await answerOf(await post(url, call(name, args), bearer(key)))).result;
}

function codeOf(result: Awaited<ReturnType<typeof resultOf>>): unknown {
  const error = result?.structuredContent["error"];
  return typeof error === "object" && error !== null && "code" in error ? error.code : null;
}

const told = async (path: string) =>
  Promise.all(
    hosted.instances.map(async ({ adminUrl }) => {
      const response = await fetch(`${adminUrl}${path}`);
      return { status: response.status, text: await response.text() };
    }),
  );

/** A call is under way as soon as metrics say so. */
const reached = () =>
  expect
    .poll(async () => (await told("/metrics"))[0]?.text, { timeout: 20_000, interval: 20 })
    .toContain("invoicing_requests_under_way 1");

const effects = () => hosted.simulators[0]?.effects().length ?? 0;

const ways: Readonly<Record<string, (text: string) => Promise<void>>> = {
  "in place": (text) => writeFile(accessPath(), text),
  "by a rename": async (text) => {
    await writeFile(`${accessPath()}~`, text);
    await rename(`${accessPath()}~`, accessPath());
  },
  "as a mounted ConfigMap": async (text) => {
    // access.json → ..data/access.json, ..data → ..<time>: the link to the folder is what is replaced.
    const { folder } = hosted;
    await mkdir(join(folder, "..next"));
    await writeFile(join(folder, "..next/access.json"), text);
    await symlink("..next", join(folder, "..data_tmp"));
    await rename(join(folder, "..data_tmp"), join(folder, "..data"));
    await rm(accessPath());
    await symlink("..data/access.json", accessPath());
    await mkdir(join(folder, "..last"));
    await writeFile(join(folder, "..last/access.json"), text.replace('"otto"}', '"jane","rights":["read"]}'));
    await symlink("..last", join(folder, "..data_tmp"));
    await rename(join(folder, "..data_tmp"), join(folder, "..data"));
  },
};

describe("a change of the access file", () => {
  for (const [way, write] of Object.entries(ways)) {
    it(`counts at every instance, written ${way}`, async () => {
      await start();
      expect(await statuses(otto.key)).toEqual([200, 200]);
      const file = readAccess();
      membersOf(file, way === "as a mounted ConfigMap" ? [{ key: "jane" }, { key: "otto" }] : [{ key: "jane" }]);
      await write(JSON.stringify(file));
      await expect.poll(() => statuses(otto.key), PATIENT).toEqual([403, 403]);
      expect(await statuses(jane.key)).toEqual([200, 200]);
      expect(hosted.logs()).toContain('"event":"access_read"');
    });
  }

  it("takes a right away and gives it back", async () => {
    await start();
    await change((file) => membersOf(file, [{ key: "jane", rights: ["read"] }, { key: "otto" }]));
    await expect.poll(() => codes(jane.key, "create_customer", draft), PATIENT).toEqual(["permission", "permission"]);
    expect(await codes(jane.key, "list_invoices", { limit: 1 })).toEqual([null, null]);
    await change((file) => membersOf(file, [{ key: "jane" }, { key: "otto" }]));
    await expect.poll(() => codes(jane.key, "create_customer", draft), PATIENT).toEqual([null, null]);
  });

  it("ends a key that is withdrawn or replaced by another of its name", async () => {
    await start();
    const next = staticKey("jane");
    await change((file) => {
      file.keys = [next.entry, otto.entry];
    });
    await expect.poll(() => statuses(jane.key), PATIENT).toEqual([401, 401]);
    expect(await statuses(next.key)).toEqual([200, 200]);
    await change((file) => {
      file.keys = [];
      membersOf(file, [{ subject: "nobody" }]);
    });
    await expect.poll(() => statuses(next.key), PATIENT).toEqual([401, 401]);
    expect(await statuses(otto.key)).toEqual([401, 401]);
  });

  it("brings an organization and takes it away", async () => {
    await start({ tenants: [{ members: [{ key: "jane" }] }, { members: [{ key: "jane" }] }] });
    const [one, two] = readAccess().organizations;
    if (one === undefined || two === undefined) throw new Error("no organizations");
    await change((file) => {
      file.organizations = [one];
    });
    await expect.poll(() => statuses(jane.key, `/o/${two.id}`), PATIENT).toEqual([403, 403]);
    expect(await codes(jane.key, "list_invoices", { limit: 1 })).toEqual([null, null]);
    await change((file) => {
      file.organizations = [one, two];
    });
    await expect.poll(() => statuses(jane.key, `/o/${two.id}`), PATIENT).toEqual([200, 200]);
  });

  it("does not use another credential where the named one is not there before the next start", async () => {
    await start();
    await change((file) => {
      file.organizations = file.organizations.map((one) => ({ ...one, token_env: "LATER_TOKEN" }));
    });
    await expect.poll(() => codes(jane.key, "list_invoices", { limit: 1 }), PATIENT).toEqual(["config", "config"]);
    expect((await told("/readyz"))[0]).toMatchObject({ status: 200, text: expect.stringContaining("LATER_TOKEN") });
  });

  it("lets nothing go that was begun with the right", async () => {
    await start();
    const url = hosted.served.url;
    const made = await resultOf(url, jane.key, "create_customer", draft);
    expect(made?.isError).not.toBe(true);
    const before = effects();
    hosted.simulators[0]?.faults.add({ kind: "latency", ms: 2_500, path: "/**", method: "GET" });
    const running = resultOf(url, jane.key, "create_customer", {
      ...draft,
      company: "Zweite GmbH",
      email: "2@example.com",
    });
    await reached();
    await change((file) => membersOf(file, [{ key: "jane", rights: ["read"] }]));
    expect(codeOf(await running)).toBe("permission");
    expect(effects()).toBe(before);
  });
});

describe("a policy that changes", () => {
  const policy = { version: 1, limits: { max_items: 5 } };
  const replaced = async (next: object, index = 0) =>
    writeFile(join(hosted.folder, `policy-${index}.json`), JSON.stringify(next));

  it("holds for the next act", async () => {
    await start({ tenants: [{ members: [{ key: "jane" }], policy }] });
    await replaced({ ...policy, mode: "draft-only" });
    const names = async () => {
      const list = { jsonrpc: "2.0", id: 1, method: "tools/list" };
      const { result } = await answerOf(await post(hosted.served.url, list, bearer(jane.key)));
      return JSON.stringify(result).includes('"send_invoice"');
    };
    await expect.poll(names, PATIENT).toBe(false);
  });

  it("holds for an act that was begun under the other one", async () => {
    await start({ tenants: [{ members: [{ key: "jane" }], policy }] });
    const before = effects();
    hosted.simulators[0]?.faults.add({ kind: "latency", ms: 2_500, path: "/**", method: "GET" });
    const running = resultOf(hosted.served.url, jane.key, "create_customer", draft);
    await reached();
    await replaced({ ...policy, mode: "read-only" });
    const result = await running;
    expect(codeOf(result)).toBe("refused");
    expect(result?.content[0]?.text).toContain("settings of this organization changed");
    expect(effects()).toBe(before);
  });

  it("and cannot be read stops what writes in its organization alone", async () => {
    const tenants = [
      { members: [{ key: "jane" }], policy },
      { members: [{ key: "otto" }], policy },
    ];
    await start({ tenants });
    await writeFile(join(hosted.folder, "policy-0.json"), '{"version": 1, "limits": {"max_itms": 5}}');
    const text = expect.stringContaining("max_itms");
    await expect.poll(() => told("/readyz"), PATIENT).toMatchObject([{ text }, { text }]);
    expect(await codes(jane.key, "create_customer", draft)).toEqual(["config", "config"]);
    expect(await codes(jane.key, "list_invoices", { limit: 1 })).toEqual([null, null]);
    expect(await codes(otto.key, "create_customer", draft)).toEqual([null, null]);
    await replaced(policy);
    await expect.poll(() => codes(jane.key, "create_customer", draft), PATIENT).toEqual([null, null]);
  });
});

describe("an access file that cannot be read", () => {
  it("lets those who were let in read, and nothing be written, until it can be read", async () => {
    await start();
    const good = readFileSync(accessPath(), "utf8");
    for (const broken of [good.slice(0, 40), good.replace('"members"', '"membrs"')]) {
      await writeFile(accessPath(), broken);
      const ready = {
        status: 200,
        text: expect.stringMatching(/^ready\nThe file of INVOICES_HTTP_ACCESS is not usable/),
      };
      await expect.poll(() => told("/readyz"), PATIENT).toEqual([ready, ready]);
      for (const { text } of await told("/metrics")) expect(text).toContain("invoicing_access_usable 0");
      expect(await codes(jane.key, "list_invoices", { limit: 1 })).toEqual([null, null]);
      expect(await statuses(staticKey("nobody").key)).toEqual([401, 401]);
    }
    const before = effects();
    expect(await codes(jane.key, "create_customer", draft)).toEqual(["config", "config"]);
    expect(effects()).toBe(before);
    expect(hosted.logs().match(/"event":"access_unusable"/g)?.length).toBeGreaterThanOrEqual(2);
    await rm(accessPath());
    await writeFile(accessPath(), good);
    await expect
      .poll(() => told("/readyz"), PATIENT)
      .toEqual([
        { status: 200, text: "ready\n" },
        { status: 200, text: "ready\n" },
      ]);
    expect(await codes(jane.key, "create_customer", draft)).toEqual([null, null]);
    for (const { text } of await told("/metrics")) expect(text).toContain("invoicing_access_usable 1");
  });

  it("costs a call nothing while it is only being written", async () => {
    await start();
    const good = readFileSync(accessPath(), "utf8");
    await writeFile(accessPath(), good.slice(0, 40));
    const text = expect.stringContaining("not JSON");
    await expect.poll(() => told("/readyz"), PATIENT).toMatchObject([{ text }, { text }]);
    const running = codes(jane.key, "create_customer", draft);
    await writeFile(accessPath(), good);
    expect(await running).toEqual([null, null]);
  });

  it("is no way for an act that was begun before", async () => {
    await start();
    const invoice_id = await draftBy(
      async (name, args) => (await resultOf(hosted.served.url, jane.key, name, args)) ?? {},
    );
    const before = effects();
    hosted.simulators[0]?.faults.add({ kind: "latency", ms: 2_500, path: "/**", method: "GET" });
    const running = resultOf(hosted.served.url, jane.key, "update_invoice", { invoice_id, notes: "anders" });
    await reached();
    await writeFile(accessPath(), "{");
    expect(codeOf(await running)).toBe("config");
    expect(effects()).toBe(before);
  });
});

describe("what was read last", () => {
  it("is enough to read by for an hour, and lets nobody in after it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "invoicing-"));
    const path = join(folder, "access.json");
    const entry = { id: "org-1", members: [{ key: "jane" }] };
    const good = JSON.stringify({ version: 1, keys: [jane.entry], organizations: [entry] });
    await writeFile(path, good);
    let now = 0;
    const settings = { path, base_url: "https://b.anny.co", policy: undefined, env: {} };
    const live = liveAccess({
      load: (files, before) => loadAccess(settings, files, before),
      log: createLogger({ write: () => {} }),
      metrics: { accessRead: () => {} },
      elapsed: () => now,
    });
    const later = (milliseconds: number) => {
      now += milliseconds;
      const { tenants, isLapsed, keyName } = live.now();
      return { tenants: tenants.map(({ isDoubtful }) => isDoubtful), isLapsed, name: keyName(jane.key) };
    };
    expect(later(1_000)).toEqual({ tenants: [false], isLapsed: false, name: "jane" });
    await writeFile(path, "");
    expect(later(999)).toMatchObject({ tenants: [false] });
    expect(later(1)).toEqual({ tenants: [true], isLapsed: false, name: "jane" });
    expect(later(59 * 60_000)).toMatchObject({ tenants: [true], name: "jane" });
    expect(later(60_000)).toEqual({ tenants: [], isLapsed: true, name: null });
    await writeFile(path, good);
    expect(later(1_000)).toEqual({ tenants: [false], isLapsed: false, name: "jane" });
    live.close();
    await rm(folder, { recursive: true });
  });
});

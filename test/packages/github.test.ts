import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import pkg from "../../package.json" with { type: "json" };

/** What no run here can try, because it runs elsewhere: that it names what exists, and leaves nothing out. */
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const GITHUB = join(ROOT, ".github");
const yaml = (path: string): unknown => parse(readFileSync(join(GITHUB, path), "utf8"));

const Step = z.looseObject({ run: z.string().optional(), uses: z.string().optional() });
const Job = z.looseObject({
  "runs-on": z.string(),
  "timeout-minutes": z.number().optional(),
  strategy: z
    .object({ matrix: z.record(z.string(), z.array(z.string())) })
    .loose()
    .optional(),
  steps: z.array(Step),
});
const Workflow = z.looseObject({ permissions: z.record(z.string(), z.string()), jobs: z.record(z.string(), Job) });
const workflow = (name: string) => Workflow.parse(yaml(`workflows/${name}.yml`));

describe("the workflows", () => {
  it("run all of it on Linux, and the packages on macOS and Windows, with each Node that is supported", () => {
    const { jobs } = workflow("ci");
    const places = Object.values(jobs).flatMap(({ "runs-on": on, strategy }) =>
      (on.includes("matrix.os") ? (strategy?.matrix["os"] ?? []) : [on]).flatMap((os) =>
        (strategy?.matrix["node"] ?? []).map((node) => `${os.split("-")[0]} ${node}`),
      ),
    );
    for (const os of ["ubuntu", "macos", "windows"]) {
      for (const node of ["20", "22", "24"]) expect(places).toContain(`${os} ${node}`);
    }
    // The oldest that package.json promises is the one that is tried.
    expect(places).toContain(`ubuntu ${pkg.engines.node.replace(">=", "")}`);
    expect(jobs["everything"]?.steps.map(({ run }) => run)).toContain(".ci/run");
  });

  it.each(["ci", "release"])("%s names scripts and tests that exist, and takes no more rights than it says", (name) => {
    const { jobs, permissions } = workflow(name);
    expect(Object.values(permissions).filter((right) => right === "write")).toEqual([]);
    const commands = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
    for (const command of commands) {
      for (const [, script = ""] of command.matchAll(/npm run (?:--silent )?([\w:-]+)/g)) {
        expect(Object.keys(pkg.scripts)).toContain(script);
      }
      for (const [path] of command.matchAll(/(?<![\w/])(?:test|scripts|\.ci)\/[\w./-]+/g)) {
        expect(existsSync(join(ROOT, path)), path).toBe(true);
      }
    }
    // A version of each action is named, and nothing follows a branch.
    const actions = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
    for (const action of actions) expect(action).toMatch(/^[\w-]+\/[\w-]+@(v\d+|[\da-f]{40})$/);
  });
});

it("updates every folder that has dependencies, and the workflows", () => {
  const { updates } = z
    .object({ updates: z.array(z.looseObject({ "package-ecosystem": z.string(), directory: z.string() })) })
    .parse(yaml("dependabot.yml"));
  const locks = ["", "test/clients/frameworks"].filter((folder) => existsSync(join(ROOT, folder, "package-lock.json")));
  const npm = updates.filter((one) => one["package-ecosystem"] === "npm").map(({ directory }) => directory.slice(1));
  expect(npm.sort()).toEqual(locks.sort());
  expect(updates.map((one) => one["package-ecosystem"])).toContain("github-actions");
});

it("has an owner for what exists", () => {
  const lines = readFileSync(join(GITHUB, "CODEOWNERS"), "utf8").split("\n");
  const paths = lines.filter((line) => line.startsWith("/")).map((line) => line.split(/\s+/)[0] ?? "");
  for (const path of paths) expect(existsSync(join(ROOT, path)), path).toBe(true);
  for (const room of ["acts", "guard", "journal", "store"]) expect(paths).toContain(`/src/${room}/`);
  expect(lines.some((line) => line.startsWith("*"))).toBe(true);
});

describe("the issue forms", () => {
  const forms = readdirSync(join(GITHUB, "ISSUE_TEMPLATE")).filter((file) => file !== "config.yml");
  const Field = z.discriminatedUnion("type", [
    z.object({ type: z.literal("markdown"), attributes: z.object({ value: z.string() }) }),
    z.looseObject({
      type: z.enum(["textarea", "input", "dropdown", "checkboxes"]),
      id: z.string(),
      attributes: z.looseObject({ label: z.string() }),
    }),
  ]);
  const Form = z.object({
    name: z.string(),
    description: z.string(),
    labels: z.array(z.string()),
    body: z.array(Field).min(1),
  });

  it.each(forms)("%s is one that GitHub takes, each field under a name of its own", (file) => {
    const { body } = Form.parse(yaml(`ISSUE_TEMPLATE/${file}`));
    const ids = body.flatMap((field) => (field.type === "markdown" ? [] : [field.id]));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("lead what is dangerous, and what is anny's, away from the public list; links stand in this repository", () => {
    const { contact_links: links, blank_issues_enabled: blank } = z
      .object({
        blank_issues_enabled: z.boolean(),
        contact_links: z.array(z.object({ name: z.string(), url: z.url(), about: z.string() })),
      })
      .parse(yaml("ISSUE_TEMPLATE/config.yml"));
    expect(blank).toBe(false);
    const urls = links.map(({ url }) => url);
    expect(urls.some((url) => url.includes("/security/advisories/new"))).toBe(true);
    for (const [, path = ""] of urls.join("\n").matchAll(/\/blob\/main\/(\S+)/g)) {
      expect(existsSync(join(ROOT, path)), path).toBe(true);
    }
  });
});

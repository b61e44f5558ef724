import type { Module } from "./modules.ts";
import {
  FORBIDDEN_NAMES,
  LONG_FILES,
  MAX_LINES,
  PACKAGES,
  PROCESS_ALLOWED,
  PROCESS_MEMBERS,
  ROOMS,
  SOLITARY,
  WITHOUT_NODE,
} from "./rooms.ts";

/** Each check returns its findings, one sentence each. No findings: the house stands. */
export const CHECKS: Readonly<Record<string, (modules: readonly Module[]) => readonly string[]>> = {
  zones: (modules) => modules.flatMap(zoneFindings),
  packages: (modules) => modules.flatMap(packageFindings),
  process: (modules) => modules.flatMap(processFindings),
  names: (modules) => modules.flatMap(nameFindings),
  size: (modules) =>
    modules
      .filter(({ path, lines }) => lines > MAX_LINES && LONG_FILES[path] === undefined)
      .map(({ path, lines }) => `${path} has ${lines} lines (at most ${MAX_LINES}).`),
  cycles: cycleFindings,
};

/** First folder below `src/`, or the file itself at the top. */
function roomOf(path: string): string {
  return path.split("/")[0] ?? path;
}

function matches(path: string, pattern: string): boolean {
  if (pattern === "*" || pattern === path || pattern === roomOf(path)) return true;
  return pattern.endsWith("*") && path.startsWith(pattern.slice(0, -1));
}

function zoneFindings({ path, own }: Module): readonly string[] {
  const room = roomOf(path);
  const allowed = ROOMS[room];
  if (allowed === undefined) return [`${path} is in no room: add "${room}" to test/architecture/rooms.ts.`];
  return own
    .filter((target) => {
      if (roomOf(target) === room)
        return SOLITARY.includes(room) && path !== `${room}/index.ts` && path !== `${room}/load.ts`;
      return !allowed.some((pattern) => matches(target, pattern));
    })
    .map((target) => `${path} may not import ${target}.`);
}

function packageFindings({ path, packages }: Module): readonly string[] {
  return packages
    .filter((name) => {
      if (name.startsWith("node:") && WITHOUT_NODE.includes(roomOf(path))) return true;
      const rule = PACKAGES.find((known) => name === known.name || name.startsWith(withSlash(known.name)));
      return rule !== undefined && !rule.allowed.some((pattern) => matches(path, pattern));
    })
    .map((name) => `${path} may not import ${name}.`);
}

function withSlash(name: string): string {
  return name.endsWith("/") ? name : `${name}/`;
}

function processFindings({ path, packages, process }: Module): readonly string[] {
  const allowed = PROCESS_ALLOWED[path]?.members ?? [];
  const used = [
    ...process.filter((member) => PROCESS_MEMBERS.includes(member)),
    ...(packages.includes("node:process") ? ["import"] : []),
  ];
  return used
    .filter((member) => !allowed.includes(member) && !allowed.includes("*"))
    .map((member) => `${path} may not ${member === "import" ? "import node:process" : `use process.${member}`}.`);
}

function nameFindings({ path }: Module): readonly string[] {
  const parts = path.replace(/\.ts$/, "").split("/");
  const bad = parts.find((part) => part.split("-").some((word) => FORBIDDEN_NAMES.test(word)));
  return bad === undefined ? [] : [`${path} is named "${bad}", which says nothing.`];
}

function cycleFindings(modules: readonly Module[]): readonly string[] {
  const edges = new Map(modules.map(({ path, own }) => [path, own]));
  const done = new Set<string>();
  const findings: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) findings.push(`Cycle: ${[...trail.slice(start), path].join(" → ")}.`);
    if (start >= 0 || done.has(path)) return;
    for (const target of edges.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const { path } of modules) visit(path, []);
  return findings;
}

/** Permissions that nobody uses. Only the whole of the sources can tell. */
export function staleFindings(modules: readonly Module[]): readonly string[] {
  return Object.entries(ROOMS).flatMap(([room, allowed]) => {
    const targets = modules.filter(({ path }) => roomOf(path) === room).flatMap(({ own }) => own);
    return allowed
      .filter((pattern) => pattern !== "*" && !targets.some((target) => matches(target, pattern)))
      .map((pattern) => `${room} does not import ${pattern}: take it out of test/architecture/rooms.ts.`);
  });
}

/** Rooms that know each other, directly or over others; the places where everything is put together may know all. */
export function roomCycleFindings(modules: readonly Module[]): readonly string[] {
  const arrows = new Map<string, Set<string>>();
  for (const { path, own } of modules) {
    const from = roomOf(path);
    const to = arrows.get(from) ?? new Set();
    for (const target of own) if (roomOf(target) !== from) to.add(roomOf(target));
    arrows.set(from, to);
  }
  const reach = (from: string) => {
    const seen = new Set<string>();
    const queue = [...(arrows.get(from) ?? [])];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (!seen.has(next)) queue.push(...(arrows.get(next) ?? []));
      seen.add(next);
    }
    return seen;
  };
  return [...arrows.keys()].filter((room) => reach(room).has(room)).map((room) => `${room} is on a circle of rooms.`);
}

import { closeSync, fstatSync, openSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { ConfigError } from "../errors.ts";
import { loadPolicy } from "../guard/policy.ts";
import type { Access, AccessFiles, Tenant } from "./access.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";

/** Who may do what, as the files say it now: a change counts a second later, without a restart. */
export interface LiveAccess {
  /**
   * At most a second old. While the file cannot be read, what it said last, to read by and for nothing more; nobody at all
   * when that is an hour old.
   */
  now(): Access;
  close(): void;
}

export interface LiveAccessOptions {
  /** Throws a `ConfigError` for what is wrong. `before`: what it gave last. */
  readonly load: (files: AccessFiles, before: Access | null) => Access;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, "accessRead">;
  /** Milliseconds, from anywhere, that only go forward. */
  readonly elapsed?: () => number;
}

/** How long a change may take to count. */
const LOOK_MS = 1_000;
/** Where nobody asks, so that log and metrics say what is wrong before somebody needs it. */
const IDLE_LOOK_MS = 5_000;
/** As long as a sign-in at the page: nobody is let in for longer on what could once be read. */
const LAST_KNOWN_MS = 60 * 60_000;

/**
 * Reads the files whole at every look, and acts on what differs: neither a time nor an inode tells every change on every file
 * system, whether a file is written in place, replaced by a rename, or a link is turned to another folder. Throws what `load`
 * throws at the start.
 */
export function liveAccess({ load, log, metrics, elapsed = () => performance.now() }: LiveAccessOptions): LiveAccess {
  let seen = new Map<string, string>();
  let read = reading(null);
  let current = read;
  let failure: string | null = null;
  let doubtful: readonly Tenant[] = [];
  let lookedAt = elapsed();
  let goodAt = lookedAt;
  metrics.accessRead(read.problems.length === 0);

  function reading(before: Access | null): Access {
    const files = new Map<string, string>();
    // What is there before it is read: a change in between is found at the next look.
    const noted = <T>(path: string, value: (path: string) => T): T => {
      files.set(path, contentOf(path));
      return value(path);
    };
    try {
      return load(
        {
          text: (path) => noted(path, (file) => readFileSync(file, "utf8")),
          policy: (path) => noted(path, loadPolicy),
        },
        before,
      );
    } finally {
      seen = files;
    }
  }

  function look(): void {
    const now = elapsed();
    if (now - lookedAt < LOOK_MS) return;
    lookedAt = now;
    const isSame = [...seen].every(([path, content]) => contentOf(path) === content);
    if (isSame && failure === null && read.problems.length === 0) {
      goodAt = now;
      return;
    }
    const known = current.problems;
    try {
      const next = reading(read);
      const changed = changedIn(read, next);
      read = next;
      current = next;
      failure = null;
      goodAt = now;
      if (!isSame || known.length > next.problems.length) {
        log.info(
          { event: "access_read", organizations: next.tenants.length, changed },
          "who may do what was read again",
        );
      }
    } catch (error) {
      if (failure === null) {
        doubtful = read.tenants.map((tenant) => ({ ...tenant, isDoubtful: true }));
      }
      const why = error instanceof ConfigError ? error.message : "Who may do what cannot be read.";
      failure = `${why} Until it can be read, nothing is written or approved.`;
      const isLapsed = now - goodAt >= LAST_KNOWN_MS;
      const nobody = { tenants: [], keyName: () => null };
      current = { ...read, tenants: doubtful, problems: [failure], isLapsed, ...(isLapsed ? nobody : {}) };
    }
    metrics.accessRead(current.problems.length === 0);
    for (const sentence of current.problems.filter((one) => !known.includes(one))) {
      log.error({ event: "access_unusable" }, sentence);
    }
  }

  const timer = setInterval(look, IDLE_LOOK_MS);
  timer.unref();
  return {
    now() {
      look();
      return current;
    },
    close: () => clearInterval(timer),
  };
}

/** Content, and who can change it, in one text. What cannot be read differs from everything that can. */
function contentOf(path: string): string {
  let file: number | null = null;
  try {
    file = openSync(path, "r");
    const { mode, uid } = fstatSync(file);
    return `${mode} ${uid} ${statSync(dirname(path)).mode}\n${readFileSync(file, "utf8")}`;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "unreadable";
  } finally {
    if (file !== null) closeSync(file);
  }
}

/** Organizations that came, went or are others now. */
function changedIn({ tenants: before }: Access, { tenants: after }: Access): readonly (string | null)[] {
  const gone = before.filter(({ id }) => !after.some((tenant) => tenant.id === id));
  return [...gone, ...after.filter((tenant) => !before.includes(tenant))].map(({ id }) => id);
}

import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../domain/clock.ts";
import { secretHash } from "../typed.ts";

export interface Session {
  /** What a script of another page cannot know: goes with every request. */
  readonly csrf: string;
  /** Approvals that its links named; `null`: all that wait. */
  scope: ReadonlySet<string> | null;
  expires_at: number;
}

interface Link {
  readonly lapses_at: number;
  readonly scope: Session["scope"];
}

/** A link that the server opens itself is used by the browser at once. */
const LINK_MS = 2 * 60_000;
/** A session lasts as long as the longest approval, counted from the last question. */
const SESSION_MS = 15 * 60_000;
const MAX_LINKS = 20;

/** Who may use the page: one-time links, and the sessions they open. Hashes only, so that a dump of memory opens nothing. */
export function createPageSessions({ clock }: { readonly clock: Clock }) {
  /** By the hash of the one-time secret. */
  const links = new Map<string, Link>();
  /** Hash of a session's cookie → its session. */
  const sessions = new Map<string, Session>();

  /** A new one-time secret. */
  function link(scope: Session["scope"] = null, lapses_at = clock.now() + LINK_MS): string {
    const now = clock.now();
    for (const [hash, old] of links) if (now >= old.lapses_at || links.size >= MAX_LINKS) links.delete(hash);
    const secret = randomBytes(32).toString("base64url");
    links.set(secretHash(secret), { lapses_at, scope });
    return secret;
  }

  /**
   * Uses a secret up. `cookie`: of a new session. A second link in a browser that has a session joins it, so that an earlier
   * tab goes on working. `null` for every secret that does not fit.
   */
  function open(
    secret: string,
    known: Session | null,
  ): { readonly session: Session; readonly cookie: string | null } | null {
    const now = clock.now();
    const hash = secretHash(secret);
    const used = links.get(hash);
    links.delete(hash);
    if (used === undefined || now >= used.lapses_at) return null;
    for (const [old, { expires_at }] of sessions) if (now >= expires_at) sessions.delete(old);
    if (known !== null) {
      known.scope = known.scope === null || used.scope === null ? null : new Set([...known.scope, ...used.scope]);
      known.expires_at = now + SESSION_MS;
      return { session: known, cookie: null };
    }
    const cookie = randomBytes(32).toString("base64url");
    const session = { csrf: randomBytes(32).toString("base64url"), scope: used.scope, expires_at: now + SESSION_MS };
    sessions.set(secretHash(cookie), session);
    return { session, cookie };
  }

  function find(cookies: string, name: string): Session | null {
    for (const part of cookies.split(";")) {
      const [key, value] = part.trim().split("=");
      if (key !== name || value === undefined) continue;
      const session = sessions.get(secretHash(value));
      if (session !== undefined && clock.now() < session.expires_at) return session;
    }
    return null;
  }

  /** Another question came: those who are there may stay for it. */
  function prolong(): void {
    const now = clock.now();
    for (const session of sessions.values()) if (now < session.expires_at) session.expires_at = now + SESSION_MS;
  }

  function clear(): void {
    links.clear();
    sessions.clear();
  }

  return { link, open, find, prolong, clear };
}

export function isCsrf(session: Session, given: unknown): boolean {
  const a = Buffer.from(secretHash(typeof given === "string" ? given : ""), "hex");
  return timingSafeEqual(a, Buffer.from(secretHash(session.csrf), "hex"));
}

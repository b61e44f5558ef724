import { z } from "zod";
import { makeToken } from "./access.ts";
import type { World } from "./world.ts";

/** A pair as the API's sign-in hands it out. */
export interface TokenPair {
  readonly access_token: string;
  readonly refresh_token: string;
  /** Milliseconds since the epoch. */
  readonly expires_at: number;
}

/** The API's own sign-in, as far as a client renews with it: `POST /oauth/token`. */
export interface SimulatedSignIn {
  /** Of `POST /oauth/token`. */
  readonly url: string;
  /** What a person who signs in would be given. */
  signIn(): TokenPair;
  /** Access tokens that it has handed out lapse now. */
  lapse(): void;
  /** How often a pair was renewed. */
  renewals(): number;
  /** A refresh token came a second time: everything of that sign-in is over. */
  isOver(): boolean;
}

const LIVES_MS = 24 * 60 * 60_000;

const renewalBody = z.object({
  grant_type: z.literal("refresh_token"),
  refresh_token: z.string(),
  client_id: z.literal("simulator"),
});

/**
 * Refresh tokens are good once, as a careful sign-in has it: a second use is taken for theft. What the API's documents do
 * not show is switchable (`token_answer`).
 */
export class Tokens {
  readonly #world: World;
  readonly #access = new Map<string, number>();
  /** By refresh token, whether it was used. */
  readonly #refresh = new Map<string, boolean>();
  readonly #livesMs: number;
  #renewals = 0;
  #over = false;

  constructor(world: World, livesMs = LIVES_MS) {
    this.#world = world;
    this.#livesMs = livesMs;
  }

  get renewals(): number {
    return this.#renewals;
  }

  get isOver(): boolean {
    return this.#over;
  }

  accepts(token: string): boolean {
    const until = this.#access.get(token);
    return !this.#over && until !== undefined && until > this.#world.now();
  }

  lapse(): void {
    this.#access.clear();
  }

  pair(): TokenPair {
    const access_token = makeToken(this.#world.organization_id, this.#world.newSecret());
    const refresh_token = `refresh-${this.#world.newSecret()}`;
    const expires_at = this.#world.now() + this.#livesMs;
    this.#access.set(access_token, expires_at);
    this.#refresh.set(refresh_token, false);
    return { access_token, refresh_token, expires_at };
  }

  /** The answer of `POST /oauth/token`. */
  answer(body: string): Response {
    const parsed = renewalBody.safeParse(jsonIn(body));
    if (!parsed.success) return Response.json({ error: "invalid_request" }, { status: 400 });
    const used = this.#refresh.get(parsed.data.refresh_token);
    if (used === true) this.#over = true;
    if (used !== false || this.#over) return Response.json({ error: "invalid_grant" }, { status: 400 });
    this.#refresh.set(parsed.data.refresh_token, true);
    this.#renewals += 1;
    const { access_token, refresh_token, expires_at } = this.pair();
    const isDocumented = this.#world.switches().token_answer === "documented";
    return Response.json({
      access_token,
      refresh_token,
      ...(isDocumented
        ? { expiresIn: Math.round(this.#livesMs / 60_000), expiresAt: new Date(expires_at).toISOString() }
        : { token_type: "Bearer", expires_in: this.#livesMs / 1000 }),
    });
  }
}

function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

import type { Clock } from "../../domain/clock.ts";
import type { GuardDeps } from "../deps.ts";
import type { OpenBrowser } from "./browser.ts";

/** How long a browser may take to come up before it counts as not there. */
const STARTING_MS = 20_000;
/** Times in a row that a browser was started and never came; after that it is not tried again. */
const MAX_UNSEEN = 2;
/** The page polls every 1.5 s: seen within this time it is still open, and no second tab is needed. */
const ALIVE_MS = 5_000;

export interface PresenceDeps {
  readonly clock: Clock;
  readonly openBrowser: OpenBrowser;
  /** A new one-time link. */
  readonly link: () => Promise<string>;
  readonly log: GuardDeps["log"];
}

/** Whether the page stands in a browser, and how it gets there. */
export function createPresence({ clock, openBrowser, link, log }: PresenceDeps) {
  let seenAt = Number.NEGATIVE_INFINITY;
  let openedAt = Number.NEGATIVE_INFINITY;
  let unseen = 0;
  let opening: Promise<boolean> | null = null;
  /** Called when a page comes. */
  const arrivals = new Set<() => void>();

  function seen(): void {
    seenAt = clock.now();
  }

  function arrived(): void {
    seen();
    unseen = 0;
    for (const tell of arrivals) tell();
  }

  const isSeen = (withinMs: number) => clock.now() - seenAt < withinMs;
  const isStarting = () => openedAt > seenAt && clock.now() - openedAt < STARTING_MS;

  async function show(): Promise<boolean> {
    if (unseen >= MAX_UNSEEN) return false;
    const address = await link();
    let tell = () => {};
    const came = new Promise<true>((resolve) => {
      tell = () => resolve(true);
      arrivals.add(tell);
    });
    openedAt = clock.now();
    unseen += 1;
    const opened = await Promise.race([came, openBrowser(address).catch(() => false)]);
    arrivals.delete(tell);
    if (!opened) openedAt = Number.NEGATIVE_INFINITY;
    log("approval_page_opened", { opened });
    return opened;
  }

  return {
    seen,
    arrived,
    isOpen: () => isSeen(2 * ALIVE_MS) || isStarting(),
    async open(): Promise<boolean> {
      if (isSeen(ALIVE_MS) || isStarting()) return true;
      opening ??= show().finally(() => {
        opening = null;
      });
      return opening;
    },
  };
}

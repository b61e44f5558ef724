import { AppBridge, PostMessageTransport } from "@modelcontextprotocol/ext-apps/app-bridge";

/** A host of MCP Apps as small as the official bridge allows; the test drives it through `window.host`. */

interface Setup {
  readonly capabilities: ConstructorParameters<typeof AppBridge>[2];
  readonly context: { readonly theme?: "light" | "dark"; readonly locale?: string };
  readonly card: string;
}
type ToolResult = Parameters<AppBridge["sendToolResult"]>[0];

declare global {
  interface Window {
    host: typeof host;
    /** Exposed by the test: what the server's app-only tool answers. */
    answerTool(call: unknown): Promise<ToolResult>;
  }
}

interface Log {
  readonly messages: unknown[];
  readonly links: string[];
  readonly sizes: { readonly width?: number | undefined; readonly height?: number | undefined }[];
  initialized: boolean;
}
const log: Log = { messages: [], links: [], sizes: [], initialized: false };
let bridge: AppBridge;

const host = {
  log,
  async open(setup: Setup): Promise<void> {
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "allow-scripts");
    frame.title = "card";
    document.body.append(frame);
    if (frame.contentWindow === null) throw new Error("no window in the frame");
    bridge = new AppBridge(null, { name: "test-host", version: "1.0.0" }, setup.capabilities, {
      hostContext: setup.context,
    });
    const ready = new Promise<void>((resolve) => {
      bridge.oninitialized = () => {
        log.initialized = true;
        resolve();
      };
    });
    bridge.onsizechange = (size) => {
      log.sizes.push(size);
      if (size.height !== undefined) frame.style.height = `${size.height}px`;
    };
    bridge.onmessage = async (message) => {
      log.messages.push(message);
      return {};
    };
    bridge.onopenlink = async ({ url }) => {
      log.links.push(url);
      return {};
    };
    bridge.oncalltool = (call) => window.answerTool(call);
    await bridge.connect(new PostMessageTransport(frame.contentWindow, frame.contentWindow));
    frame.src = setup.card;
    await ready;
  },
  input: (input: Readonly<Record<string, unknown>>) => bridge.sendToolInput({ arguments: input }),
  result: (result: ToolResult) => bridge.sendToolResult(result),
  cancelled: () => bridge.sendToolCancelled({}),
  opened: () => log.links,
  theme: (theme: "light" | "dark") => bridge.setHostContext({ theme }),
  teardown: () => bridge.teardownResource({}),
};
window.host = host;

/** Where a page's events come from: from a stream of the worker that all pages share, or, where a browser has no such workers, from one of its own. */
import type { News, Wish } from "./streams";

/** The part of an `EventSource` that is used here. It says `waiting` while other pages have all connections. */
export interface Source extends EventTarget {
  readonly readyState: number;
  close(): void;
}

/** Pages that give the same key share a stream; one of `null` is this page's alone. */
export function openSource(address: string, key: string | null, events: readonly string[]): Source {
  const port = toWorker();
  return port ? new SharedSource(port, address, key, events) : new EventSource(address);
}

let worker: MessagePort | null = null;
let hasNoWorker = false;
let last = 0;
/** Tells this page's streams from those of other pages. */
const page = crypto.getRandomValues(new Uint32Array(4)).join("-");
const open = new Map<number, SharedSource>();

function toWorker(): MessagePort | null {
  if (worker || hasNoWorker || typeof SharedWorker === "undefined") return worker;
  const shared = new SharedWorker(new URL("./streams-worker.ts", import.meta.url), { type: "module" });
  worker = shared.port;
  worker.addEventListener("message", ({ data: news }: MessageEvent<News>) => open.get(news.id)?.hear(news));
  worker.start();
  shared.addEventListener("error", () => {
    hasNoWorker = true;
    worker = null;
    for (const [id, source] of open) source.hear({ id, kind: "closed" });
  });
  return worker;
}

class SharedSource extends EventTarget implements Source {
  readyState: number = EventSource.CONNECTING;
  readonly #id = ++last;

  constructor(
    readonly port: MessagePort,
    address: string,
    key: string | null,
    events: readonly string[],
  ) {
    super();
    open.set(this.#id, this);
    this.#say({ kind: "open", id: this.#id, key: key ?? `${page} ${this.#id}`, address, events });
  }

  hear(news: News): void {
    if (news.kind === "event") this.dispatchEvent(new MessageEvent(news.name, { data: news.data }));
    else if (news.kind === "waiting") this.dispatchEvent(new Event("waiting"));
    else if (news.kind === "open") {
      this.readyState = EventSource.OPEN;
      this.dispatchEvent(new Event("open"));
    } else {
      this.#forget();
      this.dispatchEvent(new Event("error"));
    }
  }

  close(): void {
    if (this.readyState === EventSource.CLOSED) return;
    this.#forget();
    this.#say({ kind: "close", id: this.#id });
  }

  #forget(): void {
    this.readyState = EventSource.CLOSED;
    open.delete(this.#id);
  }

  #say(wish: Wish): void {
    this.port.postMessage(wish);
  }
}

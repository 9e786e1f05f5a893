/**
 * The streams of all pages of a browser: a browser opens six connections to one server, so that the seventh page with a stream of its
 * own would hang. Pages that want the same share one; of others so many are open at once, and the next waits until one is closed.
 */

/** What a page says. */
export type Wish =
  | {
      kind: "open";
      /** The page's own number for it. */
      id: number;
      /** Who gives the same key gets the same stream. */
      key: string;
      address: string;
      /** The names of the events that are wanted. */
      events: readonly string[];
    }
  | { kind: "close"; id: number };

/** What a page is told: of the stream with its number. */
export type News =
  | { id: number; kind: "open" | "closed" | "waiting" }
  | { id: number; kind: "event"; name: string; data: string };

/** Two of the six connections are left for questions. */
export const MOST = 4;

interface Listener {
  port: MessagePort;
  id: number;
  events: readonly string[];
}

interface Stream {
  address: string;
  source: EventSource | null;
  heard: Set<string>;
  listeners: Set<Listener>;
}

export class Streams {
  /** By key, in the order in which they were asked for. */
  readonly #streams = new Map<string, Stream>();

  /** A page has come. */
  connect(port: MessagePort): void {
    const closers = new Map<number, () => void>();
    const close = (id: number) => {
      closers.get(id)?.();
      closers.delete(id);
    };
    port.addEventListener("message", ({ data: wish }: MessageEvent<Wish>) => {
      if (wish.kind === "close") close(wish.id);
      else closers.set(wish.id, this.#open(port, wish));
    });
    // The page is gone, however it ended; not every browser says so, and pages say it by themselves as well.
    port.addEventListener("close", () => {
      for (const id of [...closers.keys()]) close(id);
    });
    port.start();
  }

  /** How to close it. */
  #open(port: MessagePort, { id, key, address, events }: Extract<Wish, { kind: "open" }>): () => void {
    const listener = { port, id, events };
    const stream = this.#streams.get(key) ?? {
      address,
      source: null,
      heard: new Set(),
      listeners: new Set(),
    };
    this.#streams.set(key, stream);
    stream.listeners.add(listener);
    if (stream.source) hear(stream, events);
    this.#fill();
    if (!stream.source) tell(listener, { id, kind: "waiting" });
    else if (stream.source.readyState === EventSource.OPEN) tell(listener, { id, kind: "open" });
    return () => {
      stream.listeners.delete(listener);
      if (stream.listeners.size === 0 && this.#streams.get(key) === stream) this.#end(key, stream);
    };
  }

  /** Opens the streams for which there is a connection, those first that were asked for first. */
  #fill(): void {
    let free = MOST;
    for (const { source } of this.#streams.values()) if (source) free--;
    for (const [key, stream] of this.#streams) {
      if (free <= 0) return;
      if (stream.source) continue;
      free--;
      const source = new EventSource(stream.address);
      stream.source = source;
      source.addEventListener("open", () => {
        for (const listener of stream.listeners) tell(listener, { id: listener.id, kind: "open" });
      });
      source.addEventListener("error", () => {
        // One that was refused, or whose session ended, is not tried again by the browser; its pages ask again.
        if (source.readyState !== EventSource.CLOSED) return;
        for (const listener of stream.listeners) tell(listener, { id: listener.id, kind: "closed" });
        this.#end(key, stream);
      });
      for (const listener of stream.listeners) hear(stream, listener.events);
    }
  }

  #end(key: string, stream: Stream): void {
    stream.source?.close();
    this.#streams.delete(key);
    this.#fill();
  }
}

/** Passes on events of these names, each to the pages that want it. */
function hear(stream: Stream, events: readonly string[]): void {
  for (const name of events) {
    if (stream.heard.has(name)) continue;
    stream.heard.add(name);
    stream.source?.addEventListener(name, (event) => {
      const { data } = event as MessageEvent<string>;
      for (const listener of stream.listeners)
        if (listener.events.includes(name)) tell(listener, { id: listener.id, kind: "event", name, data });
    });
  }
}

const tell = (listener: Listener, news: News) => listener.port.postMessage(news);

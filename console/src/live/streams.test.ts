import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Source } from "../test/event-source";
import { MOST, type News, Streams, type Wish } from "./streams";

/** The worker's end of a page's port. */
class Port extends EventTarget {
  told: News[] = [];
  start() {}
  postMessage(news: News) {
    this.told.push(news);
  }
  say(wish: Wish) {
    this.dispatchEvent(new MessageEvent("message", { data: wish }));
  }
  open(id: number, key: string, events = ["service"]) {
    this.say({ kind: "open", id, key, address: `/live/${key}`, events });
  }
}

/** As a browser's: not there before it is open. */
class Connecting extends Source {
  override readyState = Source.CONNECTING;
}

let streams: Streams;
beforeEach(() => {
  Source.all = [];
  vi.stubGlobal("EventSource", Connecting);
  streams = new Streams();
});
afterEach(() => vi.unstubAllGlobals());

function page(): Port {
  const port = new Port();
  streams.connect(port as unknown as MessagePort);
  return port;
}
function opened(source: Source | undefined): void {
  if (!source) throw new Error("it was not asked for");
  source.readyState = Source.OPEN;
  source.dispatchEvent(new Event("open"));
}

test("pages that want the same share one connection, each with the events that it wants", () => {
  const [one, other] = [page(), page()];
  one.open(1, "a");
  opened(Source.all[0]);
  other.open(7, "a", ["service", "request"]);
  expect(Source.all).toHaveLength(1);
  // It is open already.
  expect(other.told).toEqual([{ id: 7, kind: "open" }]);
  Source.all[0]?.say("request", { n: 1 });
  Source.all[0]?.say("service", { n: 2 });
  expect(one.told.slice(1)).toEqual([{ id: 1, kind: "event", name: "service", data: '{"n":2}' }]);
  expect(other.told.slice(1).map((news) => "name" in news && news.name)).toEqual(["request", "service"]);
});

test("another key is another stream, whatever its address", () => {
  const port = page();
  for (const [id, key] of ["one user", "another user"].entries())
    port.say({ kind: "open", id, key, address: "/live", events: ["service"] });
  expect(Source.all).toHaveLength(2);
  Source.all[0]?.say("service", {});
  expect(port.told.map(({ id }) => id)).toEqual([0]);
});

test("the last page that leaves closes the connection", () => {
  const [one, other] = [page(), page()];
  one.open(1, "a");
  other.open(1, "a");
  one.say({ kind: "close", id: 1 });
  expect(Source.all[0]?.readyState).toBe(Source.CONNECTING);
  // Its window is gone without a word.
  other.dispatchEvent(new Event("close"));
  expect(Source.all[0]?.readyState).toBe(Source.CLOSED);
});

test("only so many are open at once; the next is told to wait, and opens when one is closed", () => {
  const port = page();
  for (let id = 0; id < MOST + 2; id++) port.open(id, `${id}`);
  expect(Source.all).toHaveLength(MOST);
  expect(port.told).toEqual([
    { id: MOST, kind: "waiting" },
    { id: MOST + 1, kind: "waiting" },
  ]);
  // One that waits no more is passed over.
  port.say({ kind: "close", id: MOST });
  port.say({ kind: "close", id: 2 });
  expect(Source.all.map(({ url }) => url).slice(MOST)).toEqual([`/live/${MOST + 1}`]);
  opened(Source.all[MOST]);
  expect(port.told.at(-1)).toEqual({ id: MOST + 1, kind: "open" });
});

test("a stream that was refused is told to all its pages, and can be asked for again", () => {
  const [one, other] = [page(), page()];
  one.open(1, "a");
  other.open(2, "a");
  // The browser tries again by itself.
  Source.all[0]?.dispatchEvent(new Event("error"));
  expect(one.told).toEqual([]);
  Source.all[0]?.close();
  Source.all[0]?.dispatchEvent(new Event("error"));
  expect([...one.told, ...other.told]).toEqual([
    { id: 1, kind: "closed" },
    { id: 2, kind: "closed" },
  ]);
  one.open(3, "a");
  other.say({ kind: "close", id: 2 });
  expect(Source.all).toHaveLength(2);
  expect(Source.all[1]?.readyState).toBe(Source.CONNECTING);
});

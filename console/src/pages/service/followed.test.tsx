import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Source } from "../../test/event-source";
import { addressOf, useFollowed } from "./followed";

beforeEach(() => {
  Source.all = [];
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", Source);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const line = (text: string) => ({ at: "2026-01-01T00:00:00Z", instance_id: "i", stream: "stdout", text });
function followed(most = 100) {
  const { result } = renderHook(() => useFollowed("/follow", most));
  const source = Source.all[0];
  if (!source) throw new Error("nothing is followed");
  act(() => source.dispatchEvent(new Event("open")) && undefined);
  return { result, source };
}
const say = (source: Source, ...texts: string[]) =>
  act(() => {
    for (const text of texts) source.say("line", line(text));
    vi.advanceTimersByTime(200);
  });

test("what is asked for stands in the address", () => {
  expect(addressOf("p", "s", 200, { instance: "", contains: "" })).toBe(
    "/adyton/v1/p/services/s/log/follow?lines=200",
  );
  expect(addressOf("p", "s", 200, { instance: "ab", contains: "a&b" })).toContain(
    "instance=ab&contains=a%26b",
  );
});

test("lines are shown as they come, the newest of them", () => {
  const { result, source } = followed(3);
  expect(result.current.lines).toEqual([]);
  say(source, "one", "two");
  say(source, "three", "four");
  expect(result.current.lines?.map(({ text }) => text)).toEqual(["two", "three", "four"]);
});

test("each opening begins anew, and what did not fit through is counted", () => {
  const { result, source } = followed();
  say(source, "one");
  act(() => source.say("missed", { lines: 7 }));
  expect(result.current.missed).toBe(7);
  act(() => source.dispatchEvent(new Event("open")) && undefined);
  say(source, "one", "two");
  expect(result.current.lines).toHaveLength(2);
});

test("a service that is gone is not asked again; a stream whose time is over is", () => {
  const { result, source } = followed();
  act(() => source.say("end", { reason: "time" }));
  expect(source.readyState).toBe(1);
  act(() => source.say("end", { reason: "service" }));
  expect(result.current.isOver).toBe(true);
  expect(source.readyState).toBe(Source.CLOSED);
});

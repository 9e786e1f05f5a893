import { act, render } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Source } from "../test/event-source";
import { addressOf, type LiveHandlers, useLive } from "./live";

let visible = true;
beforeEach(() => {
  Source.all = [];
  visible = true;
  vi.stubGlobal("EventSource", Source);
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => (visible ? "visible" : "hidden"));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function Listener({ on }: { on: LiveHandlers }) {
  useLive("p", { onlyRefused: true }, on);
  return null;
}
const look = (now: boolean) =>
  act(() => {
    visible = now;
    document.dispatchEvent(new Event("visibilitychange"));
  });

test("what is asked for stands in the address", () => {
  expect(addressOf("p", "", false)).toBe("/adyton/v1/p/live");
  expect(addressOf("p", "a,b", true)).toBe("/adyton/v1/p/live?services=a%2Cb&only=refused");
});

test("news reach whoever listens, and what is no news does no harm", () => {
  const service = vi.fn();
  const more = vi.fn();
  render(<Listener on={{ service, more }} />);
  Source.all[0]?.say("service", { service_id: "s", status: "running" });
  Source.all[0]?.say("more", { requests: 7 });
  Source.all[0]?.say("service", "not JSON");
  expect(service.mock.calls).toEqual([[{ service_id: "s", status: "running" }]]);
  expect(more).toHaveBeenCalledWith(7);
});

test("a page that nobody looks at hears nothing, and asks again when somebody comes back", () => {
  const resumed = vi.fn();
  const { unmount } = render(<Listener on={{ resumed }} />);
  Source.all[0]?.dispatchEvent(new Event("open"));
  look(false);
  expect(Source.all[0]?.readyState).toBe(Source.CLOSED);
  look(true);
  Source.all[1]?.dispatchEvent(new Event("open"));
  expect(resumed).toHaveBeenCalledOnce();
  unmount();
  expect(Source.all[1]?.readyState).toBe(Source.CLOSED);
});

test("one that was refused is tried again, ever more seldom", () => {
  vi.useFakeTimers();
  render(<Listener on={{}} />);
  for (const [index, wait] of [2_000, 4_000, 8_000].entries()) {
    Source.all[index]?.close();
    Source.all[index]?.dispatchEvent(new Event("error"));
    vi.advanceTimersByTime(wait - 1);
    expect(Source.all).toHaveLength(index + 1);
    vi.advanceTimersByTime(1);
    expect(Source.all).toHaveLength(index + 2);
  }
});
